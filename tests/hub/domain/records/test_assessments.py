"""Assessments: steps in their order, what falls short of a system, and experts without ties."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.records.assessments import AssessmentResult, AssessmentStage, falls_short, judged_on, open_on
from hub.domain.records.experts import is_in_pool, is_tied
from hub.domain.words.errors import ErrorCode
from tests import duties, makers
from tests.hub.domain.records.judging import Facts, facts, problems_against, problems_of, read
from tests.makers import uscc

K = RecordKind
KNOWN = (
    (K.MINE, makers.mine()),
    (K.INDICATOR_SYSTEM, duties.system()),
    (K.ASSESSOR, duties.assessor()),
    (K.EXPERT, duties.expert(1)),
    (K.EXPERT, duties.expert(2)),
)


def judged(*more: tuple[RecordKind, dict[str, Any]], **item: Any) -> Facts:
    """What does not fit; `more` takes the place of what is known by the same number."""
    return facts(problems_against(K.ASSESSMENT, duties.assessment(**item), *KNOWN, *more))


def problems(**item: Any) -> Facts:
    return problems_of(K.ASSESSMENT, duties.assessment(**item))


def test_an_assessment_that_came_through_everything_fits() -> None:
    assert problems() == judged() == set()
    assert problems(steps=duties.steps(8)) == judged(steps=duties.steps(8)) == set()


@pytest.mark.parametrize("left_out", range(7))
def test_no_step_is_skipped(left_out: int) -> None:
    steps = duties.steps(8)
    del steps[left_out]
    assert (f"steps.{left_out}.stage", ErrorCode.STEP_NOT_ALLOWED) in problems(steps=steps)


def test_nothing_follows_a_step_that_failed() -> None:
    steps = duties.steps(3, failed=True) + duties.steps(4)[3:]
    assert problems(steps=steps) == {("steps.3", ErrorCode.STEP_NOT_ALLOWED)}


def test_steps_come_in_the_order_of_their_days_and_after_the_application() -> None:
    steps = duties.steps(3)
    steps[2]["on"] = "2025-01-02"
    assert problems(steps=steps) == {("steps.2.on", ErrorCode.DATES_OUT_OF_ORDER)}
    assert problems(appliedOn="2025-01-03") == {("steps.0.on", ErrorCode.DATES_OUT_OF_ORDER)}


def test_codes_are_told_once_and_a_third_party_is_named() -> None:
    twice = [{"code": "2.1", "points": "1"}, {"code": "2.1", "points": "2"}]
    assert problems(scores=twice) == {("scores", ErrorCode.DUPLICATE)}
    assert problems(assessorUscc=None) == {("assessorUscc", ErrorCode.REQUIRED)}
    assert problems(assessorUscc=None, steps=duties.steps(4)) == set()


@pytest.mark.parametrize(
    ("steps", "stage", "result", "passed", "ended"),
    [
        ([], None, AssessmentResult.IN_PROGRESS, None, None),
        (duties.steps(2), AssessmentStage.COUNTY_REVIEW, AssessmentResult.IN_PROGRESS, None, None),
        (
            duties.steps(2, failed=True),
            AssessmentStage.COUNTY_REVIEW,
            AssessmentResult.FAILED,
            None,
            date(2025, 1, 3),
        ),
        (duties.steps(6), AssessmentStage.VERIFICATION, AssessmentResult.PASSED, date(2025, 1, 7), None),
        (duties.steps(8), AssessmentStage.LISTING, AssessmentResult.PASSED, date(2025, 1, 7), date(2025, 1, 9)),
    ],
)
def test_where_it_is_and_how_it_ended_follow_from_its_steps(
    steps: list[dict[str, Any]], stage: Any, result: Any, passed: date | None, ended: date | None
) -> None:
    found = read(K.ASSESSMENT, duties.assessment(steps=steps))
    assert (found.stage, found.result, found.passed_on, found.ended_on) == (stage, result, passed, ended)
    assert found.total_points == Decimal("89.00")
    assert not open_on(found, date(2024, 12, 31))
    assert open_on(found, date(2025, 1, 1))
    assert open_on(found, date(2026, 1, 1)) is (ended is None)


def short(**item: Any) -> bool:
    """Whether it falls short of its system, which nobody refuses: who judges may say so."""
    assert judged(**item) == set()
    return falls_short(read(K.ASSESSMENT, duties.assessment(**item)), read(K.INDICATOR_SYSTEM, duties.system()))


@pytest.mark.parametrize(
    ("preconditions", "is_short"),
    [
        ([{"code": "P1", "met": True}, {"code": "P2", "met": True}], False),
        ([{"code": "P1", "met": True}], True),
        ([{"code": "P1", "met": True}, {"code": "P2", "met": False}], True),
        ([], True),
    ],
)
def test_a_precondition_that_fails_or_was_not_looked_at_is_too_little(
    preconditions: list[dict[str, Any]], is_short: bool
) -> None:
    assert short(preconditions=preconditions) is is_short


def scores(environment: str, greening: str, mining: str) -> list[dict[str, Any]]:
    return [{"code": code, "points": points} for code, points in (("1.1.1", environment), ("1.1.2", greening), ("2.1", mining))]


@pytest.mark.parametrize(
    ("given", "is_short"),
    [
        (scores("40", "10", "30"), False),  # 80 in all, 50 of 60 and 30 of 40
        (scores("40", "9.99", "30"), True),  # 79.99
        (scores("40", "20", "29.99"), True),  # less than 75 % of the second
        (scores("40", "5", "40"), False),  # 75 % of the first
        (scores("40", "4.99", "40"), True),
        ([], True),
    ],
)
def test_points_reach_in_all_and_for_each_first_level(given: list[dict[str, Any]], is_short: bool) -> None:
    assert short(scores=given) is is_short


def test_an_indicator_gives_no_more_than_its_points() -> None:
    assert judged(scores=scores("40.01", "20", "40")) == {("scores.0.points", ErrorCode.OUT_OF_RANGE)}


@pytest.mark.parametrize(
    ("steps", "on"),
    [
        (duties.steps(4), None),
        (duties.steps(5, failed=True), None),
        (duties.steps(5), date(2025, 1, 6)),
        (duties.steps(8), date(2025, 1, 6)),
        (duties.steps(6, failed=True), date(2025, 1, 6)),
    ],
)
def test_from_the_third_party_on_it_is_judged(steps: list[dict[str, Any]], on: date | None) -> None:
    assert judged_on(read(K.ASSESSMENT, duties.assessment(steps=steps))) == on


def test_only_what_the_system_asks_is_scored_and_looked_at() -> None:
    extra = [*scores("40", "20", "40"), {"code": "1.1", "points": "1"}]
    assert judged(scores=extra) == {("scores.3.code", ErrorCode.UNKNOWN_REFERENCE)}
    more = [*duties.assessment()["preconditions"], {"code": "P9", "met": True}]
    assert judged(preconditions=more) == {("preconditions.2.code", ErrorCode.UNKNOWN_REFERENCE)}
    assert judged(indicatorSystemCode="NONE") == {("indicatorSystemCode", ErrorCode.UNKNOWN_REFERENCE)}


def test_who_assessed_is_told_and_not_refused_whatever_the_registers_say_of_it() -> None:
    tied = [{"uscc": uscc(1), "beganOn": "2021-01-01", "subject": "示例勘查"}]
    for unfit in ({"suspendedUntil": "2025-01-06"}, {"dealings": tied}, {"technicalStaff": 14}):
        assert judged((K.ASSESSOR, duties.assessor(**unfit))) == set()
    for barred in ({"employerUscc": uscc(1)}, {"avoids": [uscc(1)]}, {"leftOn": "2025-01-05"}):
        assert judged((K.EXPERT, duties.expert(2, **barred))) == set()
    assert judged(assessorUscc=uscc(8099), expertNos=["E1", "E9"]) == set()
    assert short(expertNos=["E1"]), "fewer than the system demands"


@pytest.mark.parametrize(
    ("on", "inside"), [("2024-12-31", False), ("2025-01-01", True), ("2025-06-30", True), ("2025-07-01", False)]
)
def test_an_expert_is_in_the_pool_from_the_first_day_to_the_last(on: str, inside: bool) -> None:
    expert = read(K.EXPERT, duties.expert(1, joinedOn="2025-01-01", leftOn="2025-06-30"))
    assert is_in_pool(expert, date.fromisoformat(on)) is inside
    assert is_in_pool(read(K.EXPERT, duties.expert(1, joinedOn="2025-01-01")), date(2100, 1, 1))


def test_an_expert_is_tied_to_its_employer_and_to_whom_it_avoids() -> None:
    expert = read(K.EXPERT, duties.expert(1, employerUscc=uscc(1), avoids=[uscc(2), uscc(3)]))
    assert [is_tied(expert, uscc(n)) for n in (1, 2, 3, 4)] == [True, True, True, False]
    assert not is_tied(read(K.EXPERT, duties.expert(1)), uscc(1))
