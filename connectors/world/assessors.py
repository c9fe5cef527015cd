"""Third-party assessors; the last of them may not assess for a while."""

from __future__ import annotations

from connectors.world.province import Data, World, credit_code, turn
from connectors.world.shelves import Shelf

#: Those that assess, and one that is suspended.
_ASSESSING = 5


def chosen(assessment: int) -> Data:
    """The code and the name of an assessment's assessor."""
    return _known(assessment % _ASSESSING)


def _known(place: int) -> Data:
    return {"uscc": credit_code("12530000", place + 1), "name": f"示例绿色矿山评估中心{place + 1}"}


def assessor(world: World, place: int) -> Data:
    """An assessor, which once worked for the holder of a mine that is never assessed here."""
    data = _known(place) | {
        "category": turn(("INSTITUTION", "ENTERPRISE", "ASSOCIATION"), place),
        "independentLegalPerson": True,
        "technicalStaff": 18 + place * 3,
        "seniorStaff": 7 + place,
        "registeredOn": "2023-05-10",
        "dealings": [
            {
                "uscc": world.enterprise_code(12 * place + 9),
                "beganOn": "2023-02-01",
                "endedOn": "2024-01-31",
                "subject": "示例往来：矿山储量核实",
            }
        ],
    }
    if place == _ASSESSING:
        data |= {
            "suspendedUntil": "2027-03-31",
            "misconduct": [{"notedOn": "2026-03-20", "text": "示例事由：评估报告与现场情况不符。"}],
        }
    return data


def assessors(world: World) -> Shelf:
    """All assessors."""
    return Shelf(_ASSESSING + 1, lambda place: assessor(world, place))
