"""A boundary is kept as canonical GeoJSON in CGCS2000 degrees, and what is kept is a polygon."""

from __future__ import annotations

import json
from typing import Any

import pytest
from shapely import from_geojson

from hub.domain.words.geometry import canonical_polygon, is_cgcs2000

RING = [[102.5, 24.8], [102.6, 24.8], [102.6, 24.9], [102.5, 24.9], [102.5, 24.8]]


def polygon(*rings: list[list[float]], **more: Any) -> dict[str, Any]:
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
