"""A boundary is kept as canonical GeoJSON in CGCS2000 degrees, and what is kept is a polygon."""

from __future__ import annotations

import json
from typing import Any

import pytest
from shapely import from_geojson

from hub.domain.words.geometry import canonical_polygon, is_cgcs2000

RING = [[102.5, 24.8], [102.6, 24.8], [102.6, 24.9], [102.5, 24.9], [102.5, 24.8]]


def polygon(*rings: Any, **more: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings), **more}


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:4490",
        "urn:ogc:def:crs:EPSG::4490",
        "urn:ogc:def:crs:EPSG:9.9.1:4490",
        "http://www.opengis.net/def/crs/EPSG/0/4490",
    ],
)
def test_cgcs2000_in_degrees_may_be_named(name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    assert is_cgcs2000(crs)
    assert canonical_polygon(polygon(RING, crs=crs)) == canonical_polygon(polygon(RING))


@pytest.mark.parametrize(
    "crs",
    [
        *(
            {"type": "name", "properties": {"name": name}}
            for name in (
                "EPSG:4326",
                "urn:ogc:def:crs:OGC:1.3:CRS84",
                "urn:ogc:def:crs:EPSG::4523",
                "EPSG:44901",
                "EPSG:4490 EPSG:3857",
                "4490",
                "",
                4490,
            )
        ),
        {"type": "link", "properties": {"href": "EPSG:4490"}},
        {"type": "name"},
        {"type": "name", "properties": []},
        "EPSG:4490",
        4490,
        {},
        False,
    ],
)
def test_any_other_reference_system_is_refused_when_it_is_stated(crs: Any) -> None:
    assert not is_cgcs2000(crs)
    with pytest.raises(ValueError, match="EPSG:4490"):
        canonical_polygon(polygon(RING, crs=crs))


def test_what_is_valid_only_before_it_is_rounded_is_refused() -> None:
    # The hole's corner is a billionth of a degree inside the ring: at seven decimals it lies upon it, twice.
    hole = [[102.500000001, 24.82], [102.55, 24.84], [102.500000001, 24.86], [102.54, 24.84], [102.500000001, 24.82]]
    with pytest.raises(ValueError, match=r"\w"):
        canonical_polygon(polygon(RING, hole))


def test_what_is_kept_is_valid_and_keeps_its_form_when_it_comes_back() -> None:
    kept = canonical_polygon(polygon([[x + 1.23e-9, y - 4.4e-9] for x, y in RING]))
    assert from_geojson(kept).is_valid
    assert canonical_polygon(json.loads(kept)) == kept


def moved(east: float, north: float) -> list[list[float]]:
    return [[x + east, y + north] for x, y in RING]


def test_where_a_ring_begins_and_which_way_it_runs_says_nothing() -> None:
    turned = [*RING[2:-1], *RING[:3]]
    said = {canonical_polygon(polygon(ring)) for ring in (RING, RING[::-1], turned)}
    assert len(said) == 1


def test_a_hole_and_several_parts_are_kept() -> None:
    hole = [[102.52, 24.82], [102.52, 24.88], [102.58, 24.88], [102.58, 24.82], [102.52, 24.82]]
    assert len(json.loads(canonical_polygon(polygon(RING, hole)))["coordinates"]) == 2
    several = {"type": "MultiPolygon", "coordinates": [[RING], [moved(1, 0)]]}
    assert len(json.loads(canonical_polygon(several))["coordinates"]) == 2


def test_seven_decimals_are_kept() -> None:
    finer = [[102.50000004, 24.8], *RING[1:-1], [102.50000004, 24.8]]
    assert canonical_polygon(polygon(finer)) == canonical_polygon(polygon(RING))
    exact = [[102.5000001, 24.8], *RING[1:-1], [102.5000001, 24.8]]
    assert "102.5000001" in canonical_polygon(polygon(exact))


def test_a_sliver_that_rounding_folds_is_no_boundary() -> None:
    sliver = [[102.5, 24.8], [102.6, 24.80000001], [102.6, 24.80000002], [102.5, 24.8]]
    with pytest.raises(ValueError, match=r"Self-intersection|few points|empty|rings"):
        canonical_polygon(polygon(sliver))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "Polygon or MultiPolygon"),
        ({"type": "Point", "coordinates": [102.5, 24.8]}, "Polygon or MultiPolygon"),
        (polygon(RING, properties={}), "only type and coordinates"),
        ({"type": "Polygon"}, "rings"),
        (polygon(), "empty"),
        (polygon(RING[:2]), "rings"),
        (polygon([["102.5", "24.8"], *RING[1:]]), "rings"),
        (polygon([[102.5], *RING[1:]]), "position"),
        (polygon([[102.5, 24.8, 0, 0], *RING[1:]]), "position"),
        (polygon([[True, False], *RING[1:]]), "rings"),
        (polygon([[1e300, 24.8], *RING[1:]]), "position"),
        (polygon([RING[0], RING[2], RING[1], RING[3], RING[0]]), "Self-intersection"),
        (polygon([[y, x] for x, y in RING]), "in China"),
        (polygon(RING * 4001), "more than 20000 points"),
    ],
)
def test_what_is_no_boundary_is_refused_in_words(value: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        canonical_polygon(value)


@pytest.mark.parametrize(
    ("ring", "inside"),
    [
        (moved(73 - 102.5, 0), True),
        (moved(72.99 - 102.5, 0), False),
        (moved(136 - 102.6, 0), True),
        (moved(136.01 - 102.6, 0), False),
        (moved(0, 3 - 24.8), True),
        (moved(0, 2.99 - 24.8), False),
        (moved(0, 54 - 24.9), True),
        (moved(0, 54.01 - 24.9), False),
    ],
)
def test_a_boundary_lies_in_china_on_all_four_sides(ring: list[list[float]], inside: bool) -> None:
    exact = [[round(x, 6), round(y, 6)] for x, y in ring]
    if inside:
        assert canonical_polygon(polygon(exact))
    else:
        with pytest.raises(ValueError, match="in China"):
            canonical_polygon(polygon(exact))
