"""Screenings of mines against the zone of their prefecture, worked out from both outlines."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import about
from connectors.world.mines import mine
from connectors.world.province import Data, World, iso
from connectors.world.shelves import Round, Shelf
from connectors.world.zones import Box, hectares, outline, reach, zone_code, zone_name
from hub.domain.records.zones import SCREENED_BY, ZoneKind
from hub.domain.words.divisions import PREFECTURES

#: Two mines of four in each prefecture are screened, those among them into which zones reach.
_ROUND = Round(4 * len(PREFECTURES), [(number, 0) for number in range(2 * len(PREFECTURES))])


def screening(world: World, kind: ZoneKind, number: int) -> Data:
    """The screening of a mine."""
    prefecture = number % len(PREFECTURES)
    own = outline(mine(world, number)["boundary"])
    area = hectares(own)
    screened = date(2025, 7, 1)
    shared = _common(own, reach(world, kind, prefecture))
    overlaps = []
    if shared:
        within = hectares(shared)
        named = {"zoneCode": zone_code(kind, prefecture), "name": zone_name(kind, prefecture)}
        overlaps.append(named | {"area": f"{within:.4f}", "share": f"{100 * within / area:.4f}"})
    return about(world, number, SCREENED_BY[kind], "涉区", screened) | {
        "zoneKind": kind.value,
        "screenedOn": iso(screened, number % 200),
        "mineArea": f"{area:.4f}",
        "zonesLookedAt": len(PREFECTURES),
        "statedOverlapArea": overlaps[0]["area"] if overlaps else "0.0000",
        "overlaps": overlaps,
    }


def _common(one: Box, other: Box) -> Box | None:
    west, south = max(one[0], other[0]), max(one[1], other[1])
    east, north = min(one[2], other[2]), min(one[3], other[3])
    return (west, south, east, north) if west < east and south < north else None


def screenings(world: World, kind: ZoneKind) -> Shelf:
    """All screenings against zones of a kind."""
    return _ROUND.shelf(world, lambda _, number: screening(world, kind, number))
