"""Closure duties 闭坑前管理: what a producing mine with less than three years left is held to (plan, section 2.2).

Pollution prevention, restoration of the geological environment, land reclamation, and vegetation; what the records say of each
is told by one record: the permit, the restoration plan, or the use of forest or grass land that is furthest behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from hub.domain.records.forest_land import LandUse
from hub.domain.rules.duties import held_to_closure
from hub.domain.rules.timelines import Fact, Facts, Rule, State
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
    UNKNOWN = "UNKNOWN", "不明", "not known"
    IN_HAND = "IN_HAND", "履行中", "in hand"
    OVERDUE = "OVERDUE", "已逾期（或许可失效）", "overdue, or its permit has ended"
    DONE = "DONE", "已完成", "done"


class WhyUnknown(Words):
    """不明原因 / why it is not known whether a duty is done."""

    NOTHING_PLANNED = "NOTHING_PLANNED", "方案未列年度任务", "the plan has no years"
    PLAN_EXPIRED = "PLAN_EXPIRED", "方案适用期已过", "the plan's term is over"
    PERMANENT_USE = "PERMANENT_USE", "仅有永久占用", "only land that is used for good"


def _restoration(facts: Facts, task: ClosureTask, day: date) -> State | None:
    """By the last plan that was approved.  One without years plans nothing, and when its term is over nothing is planned for
    what the mine has used since: neither says that all is done."""
    plan = _last(facts.of("restoration_plan"), lambda fact: fact.record.approved_on, day)
    if plan is None:
        return None
    if plan.record.owed_since is None:
        if not plan.record.years:
            return _unknown(task, plan, WhyUnknown.NOTHING_PLANNED)
        if plan.record.valid_until < day:
            return _unknown(task, plan, WhyUnknown.PLAN_EXPIRED)
    return _owed(task, plan, plan.record.owed_since, day)


def _vegetation(facts: Facts, task: ClosureTask, day: date) -> State | None:
    """By the temporary use that is furthest behind.  What is used for good is not restored, and tells of no duty."""
    uses = [fact for fact in facts.of("forest_land_use") if fact.record.approved_on <= day]
    temporary = [fact for fact in uses if fact.record.use is LandUse.TEMPORARY]
    owing = [fact.record.owed_since for fact in temporary if fact.record.owed_since is not None]
    first = min(owing, default=None)
    behind = [fact for fact in temporary if fact.record.owed_since == first]
    use = _last(behind or uses, lambda fact: fact.record.approved_on, day)
    if use is None:
        return None
    return _owed(task, use, first, day) if behind else _unknown(task, use, WhyUnknown.PERMANENT_USE)


def _prevention(facts: Facts, task: ClosureTask, day: date) -> State | None:
    """By the last permit that was issued: it lapses after its last day, and on the day on which it is revoked."""
    permit = _last(facts.of("pollutant_permit"), lambda fact: fact.record.issued_on, day)
    if permit is None:
        return None
    until, revoked = permit.record.valid_until, permit.record.revoked_on
    lapsed = (until is not None and until < day) or (revoked is not None and revoked <= day)
    state = DutyState.OVERDUE if lapsed else DutyState.IN_HAND
    return State(state, task, (permit.id,), due_on=until if revoked is None else revoked)


def _last(facts: Iterable[Fact], when: Callable[[Fact], date], day: date) -> Fact | None:
    return max((fact for fact in facts if when(fact) <= day), key=lambda fact: (when(fact), fact.id), default=None)


def _owed(task: ClosureTask, fact: Fact, owed_since: date | None, day: date) -> State:
    if owed_since is None:
        return State(DutyState.DONE, task, (fact.id,))
    return State(DutyState.OVERDUE if owed_since < day else DutyState.IN_HAND, task, (fact.id,), due_on=owed_since)


def _unknown(task: ClosureTask, fact: Fact, why: WhyUnknown) -> State:
    return State(DutyState.UNKNOWN, task, (fact.id,), label=why)


#: By what a task is told.
_TOLD: Sequence[tuple[ClosureTask, Callable[[Facts, ClosureTask, date], State | None]]] = (
    (ClosureTask.POLLUTION_PREVENTION, _prevention),
    (ClosureTask.GEOLOGICAL_ENVIRONMENT, _restoration),
    (ClosureTask.LAND_RECLAMATION, _restoration),
    (ClosureTask.VEGETATION, _vegetation),
)


def _closure_duties(facts: Facts, day: date) -> Iterator[State]:
    mine = facts.version("mine", day)
    if mine is None or not held_to_closure(mine.record):
        return
    for task, told in _TOLD:
        yield told(facts, task, day) or State(DutyState.NO_RECORD, task)


def _is_ever_held(facts: Facts) -> bool:
    return any(held_to_closure(mine.record) for mine in facts.of("mine"))


CLOSURE_DUTY = Rule(
    name="CLOSURE_DUTY",
    reads={
        "mine": ("life_cycle", "remaining_years"),
        "restoration_plan": ("approved_on", "valid_until", "years", "owed_since"),
        "forest_land_use": ("use", "approved_on", "owed_since"),
        "pollutant_permit": ("issued_on", "valid_until", "revoked_on"),
    },
    applies=_is_ever_held,
    on=_closure_duties,
)
