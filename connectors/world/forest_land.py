"""Forest and grass land in use; of temporary uses some have ended without the vegetation being restored."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import about
from connectors.world.province import Data, World, iso
from connectors.world.shelves import Round, Shelf
from hub.domain.words.departments import Department


def use(world: World, number: int) -> Data:
    """The use by a mine."""
    approved = date(2023, 2, 20)
    days = number % 365
    area = world.dice("forest land", number).randrange(5, 120)
    data = about(world, number, Department.FORESTRY_GRASSLAND, "林地", approved) | {
        "use": "TEMPORARY" if number % 2 == 0 else "PERMANENT",
        "cover": "GRASSLAND" if number % 3 == 1 else "FOREST",
        "area": f"{area / 10:.4f}",
        "approvedOn": iso(approved, days),
    }
    if number % 2 == 0:
        # Two years of use, one year to restore.
        data |= {"endsOn": iso(approved, days + 730), "restorationDueOn": iso(approved, days + 1095)}
        if number % 4 == 0:
            data |= {"restoredArea": f"{area / 10:.4f}", "restoredOn": iso(approved, days + 960)}
    return data


def uses(world: World) -> Shelf:
    """All uses."""
    return Round(5, ((3, 0),)).shelf(world, use)
