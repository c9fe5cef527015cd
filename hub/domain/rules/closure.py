"""Closure duties 闭坑前管理: what a producing mine with less than three years left is held to (plan, section 2.2).

Pollution prevention, restoration of the geological environment, land reclamation, and vegetation; what the records say of each
is told by one record: the permit, the restoration plan, or the use of forest or grass land that is furthest behind.
"""

from __future__ import annotations

from datetime import date
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


def restoring(owed_since: date | None, on: date) -> DutyState:
    """Where a duty to restore stands, told by the record's day from which something is owed."""
    if owed_since is None:
        return DutyState.DONE
    return DutyState.OVERDUE if owed_since < on else DutyState.IN_HAND


def preventing(valid_until: date | None, revoked_on: date | None, on: date) -> DutyState:
    """Where pollution prevention stands, told by the latest pollutant permit: it goes on until the mine is closed."""
    lapsed = (valid_until is not None and valid_until < on) or (revoked_on is not None and revoked_on <= on)
    return DutyState.OVERDUE if lapsed else DutyState.IN_HAND
