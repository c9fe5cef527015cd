"""Discharge permits and what was measured; some readings lie over their limit."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import about
from connectors.world.province import Data, World, iso
from connectors.world.shelves import Round, Shelf
from hub.domain.words.departments import Department

#: Outlet, medium, pollutant, limit in hundredths, unit.  The limits are example data.
_OUTLETS = (("DW001", "WASTE_WATER", "总磷", 50, "mg/L"), ("DA001", "DUST", "颗粒物", 100, "mg/m³"))
_PERMITS = Round(3)
_READINGS = Round(3, [(0, which) for which in range(len(_OUTLETS))])


def permit(world: World, number: int) -> Data:
    """The permit of a mine."""
    issued = date(2023, 4, 3)
    data = about(world, number, Department.ECOLOGY, "排污", issued) | {
        "category": ("KEY", "SIMPLIFIED", "REGISTERED")[number % 5 % 3],
        "issuedOn": iso(issued, number % 300),
        "validUntil": iso(issued, number % 300 + 5 * 365),
        "limits": [
            {"outlet": outlet, "pollutant": pollutant, "limit": f"{limit / 100:.2f}", "unit": unit}
            for outlet, _, pollutant, limit, unit in _OUTLETS
        ],
    }
    return data | ({"revokedOn": "2026-02-01"} if number % 99 == 0 else {})


def reading(world: World, place: int) -> Data:
    """A reading by its place."""
    number, which = _READINGS.at(place)
    outlet, medium, pollutant, limit, unit = _OUTLETS[which]
    value = world.dice("reading", place).randrange(limit // 5, limit * 11 // 10)
    return {
        "readingNo": f"示例监测{place + 1:07d}",
        "licenceNo": world.licence_no(number),
        "medium": medium,
        "outlet": outlet,
        "pollutant": pollutant,
        "measuredOn": iso(date(2026, 4, 1), number % 150),
        "value": f"{value / 100:.2f}",
        "limit": f"{limit / 100:.2f}",
        "unit": unit,
        "method": "示例自动监测",
    }


def permits(world: World) -> Shelf:
    """All permits."""
    return _PERMITS.shelf(world, permit)


def readings(world: World) -> Shelf:
    """All readings."""
    return Shelf(_READINGS.count(world.mines), lambda place: reading(world, place))
