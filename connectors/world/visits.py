"""Supervision visits; some ended in an order to rectify that is overdue."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import about
from connectors.world.province import Data, World, iso, turn
from connectors.world.shelves import Round, Shelf
from hub.domain.words.departments import Department

#: Which mines a department visits, and what it looks at there; others visit as `_OTHERS` says.
_ROUNDS = {Department.NATURAL_RESOURCES: Round(5, ((3, 0),)), Department.ECOLOGY: Round(7, ((4, 0),))}
_TOPICS = {
    Department.NATURAL_RESOURCES: ["三率", "边生产边修复"],
    Department.ECOLOGY: ["污染防治设施", "废水排放", "扬尘"],
}
_OTHERS = Round(11, ((5, 0),))
_RESULTS = ("NO_FINDING", "RECTIFICATION", "RECTIFICATION", "TRANSFERRED", "CASE_OPENED")


def visit(world: World, department: Department, number: int) -> Data:
    """A department's visit to a mine."""
    first = date(2026, 3, 2)
    days = number % 120
    result = turn(_RESULTS, number // 5)
    data = about(world, number, department, "检查", first) | {
        "visitedOn": iso(first, days),
        "topics": _TOPICS.get(department, ["示例事项"]),
        "findings": "示例情况：未发现问题。" if result == "NO_FINDING" else "示例情况：部分设施运行台账不全。",
        "result": result,
    }
    if result == "RECTIFICATION":
        data["rectificationDueOn"] = iso(first, days + 60)
        if number % 2:
            data["rectifiedOn"] = iso(first, days + 45)
    return data


def visits(world: World, department: Department) -> Shelf:
    """All visits of a department."""
    return _ROUNDS.get(department, _OTHERS).shelf(world, lambda _, number: visit(world, department, number))
