"""Commendations of units and of persons."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import issued
from connectors.world.province import Data, World
from connectors.world.shelves import Round, Shelf
from hub.domain.words.departments import LEADING
from hub.domain.words.divisions import PROVINCE

_EVERY = 30
_COMMENDED = date(2026, 6, 5)


def commendation(world: World, number: int) -> Data:
    """The commendation for what was done at a mine: of its holder, or of one of its people."""
    person = number // _EVERY % 3 == 2
    whom: Data = (
        {"recipientKind": "PERSON", "recipient": f"示例人{number}"}
        if person
        else {
            "recipientKind": "UNIT",
            "recipient": world.enterprise_name(number),
            "partyUscc": world.enterprise_code(number),
        }
    )
    return (
        issued(LEADING, PROVINCE, "表彰", _COMMENDED, number)
        | whom
        | {
            "licenceNo": world.licence_no(number),
            "honour": "示例·绿色矿山建设先进个人" if person else "示例·绿色矿山建设先进单位",
            "reason": "示例事迹：在绿色矿山建设中成效显著。",
            "commendedOn": _COMMENDED.isoformat(),
        }
    )


def commendations(world: World) -> Shelf:
    """All commendations."""
    return Round(_EVERY, ((18, 0),)).shelf(world, commendation)
