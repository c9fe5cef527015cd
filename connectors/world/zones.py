"""Red lines and protected areas, one of each in every prefecture: boxes that reach into one of its mines."""

from __future__ import annotations

from math import log, radians, sin, sqrt

from connectors.world.mines import box, mine
from connectors.world.province import Data, World
from connectors.world.shelves import Shelf
from hub.domain.records.zones import ZoneKind
from hub.domain.words.divisions import DIVISIONS, PREFECTURES

Box = tuple[float, float, float, float]

_NAMES = {
    ZoneKind.ECOLOGICAL_RED_LINE: ("HX", "生态保护红线", "水源涵养"),
    ZoneKind.PROTECTED_AREA: ("BHD", "自然保护区", "省级自然保护区"),
}
#: The ellipsoid of CGCS2000: half its longer axis in metres, and its flattening.
_A, _F = 6378137.0, 1 / 298.257222101


def zone_code(kind: ZoneKind, prefecture: int) -> str:
    """The code of a prefecture's zone."""
    return f"示例{_NAMES[kind][0]}{PREFECTURES[prefecture]}"


def zone_name(kind: ZoneKind, prefecture: int) -> str:
    """Its name."""
    return f"示例{DIVISIONS[PREFECTURES[prefecture]].name}{_NAMES[kind][1]}"


def outline(boundary: Data) -> Box:
    """West, south, east and north of a box."""
    west_south, _, east_north, *_ = boundary["coordinates"][0]
    return (*west_south, *east_north)


def reach(world: World, kind: ZoneKind, prefecture: int) -> Box:
    """The box of a prefecture's zone, which takes half of its first mine (red lines) or of its second (protected areas)."""
    number = prefecture + len(PREFECTURES) * list(ZoneKind).index(kind)
    west, south, east, _ = outline(mine(world, number)["boundary"])
    middle = (west + east) / 2
    return round(middle, 6), round(south - 0.05, 6), round(middle + 0.1, 6), round(south + 0.06, 6)


def zone(world: World, kind: ZoneKind, prefecture: int) -> Data:
    """The zone of a prefecture."""
    return {
        "zoneCode": zone_code(kind, prefecture),
        "zoneKind": kind.value,
        "name": zone_name(kind, prefecture),
        "level": _NAMES[kind][2],
        "effectiveOn": "2022-10-14",
        "boundary": box(*reach(world, kind, prefecture)),
    }


def zones(world: World, kind: ZoneKind) -> Shelf:
    """All zones of a kind."""
    return Shelf(len(PREFECTURES), lambda prefecture: zone(world, kind, prefecture))


def hectares(of: Box) -> float:
    """The area of a box on the ellipsoid."""
    west, south, east, north = of
    e = sqrt(_F * (2 - _F))

    def below(latitude: float) -> float:
        s = e * sin(radians(latitude))
        return (s / (1 - s * s) + log((1 + s) / (1 - s)) / 2) / e

    return radians(east - west) * (_A * (1 - _F)) ** 2 / 2 * (below(north) - below(south)) / 10_000
