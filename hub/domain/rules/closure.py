"""Closure duties 闭坑前管理: what a producing mine with less than three years left is held to (plan, section 2.2).

Pollution prevention, restoration of the geological environment, land reclamation, and vegetation; what the records say of each
is told by one record: the permit, the restoration plan, or the use of forest or grass land that is furthest behind.
"""

from __future__ import annotations

from hub.domain.words.worded import Words


class ClosureTask(Words):
    """闭坑前管理任务 / closure duty."""

    POLLUTION_PREVENTION = "POLLUTION_PREVENTION", "污染防治", "pollution prevention"
    GEOLOGICAL_ENVIRONMENT = "GEOLOGICAL_ENVIRONMENT", "矿山地质环境恢复治理", "restoration of the geological environment"
    LAND_RECLAMATION = "LAND_RECLAMATION", "土地复垦", "land reclamation"
    VEGETATION = "VEGETATION", "恢复植被", "vegetation"


class DutyState(Words):
    """任务状态 / state of a duty."""

    NO_RECORD = "NO_RECORD", "无记录", "no record"
    IN_HAND = "IN_HAND", "履行中", "in hand"
    OVERDUE = "OVERDUE", "已逾期（或许可失效）", "overdue, or its permit has ended"
    DONE = "DONE", "已完成", "done"
