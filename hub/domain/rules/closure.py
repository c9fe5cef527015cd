"""Closure duties 闭坑前管理: what a producing mine with less than three years left is held to (plan, section 2.2).

Pollution prevention, restoration of the geological environment, land reclamation, and vegetation; what the records say of each
is told by one record: the permit, the restoration plan, or the use of forest or grass land that is furthest behind.
"""

from __future__ import annotations

from enum import StrEnum


class ClosureTask(StrEnum):
    """污染防治, 矿山地质环境恢复治理, 土地复垦, 恢复植被."""

    POLLUTION_PREVENTION = "POLLUTION_PREVENTION"
    GEOLOGICAL_ENVIRONMENT = "GEOLOGICAL_ENVIRONMENT"
    LAND_RECLAMATION = "LAND_RECLAMATION"
    VEGETATION = "VEGETATION"


class DutyState(StrEnum):
    """无记录, 履行中, 已逾期（或许可失效）, 已完成."""

    NO_RECORD = "NO_RECORD"
    IN_HAND = "IN_HAND"
    OVERDUE = "OVERDUE"
    DONE = "DONE"
