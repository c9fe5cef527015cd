"""Mines and their boundaries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

from connectors.world.province import Data, World
from connectors.world.shelves import Shelf
from hub.domain.words.divisions import DIVISIONS, PREFECTURES

_MINERALS = (  # name, class, methods, medium and large from … (10,000 t a year)
    ("磷矿", "NON_METAL", ("OPEN_PIT", "UNDERGROUND"), 30, 100),
    ("铜矿", "METAL", ("UNDERGROUND", "COMBINED"), 30, 100),
    ("铅锌矿", "METAL", ("UNDERGROUND",), 30, 100),
    ("锡矿", "METAL", ("UNDERGROUND",), 30, 100),
    ("铝土矿", "METAL", ("OPEN_PIT",), 30, 100),
    ("煤", "ENERGY", ("UNDERGROUND",), 45, 120),
    ("石灰岩", "NON_METAL", ("OPEN_PIT",), 50, 100),
    ("岩盐", "NON_METAL", ("OTHER",), 10, 20),
    ("矿泉水", "WATER_GAS", ("OTHER",), 5, 10),
)
_AREAS = "东南西北中"
#: Degrees from one side of a mine to the other.
_SIZE = 0.01


def mine(world: World, number: int) -> Data:
    """A mine by its number."""
    dice = world.dice("mine", number)
    mineral, mineral_class, methods, medium, large = _MINERALS[number % len(_MINERALS)]
    scale = dice.choices(("LARGE", "MEDIUM", "SMALL"), (2, 3, 5))[0]
    low, high = {"LARGE": (large, large * 4), "MEDIUM": (medium, large), "SMALL": (max(1, medium // 5), medium)}[scale]
    capacity = Decimal(dice.randrange(low * 10, max(high, low + 1) * 10)) / 10
    # Now and then a licence has run out.
    begins = date((2006 if number % 29 == 28 else 2017) + number % 8, number % 12 + 1, 1 + number % 28)
    years = {"LARGE": 30, "MEDIUM": 20, "SMALL": 10}[scale]
    state = dice.choices(("PRODUCING", "NEW", "EXPANSION", "SUSPENDED", "CLOSING", "CLOSED"), (75, 5, 7, 8, 3, 2))[0]
    remaining = Decimal(dice.randrange(50, 4000)) / 100
    west, south = _corner(number, dice)
    return {
        "licenceNo": world.licence_no(number),
        "name": f"示例{DIVISIONS[world.division(number)].name}{_AREAS[number % 5]}{number + 1}号{mineral}",
        "enterpriseUscc": world.enterprise_code(number),
        "mineral": mineral,
        "mineralClass": mineral_class,
        "associatedMinerals": ["伴生银"] if mineral in ("铜矿", "铅锌矿") else [],
        "scale": scale,
        "designedCapacity": str(capacity),
        "miningMethod": dice.choice(methods),
        "divisionCode": world.division(number),
        # Now and then one lies in the next county too.
        "otherDivisions": sorted({world.division(number + len(PREFECTURES))} - {world.division(number)})
        if number % 31 == 30
        else [],
        "lifeCycle": state,
        "licenceValidFrom": begins.isoformat(),
        "licenceValidUntil": begins.replace(year=begins.year + years).isoformat(),
        "miningRightNo": f"示例采权〔{begins.year}〕{number + 1}号",
        "miningRightUntil": begins.replace(year=begins.year + 30).isoformat(),
        "remainingYears": str(remaining),
        "normalProduction3Years": state == "PRODUCING",
        "annualOutput": [
            {"year": year, "quantity": str((capacity * dice.randrange(60, 110) / 100).quantize(Decimal("0.01")))}
            for year in (2023, 2024, 2025)
        ],
        "boundary": box(west, south, west + _SIZE, south + _SIZE),
    }


def _corner(number: int, dice: Random) -> tuple[float, float]:
    prefecture = number % len(PREFECTURES)
    return 98.5 + (prefecture % 4) * 1.6 + dice.random() * 1.2, 22.2 + (prefecture // 4) * 1.5 + dice.random() * 1.2


def box(west: float, south: float, east: float, north: float) -> Data:
    """A polygon along the degrees."""
    w, s, e, n = (round(x, 6) for x in (west, south, east, north))
    return {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}


def mines(world: World) -> Shelf:
    """All mines; the platform adds the holder's name and who issued the licence."""
    return Shelf(
        world.mines,
        lambda number: mine(world, number) | {"upstream": {"ckqr": world.enterprise_name(number), "fzjg": "示例发证机关"}},
    )
