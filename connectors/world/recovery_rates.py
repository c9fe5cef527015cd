"""The three rates of mines in two years; some fall below what is required."""

from __future__ import annotations

from typing import Any

from connectors.world.mines import mine
from connectors.world.province import Data, World
from connectors.world.shelves import Round, Shelf

#: Required minimum by class of mineral; none where the rate has no meaning.  Example data.
_REQUIRED: dict[str, dict[str, int]] = {
    "METAL": {"mining": 80, "processing": 75, "utilisation": 50},
    "NON_METAL": {"mining": 85, "processing": 80},
    "ENERGY": {"mining": 75, "utilisation": 60},
    "WATER_GAS": {"utilisation": 70},
}
_YEARS = (2024, 2025)
_ROUND = Round(3, ((0, 0), (0, 1)))


def rates(world: World, number: int, year: int) -> Data:
    """The rates of a mine in a year."""
    of = mine(world, number)
    dice = world.dice("rates", number, year)
    data: dict[str, Any] = {
        "licenceNo": of["licenceNo"],
        "year": year,
        "standard": f"示例指标：{of['mineral']}最低要求（示例档）",
        "verifiedBy": "示例核定单位",
        "upstream": {"jlbh": f"{number}-{year}"},
    }
    for name, least in _REQUIRED[of["mineralClass"]].items():
        data |= {name: f"{least + dice.randrange(-200, 1200) / 100:.2f}", f"{name}Required": f"{least}.00"}
    return data


def recovery_rates(world: World) -> Shelf:
    """All rates."""

    def row(place: int) -> Data:
        number, which = _ROUND.at(place)
        return rates(world, number, _YEARS[which])

    return Shelf(_ROUND.count(world.mines), row)
