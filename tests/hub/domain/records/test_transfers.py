"""Case transfers: nothing gets lost between departments, and nobody speaks for another."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.records.transfers import NEXT_STEPS, AnswerStep
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode
from tests import duties, makers
from tests.hub.domain.records.judging import Facts, facts, problems_against, read
from tests.makers import seat

K = RecordKind
NATURE, ECOLOGY = Department.NATURAL_RESOURCES, Department.ECOLOGY
TRANSFER = (K.CASE_TRANSFER, duties.transfer(authorityCode=seat(ECOLOGY)))
NEEDED: dict[str, dict[str, Any]] = {
    "ACCEPTED": {},
    "RETURNED": {"reason": "不属本部门职责"},
    "HANDLED": {"outcome": "CORRECTION_ORDERED"},
}


def answer(step: str, on: str = "2026-01-20", number: int = 1, **more: Any) -> dict[str, Any]:
    made = duties.answer(1, step=step, answeredOn=on, **NEEDED[step])
    return made | {"documentNumber": f"示例复〔2026〕{number}号"} | more


def judged(item: dict[str, Any], *known: Any, department: Department = NATURE) -> Facts:
    return facts(problems_against(K.TRANSFER_ANSWER, item, TRANSFER, *known, department=department, keeper=ECOLOGY))


def test_a_department_hands_nothing_over_to_itself() -> None:
    case = read(K.CASE_TRANSFER, duties.transfer())
    assert facts(case.allowed_for(NATURE)) == {("toDepartment", ErrorCode.NOT_ALLOWED_HERE)}
    assert case.allowed_for(ECOLOGY) == []


@pytest.mark.parametrize(("before", "step"), list(product([None, *AnswerStep], AnswerStep)))
def test_an_answer_follows_only_what_it_may_follow(before: AnswerStep | None, step: AnswerStep) -> None:
    given = [] if before is None else ["ACCEPTED"] if before is AnswerStep.ACCEPTED else ["ACCEPTED", before.value]
    known = [(K.TRANSFER_ANSWER, answer(one, f"2026-01-{8 + n:02d}", n + 10)) for n, one in enumerate(given)]
    found = judged(answer(step.value), *known)
    assert found == (set() if step in NEXT_STEPS[before] else {("step", ErrorCode.STEP_NOT_ALLOWED)})


def test_only_the_receiver_answers_and_only_what_was_handed_over() -> None:
    assert judged(answer("ACCEPTED"), department=Department.WATER) == {("transferNumber", ErrorCode.UNKNOWN_REFERENCE)}
    assert judged(answer("ACCEPTED"), department=ECOLOGY) == {("transferNumber", ErrorCode.FORBIDDEN)}
    assert judged(answer("ACCEPTED", transferNumber="没有")) == {("transferNumber", ErrorCode.UNKNOWN_REFERENCE)}
    # The same number of another organ is another document.
    elsewhere = answer("ACCEPTED", fromAuthorityCode=seat(ECOLOGY, "530100"))
    assert judged(elsewhere) == {("transferNumber", ErrorCode.UNKNOWN_REFERENCE)}
    assert judged(answer("ACCEPTED", fromDepartment="WATER")) == {("fromDepartment", ErrorCode.NOT_ALLOWED_HERE)}


def test_nobody_answers_before_the_matter_was_handed_over() -> None:
    assert judged(answer("ACCEPTED", "2026-01-04")) == {("answeredOn", ErrorCode.DATES_OUT_OF_ORDER)}
    assert judged(answer("ACCEPTED", "2026-01-05")) == set()


def test_accepted_and_handled_on_one_day_are_in_this_order() -> None:
    accepted = (K.TRANSFER_ANSWER, answer("ACCEPTED", "2026-01-20", 2))
    assert judged(answer("HANDLED", "2026-01-20"), accepted) == set()
    assert judged(answer("HANDLED", "2026-01-19"), accepted) == {("step", ErrorCode.STEP_NOT_ALLOWED)}


def test_a_penalty_that_is_named_as_the_outcome_is_the_receivers_own() -> None:
    accepted = (K.TRANSFER_ANSWER, answer("ACCEPTED", "2026-01-08", 2))
    number = makers.penalty()["documentNumber"]
    fined = answer("HANDLED", outcome="PENALTY", penaltyNumber=number)
    penalty = (K.PENALTY, makers.penalty())
    assert judged(fined, accepted) == {("penaltyNumber", ErrorCode.UNKNOWN_REFERENCE)}
    # What is known here is ecology's, which handed the matter over.
    assert judged(fined, accepted, penalty) == {("penaltyNumber", ErrorCode.UNKNOWN_REFERENCE)}
