"""The pool of experts, from which five are drawn for each assessment."""

from __future__ import annotations

from connectors.world.province import Data, World, turn
from connectors.world.shelves import Shelf
from hub.domain.records.experts import Speciality

_EXPERTS = 40
#: These left the pool before the plan began; the others may be drawn.
_LEFT = 4
_DRAWN = 5


def _number(place: int) -> str:
    return f"示例专家{place + 1:03d}"


def drawn(assessment: int) -> list[str]:
    """The numbers of the experts of an assessment."""
    return [_number((assessment * _DRAWN + place) % (_EXPERTS - _LEFT)) for place in range(_DRAWN)]


def expert(world: World, place: int) -> Data:
    """An expert, who has ties to the holder of a mine that is never assessed here."""
    left = {"leftOn": "2023-12-31"} if place >= _EXPERTS - _LEFT else {}
    return {
        "expertNo": _number(place),
        "name": f"示例专家{place + 1}",
        "specialities": [turn(list(Speciality), place).value, turn(list(Speciality), place + 3).value],
        "title": "SENIOR" if place % 5 < 2 else "INTERMEDIATE",
        "employer": f"示例第{place % 7 + 1}地质勘查院",
        "avoids": [world.enterprise_code(12 * place + 11)],
        "joinedOn": f"{2018 + place % 5}-03-01",
        **left,
    }


def experts(world: World) -> Shelf:
    """The whole pool."""
    return Shelf(_EXPERTS, lambda place: expert(world, place))
