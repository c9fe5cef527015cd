"""Case transfers: the receiving organ alone answers, stays the receiver, and gives back what it does not handle."""

from __future__ import annotations

from typing import Any

import pytest

from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import Outcome
from tests.duties import answer, transfer
from tests.makers import ECOLOGY, NATURAL_RESOURCES, a_province, caller, licence, penalty, posted, seat, uscc

K = RecordKind
NR = Department.NATURAL_RESOURCES
BELOW = caller(Role.DEPARTMENT, NR, "530100")


async def wrongs(posting: Posting, who: Any, kind: RecordKind, item: dict[str, Any]) -> set[tuple[str, ErrorCode]]:
    [result] = await posted(posting, who, kind, item)
    return {(problem.path, problem.code) for problem in result.problems}


async def test_the_receiving_organ_is_named_registered_and_of_the_department(posting: Posting) -> None:
    await a_province(posting)
    for organ, wrong in (
        (None, ErrorCode.REQUIRED),
        (uscc(77, "11530000"), ErrorCode.UNKNOWN_AUTHORITY),
        (seat(Department.WATER), ErrorCode.WRONG_DEPARTMENT),
    ):
        assert await wrongs(posting, ECOLOGY, K.CASE_TRANSFER, transfer(toAuthorityCode=organ)) == {("toAuthorityCode", wrong)}


async def test_another_organ_of_the_department_does_not_answer(posting: Posting) -> None:
    await a_province(posting)
    await posted(posting, ECOLOGY, K.CASE_TRANSFER, transfer())
    told = answer(authorityCode=seat(NR, "530100"))
    assert await wrongs(posting, BELOW, K.TRANSFER_ANSWER, told) == {("authorityCode", ErrorCode.FORBIDDEN)}
    assert await wrongs(posting, NATURAL_RESOURCES, K.TRANSFER_ANSWER, answer()) == set()


async def test_the_receiver_is_fixed_once_it_has_accepted(posting: Posting) -> None:
    await a_province(posting)
    moved = transfer(toDepartment="WATER", toAuthorityCode=seat(Department.WATER))
    await posted(posting, ECOLOGY, K.CASE_TRANSFER, moved)
    assert await wrongs(posting, ECOLOGY, K.CASE_TRANSFER, transfer()) == set(), "before anybody answers"
    await posted(posting, NATURAL_RESOURCES, K.TRANSFER_ANSWER, answer())
    assert await wrongs(posting, ECOLOGY, K.CASE_TRANSFER, moved) == {("toAuthorityCode", ErrorCode.STEP_NOT_ALLOWED)}
    assert await wrongs(posting, ECOLOGY, K.CASE_TRANSFER, transfer(facts="补充")) == set()


async def test_what_was_accepted_is_taken_back_by_agreement_alone(posting: Posting) -> None:
    await a_province(posting)
    [made] = await posted(posting, ECOLOGY, K.CASE_TRANSFER, transfer())
    await posted(posting, NATURAL_RESOURCES, K.TRANSFER_ANSWER, answer())
    with pytest.raises(HubError) as caught:
        await posting.withdraw(ECOLOGY, str(made.record_id), "示例", source="test")
    assert caught.value.code is ErrorCode.CONFLICT
    back = answer(9, transferNumber=transfer()["documentNumber"], step="RETURNED", reason="示例", answeredOn="2026-01-09")
    assert await wrongs(posting, NATURAL_RESOURCES, K.TRANSFER_ANSWER, back) == set()
    taken = await posting.withdraw(ECOLOGY, str(made.record_id), "示例", source="test")
    assert taken.outcome is Outcome.NEW_VERSION


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({}, set()),
        ({"partyUscc": uscc(2)}, {("penaltyNumber", ErrorCode.NOT_ALLOWED_HERE)}),
        ({"mines": [licence(2)]}, {("penaltyNumber", ErrorCode.NOT_ALLOWED_HERE)}),
        ({"mines": []}, {("penaltyNumber", ErrorCode.NOT_ALLOWED_HERE)}),
    ],
)
async def test_the_outcomes_penalty_is_about_the_same_party_and_mine(
    posting: Posting, more: dict[str, Any], wrong: set[tuple[str, ErrorCode]]
) -> None:
    await a_province(posting)
    await posted(posting, ECOLOGY, K.CASE_TRANSFER, transfer(partyUscc=uscc(1)))
    await posted(posting, NATURAL_RESOURCES, K.TRANSFER_ANSWER, answer())
    await posted(posting, NATURAL_RESOURCES, K.PENALTY, penalty(5, **more))
    handled = answer(
        9,
        transferNumber=transfer()["documentNumber"],
        step="HANDLED",
        outcome="PENALTY",
        penaltyNumber=penalty(5)["documentNumber"],
        answeredOn="2026-03-09",
    )
    assert await wrongs(posting, NATURAL_RESOURCES, K.TRANSFER_ANSWER, handled) == wrong
