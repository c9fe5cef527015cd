"""Energy and carbon of mines in a year; some lie over their limit."""

from __future__ import annotations

from connectors.world.province import Data, World
from connectors.world.shelves import Round, Shelf


def use(world: World, number: int) -> Data:
    """The energy use of a mine."""
    dice = world.dice("energy", number)
    energy = dice.randrange(300, 20_000)
    return {
        "licenceNo": world.licence_no(number),
        "year": 2025,
        "energy": f"{energy}.0000",
        "intensity": f"{dice.randrange(250, 520) / 100:.6f}",
        "intensityLimit": "4.800000",
        "carbon": f"{energy * 2.6:.4f}",
        "cleanTransportShare": f"{dice.randrange(0, 10_000) / 100:.2f}",
        "energyPlan": dice.random() < 0.7,
        "upstream": {"JLBH": f"{number}-2025"},
    }


def uses(world: World) -> Shelf:
    """All energy uses."""
    return Round(3).shelf(world, use)
