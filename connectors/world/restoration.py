"""Restoration plans: what is owed for each year and what was done; every fourth is behind."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import about
from connectors.world.province import Data, World
from connectors.world.shelves import Round, Shelf
from hub.domain.words.departments import LEADING

_YEARS = range(2024, 2029)


def plan(world: World, number: int) -> Data:
    """The plan of a mine."""
    dice = world.dice("restoration", number)
    approved = date(2023, 11, 6)
    behind = number % 12 == 9
    years = []
    for year in _YEARS:
        duty = dice.randrange(10, 90)
        done = 0 if year > 2025 else duty * 6 // 10 if behind and year == 2025 else duty
        years.append({"year": year, "duty": f"{duty / 10:.4f}", "done": f"{done / 10:.4f}"})
    return about(world, number, LEADING, "复垦", approved) | {
        "approvedOn": approved.isoformat(),
        "validUntil": "2028-12-31",
        "fundAccrued": f"{dice.randrange(50, 900) * 10_000}.00",
        "years": years,
    }


def plans(world: World) -> Shelf:
    """All plans."""
    return Round(3).shelf(world, plan)
