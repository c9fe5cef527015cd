"""Assessments that were made against the rules (plan, section 5.3 and annex 1): each a line of its own, named by its conflict
code.  Whoever posts them may judge; what is listed by one of them is in doubt (`hub.domain.rules.listings`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from hub.domain.records.assessments import AssessmentResult, assessed_on, falls_short, judged_on
from hub.domain.records.assessors import is_fit, is_suspended
from hub.domain.records.experts import is_in_pool, is_tied
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.timelines import END, Fact, Facts, Rule, State, having


def _assessor_unfit(facts: Facts, day: date) -> Iterator[State]:
    """A third party that assessed though it holds the mine or is tied to who does, was not registered yet or is not any more,
    was suspended, or has too few people of its own (plan, section 5.3)."""
    mine = facts.version("mine", day)
    if mine is None:
        return
    for fact in facts.of("assessment"):
        on = assessed_on(fact.record)
        if on is None or day < on or not _names_its_assessor(fact.record):
            continue
        now, then = _assessor(facts, fact.record.assessor_uscc, on)
        suspended = then is not None and is_suspended(then.record, on)
        if now is None or suspended or not is_fit(now.record, mine.record.enterprise_uscc, on, day):
            because = (fact.id, now.id) if now else (fact.id,)
            yield State(ConflictCode.ASSESSOR_UNFIT, fact.id, because, due_on=on, label=fact.record.assessment_no)


def _assessor(facts: Facts, uscc: str, on: date) -> tuple[Fact | None, Fact | None]:
    """What is known of an assessor now, and what was on a day: it says until when it is suspended, and not since when, so that
    what it was told afterwards is no matter of what it did before."""
    known = [fact for fact in facts.of("assessor") if fact.record.uscc == uscc]
    now = next((fact for fact in known if fact.known_until == END), None)
    return now, next((fact for fact in known if fact.known_from <= on < fact.known_until), None)


def _days_of_assessing(facts: Facts) -> Iterator[date]:
    yield from (on for fact in facts.of("assessment") if (on := assessed_on(fact.record)))


def _days_of_assessors(facts: Facts) -> Iterator[date]:
    yield from _days_of_assessing(facts)
    yield from (dealing.began_on for fact in facts.of("assessor") for dealing in fact.record.dealings)


def _names_its_assessor(assessment: Any) -> bool:
    return assessment.assessor_uscc is not None


def _expert_unfit(facts: Facts, day: date) -> Iterator[State]:
    """Experts who assessed though they are tied to who holds the mine, or were not in the pool on that day (plan, annex 1).

    Ties have no days of their own: what the pool says of them now counts, so that a pool that is put right puts right what
    was judged by it.
    """
    mine = facts.version("mine", day)
    if mine is None:
        return
    pool = {fact.record.expert_no: fact for fact in facts.of("expert")}
    for fact in facts.of("assessment"):
        on = assessed_on(fact.record)
        if on is None or day < on or not _names_experts(fact.record):
            continue
        named = {number: pool.get(number) for number in fact.record.expert_nos}
        unfit = [one for one in named.values() if one is None or not _may_assess(one.record, mine.record, on)]
        if unfit:
            because = (fact.id, *(one.id for one in unfit if one is not None))
            yield State(ConflictCode.EXPERT_UNFIT, fact.id, because, due_on=on, label=fact.record.assessment_no)


def _may_assess(expert: Any, mine: Any, on: date) -> bool:
    return is_in_pool(expert, on) and not is_tied(expert, mine.enterprise_uscc)


def _names_experts(assessment: Any) -> bool:
    return bool(assessment.expert_nos)


def _below_standard(facts: Facts, day: date) -> Iterator[State]:
    """A judgement that lets pass what falls short of the system by which it is made, until a later step fails it."""
    if facts.version("mine", day) is None:
        return
    systems = {fact.record.code: fact for fact in facts.of("indicator_system")}
    for fact in facts.of("assessment"):
        on, system = judged_on(fact.record), systems.get(fact.record.indicator_system_code)
        if on is None or day < on or system is None or _failed_by(fact.record, day):
            continue
        if falls_short(fact.record, system.record):
            both = fact.id, system.id
            yield State(ConflictCode.PASSED_BELOW_STANDARD, fact.id, both, due_on=on, label=fact.record.assessment_no)


def _failed_by(assessment: Any, day: date) -> bool:
    is_failed: bool = assessment.result is AssessmentResult.FAILED and assessment.ended_on <= day
    return is_failed


def _days_of_judgements(facts: Facts) -> Iterator[date]:
    yield from (on for fact in facts.of("assessment") if (on := judged_on(fact.record)))


def _is_judged(assessment: Any) -> bool:
    return judged_on(assessment) is not None


ASSESSMENTS: tuple[Rule, ...] = (
    Rule(
        name=ConflictCode.ASSESSOR_UNFIT.value,
        reads={
            "mine": ("enterprise_uscc",),
            "assessment": ("assessor_uscc", "assessment_no", "steps"),
            "assessor": ("uscc", "registered_on", "suspended_until", "technical_staff", "senior_staff", "dealings"),
        },
        rows={"assessment": _names_its_assessor},
        applies=having("mine", "assessment"),
        turns=_days_of_assessors,
        on=_assessor_unfit,
    ),
    Rule(
        name=ConflictCode.EXPERT_UNFIT.value,
        reads={
            "mine": ("enterprise_uscc",),
            "assessment": ("expert_nos", "assessment_no", "steps"),
            "expert": ("expert_no", "joined_on", "left_on", "employer_uscc", "avoids"),
        },
        rows={"assessment": _names_experts},
        applies=having("mine", "assessment"),
        turns=_days_of_assessing,
        on=_expert_unfit,
    ),
    Rule(
        name=ConflictCode.PASSED_BELOW_STANDARD.value,
        reads={
            "mine": (),
            "assessment": (
                *("indicator_system_code", "assessment_no", "steps", "result", "ended_on"),
                *("preconditions", "scores", "total_points", "expert_nos"),
            ),
            "indicator_system": (
                *("code", "pass_points", "first_level_share", "least_experts"),
                *("preconditions", "indicators"),
            ),
        },
        rows={"assessment": _is_judged},
        applies=having("mine", "assessment", "indicator_system"),
        turns=_days_of_judgements,
        on=_below_standard,
    ),
)
