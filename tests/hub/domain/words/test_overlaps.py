"""Areas are those of the ellipsoid of CGCS2000; overlaps are what boundaries share, and no more."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from hub.domain.words.geometry import canonical_polygon
from hub.domain.words.overlaps import Boundaries, hectares

_A, _F = 6378137.0, 1 / 298.257222101
_E = math.sqrt(_F * (2 - _F))


def _q(latitude: float) -> float:
    """Snyder's q, the authalic function of latitude."""
    s = math.sin(math.radians(latitude))
    e2 = _E**2
    return (1 - e2) * (s / (1 - e2 * s * s) - math.log((1 - _E * s) / (1 + _E * s)) / (2 * _E))


def cell(west: float, south: float, east: float, north: float) -> float:
    """The exact area between two meridians and two parallels, in hectares."""
    return _A**2 / 2 * (_q(north) - _q(south)) * math.radians(east - west) / 10_000


def boundary(west: float, south: float, east: float, north: float) -> str:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return canonical_polygon({"type": "Polygon", "coordinates": [ring]})


def multi(*boxes: tuple[float, float, float, float]) -> str:
    parts = [json.loads(boundary(*one))["coordinates"] for one in boxes]
    return canonical_polygon({"type": "MultiPolygon", "coordinates": parts})


@pytest.mark.parametrize("size", [0.01, 0.05, 0.1])
@pytest.mark.parametrize("south", [21.2, 24.8, 29.1])
def test_an_area_is_that_of_the_ellipsoid_to_a_millionth(size: float, south: float) -> None:
    facts = float(hectares(box(102.5, south, 102.5 + size, south + size)))
    assert facts == pytest.approx(cell(102.5, south, 102.5 + size, south + size), rel=1e-6, abs=1e-4)


def test_the_degree_at_the_equator_has_the_area_that_geographiclib_gives() -> None:
    # `Planimeter` for GRS80: 12308778361.063599 m².
    assert hectares(box(0, 0, 1, 1)) == Decimal("1230877.8361")


def test_the_way_round_does_not_matter_and_holes_are_taken_away() -> None:
    ring = [(102.5, 24.8), (102.6, 24.8), (102.6, 24.9), (102.5, 24.9)]
    hole = [(102.52, 24.82), (102.54, 24.82), (102.54, 24.84), (102.52, 24.84)]
    whole, inner = hectares(Polygon(ring)), hectares(Polygon(hole))
    for outside in (ring, ring[::-1]):
        for inside in (hole, hole[::-1]):
            assert hectares(Polygon(outside, [inside])) == pytest.approx(whole - inner, abs=Decimal("0.0001"))


def test_a_mine_that_lies_half_in_a_zone_shares_half_of_it() -> None:
    zones = Boundaries([boundary(102.55, 24.0, 103.5, 25.5), boundary(110, 24, 111, 25)])
    found = zones.shared_with(boundary(102.5, 24.8, 102.6, 24.9))
    area, [shared] = found.area, found.shared
    assert (shared.place, shared.share) == (0, Decimal("50.0000"))
    assert shared.area == pytest.approx(area / 2, abs=Decimal("0.001"))


def test_zones_that_only_meet_a_boundary_along_an_edge_or_in_a_corner_share_nothing() -> None:
    mine = boundary(102.5, 24.8, 102.6, 24.9)
    zones = Boundaries([boundary(102.6, 24.8, 102.7, 24.9), boundary(102.6, 24.9, 102.7, 25.0)])
    assert zones.shared_with(mine).shared == []
    # A screening tells with what it was compared: they are near.
    assert zones.near(mine) == [0, 1]


def test_less_than_half_a_square_metre_is_the_pens_width() -> None:
    mine = boundary(102.5, 24.8, 102.51, 24.81)
    # A hundred-thousand-millionth of a degree by about a kilometre, then a whole metre by as much.
    assert Boundaries([boundary(102.51 - 1e-9, 24.8, 102.6, 24.9)]).shared_with(mine).shared == []
    assert len(Boundaries([boundary(102.51 - 1e-5, 24.8, 102.6, 24.9)]).shared_with(mine).shared) == 1


def test_several_parts_are_added_and_the_largest_overlap_comes_first() -> None:
    mine = boundary(102.5, 24.8, 102.6, 24.9)
    small = boundary(102.59, 24.8, 102.7, 24.9)
    parts = multi((102.50, 24.8, 102.52, 24.9), (102.54, 24.8, 102.56, 24.9))
    shared = Boundaries([small, parts]).shared_with(mine).shared
    assert [(one.place, round(one.share)) for one in shared] == [(1, 40), (0, 10)]


def test_a_mine_inside_a_zone_lies_in_it_whole() -> None:
    mine = boundary(102.5, 24.8, 102.6, 24.9)
    found = Boundaries([boundary(102, 24, 103, 26)]).shared_with(mine)
    [shared] = found.shared
    assert (shared.area, shared.share) == (found.area, Decimal("100.0000"))
    assert found.together == found.area


def test_against_no_zones_there_is_an_area_and_no_overlap() -> None:
    found = Boundaries([]).shared_with(boundary(102.5, 24.8, 102.6, 24.9))
    assert found.area > 0
    assert found.shared == []
    assert found.together == 0


corner = st.tuples(st.integers(0, 80), st.integers(0, 80), st.integers(1, 40), st.integers(1, 40))


def _on_grid(one: tuple[int, int, int, int]) -> tuple[float, float, float, float]:
    x, y, wide, high = one
    return 102.5 + x / 1000, 24.8 + y / 1000, 102.5 + (x + wide) / 1000, 24.8 + (y + high) / 1000


@given(mine=corner, zones=st.lists(corner, max_size=5))
def test_overlaps_of_boxes_are_the_boxes_between_them(mine: Any, zones: list[Any]) -> None:
    found = Boundaries([boundary(*_on_grid(zone)) for zone in zones]).shared_with(boundary(*_on_grid(mine)))
    facts = {shared.place: shared for shared in found.shared}
    for place, zone in enumerate(zones):
        west, south = max(mine[0], zone[0]), max(mine[1], zone[1])
        east, north = min(mine[0] + mine[2], zone[0] + zone[2]), min(mine[1] + mine[3], zone[1] + zone[3])
        if west >= east or south >= north:
            assert place not in facts
        else:
            between = cell(*_on_grid((west, south, east - west, north - south)))
            assert float(facts[place].area) == pytest.approx(between, rel=1e-6, abs=1e-3)
            assert 0 < facts[place].share <= 100
            assert facts[place].area <= found.area
    covered = {
        (x, y)
        for zone in zones
        for x in range(max(mine[0], zone[0]), min(mine[0] + mine[2], zone[0] + zone[2]))
        for y in range(max(mine[1], zone[1]), min(mine[1] + mine[3], zone[1] + zone[3]))
    }
    exact = sum(cell(*_on_grid((x, y, 1, 1))) for x, y in covered)
    # The shortest way between two corners on one parallel runs a hand beside it; in a union the edges differ in length.
    assert float(found.together) == pytest.approx(exact, rel=1e-5, abs=5e-2)


def test_what_lies_in_two_zones_counts_once() -> None:
    mine = boundary(102.5, 24.8, 102.6, 24.9)
    whole, half, other_half = (boundary(west, 24.0, 103.0, 25.0) for west in (102.0, 102.55, 102.55))
    found = Boundaries([whole, half, other_half]).shared_with(mine)
    assert [round(shared.share) for shared in found.shared] == [100, 50, 50]
    assert found.together == found.area
    halves = Boundaries([half, other_half]).shared_with(mine)
    assert halves.together == halves.shared[0].area
