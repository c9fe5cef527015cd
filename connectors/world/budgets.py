"""What finance secures for assessments, verification and informatisation, for the province and each prefecture."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import issued
from connectors.world.province import Data, World
from connectors.world.shelves import Shelf, every
from hub.domain.records.budgets import BudgetPurpose
from hub.domain.words.departments import Department
from hub.domain.words.divisions import PREFECTURES, PROVINCE

_PLACES = (PROVINCE, *PREFECTURES)
_DECIDED = date(2026, 2, 10)


def item(world: World, division: str, place: int, purpose: BudgetPurpose) -> Data:
    """An item of a division's budget."""
    dice = world.dice("budget", division, purpose)
    planned = dice.randrange(20, 600)
    return issued(Department.FINANCE, division, "预", _DECIDED, place) | {
        "year": 2026,
        "divisionCode": division,
        "purpose": purpose.value,
        "planned": f"{planned * 10_000}.00",
        "paid": f"{planned * dice.randrange(0, 101) * 100}.00",
        "decidedOn": _DECIDED.isoformat(),
    }


def items(world: World) -> Shelf:
    """All items."""
    pairs = [(division, purpose) for division in _PLACES for purpose in BudgetPurpose]
    return every(item(world, division, place, purpose) for place, (division, purpose) in enumerate(pairs))
