"""Whose word wins: a copy never overrules its original, and what was taken back comes back only by whoever may say so."""

from __future__ import annotations

from typing import Any

import pytest

from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import Outcome
from tests.makers import CREDIT, ECOLOGY, NATURAL_RESOURCES, Ask, a_province, caller, licence, mine, penalty, posted, seat

K = RecordKind


def copied(**more: Any) -> dict[str, Any]:
    return penalty(7, department="ECOLOGY", **more)


async def test_a_copy_changes_none_of_the_departments_fields(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    await posted(posting, ECOLOGY, K.PENALTY, penalty(7))
    same, other = await posted(posting, CREDIT, K.PENALTY, copied(), copied(fine="10000.00", content="改"))
    assert same.outcome is Outcome.UNCHANGED
    assert {(problem.path, problem.code) for problem in other.problems} == {
        ("fine", ErrorCode.COPY_DIFFERS),
        ("content", ErrorCode.COPY_DIFFERS),
    }
    assert await _of(ask, "fine") == "200000.00"


async def test_repair_is_the_credit_systems_and_a_revision_does_not_wipe_it(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    await posted(posting, ECOLOGY, K.PENALTY, penalty(7))
    repair = {"repairedOn": "2026-07-01", "repairDocument": "示例修复1号"}
    assert (await posted(posting, CREDIT, K.PENALTY, copied(**repair)))[0].outcome is Outcome.NEW_VERSION
    assert await _of(ask, "repairedOn") == "2026-07-01"
    again, revised = [(await posted(posting, ECOLOGY, K.PENALTY, item))[0] for item in (penalty(7), penalty(7, content="改"))]
    assert (again.outcome, revised.outcome) == (Outcome.UNCHANGED, Outcome.NEW_VERSION)
    assert await _of(ask, "repairedOn") == "2026-07-01"
    assert await _of(ask, "content") == "改"


async def test_the_credit_system_withdraws_its_own_alone(posting: Posting) -> None:
    await a_province(posting)
    [theirs] = await posted(posting, ECOLOGY, K.PENALTY, penalty(7))
    [own] = await posted(posting, CREDIT, K.PENALTY, penalty(8, department="WATER"))
    with pytest.raises(HubError) as caught:
        await posting.withdraw(CREDIT, str(theirs.record_id), "示例", source="test")
    assert caught.value.code is ErrorCode.FORBIDDEN
    assert (await posting.withdraw(CREDIT, str(own.record_id), "示例", source="test")).outcome is Outcome.NEW_VERSION


async def test_what_no_department_posted_is_the_credit_systems_until_its_organ_does(posting: Posting) -> None:
    await a_province(posting)
    water = caller(Role.DEPARTMENT, Department.WATER)
    [first] = await posted(posting, CREDIT, K.PENALTY, penalty(8, department="WATER"))
    [handed] = await posted(posting, water, K.PENALTY, penalty(8, content="改"))
    assert (handed.record_id, handed.outcome) == (first.record_id, Outcome.NEW_VERSION)
    [copy] = await posted(posting, CREDIT, K.PENALTY, penalty(8, department="WATER"))
    assert {problem.code for problem in copy.problems} == {ErrorCode.COPY_DIFFERS}


async def _of(ask: Ask, field: str) -> Any:
    number = penalty(7)["documentNumber"]
    found = await ask(ECOLOGY, f'{{ penalties(filter: {{documentNumber: {{eq: "{number}"}}}}) {{ nodes {{ {field} }} }} }}')
    return found["data"]["penalties"]["nodes"][0][field]


async def test_posting_onto_what_is_withdrawn_is_told_and_reinstating_brings_it_back(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    [made] = await posted(posting, ECOLOGY, K.PENALTY, penalty(7))
    await posting.withdraw(ECOLOGY, str(made.record_id), "示例", source="test")
    for item in (penalty(7), penalty(7, content="改")):
        [result] = await posted(posting, ECOLOGY, K.PENALTY, item)
        assert [(problem.path, problem.code) for problem in result.problems] == [("", ErrorCode.WITHDRAWN)]
    document = 'mutation ($id: ID!) { reinstateRecord(id: $id, reason: "误撤") { outcome version record { withdrawn } } }'
    back = (await ask(ECOLOGY, document, id=made.record_id))["data"]["reinstateRecord"]
    assert back == {"outcome": "NEW_VERSION", "version": 3, "record": {"withdrawn": False}}
    assert (await posted(posting, ECOLOGY, K.PENALTY, penalty(7)))[0].outcome is Outcome.UNCHANGED
    again = await posting.reinstate(ECOLOGY, str(made.record_id), "误撤", source="test")
    assert (again.outcome, again.version) == (Outcome.UNCHANGED, 3)


async def test_who_may_not_withdraw_may_not_reinstate(posting: Posting) -> None:
    await a_province(posting)
    [made] = await posted(posting, ECOLOGY, K.PENALTY, penalty(7))
    await posting.withdraw(ECOLOGY, str(made.record_id), "示例", source="test")
    for who in (CREDIT, caller(Role.DEPARTMENT, Department.ECOLOGY, "530100"), NATURAL_RESOURCES):
        with pytest.raises(HubError) as caught:
            await posting.reinstate(who, str(made.record_id), "示例", source="test")
        assert caught.value.code is ErrorCode.FORBIDDEN


async def test_a_withdrawn_mine_can_return(posting: Posting, ask: Ask) -> None:
    [made] = await posted(posting, NATURAL_RESOURCES, K.MINE, mine())
    await posting.withdraw(NATURAL_RESOURCES, str(made.record_id), "示例", source="test")
    await posting.reinstate(NATURAL_RESOURCES, str(made.record_id), "示例", source="test")
    found = await ask(ECOLOGY, "query ($n: String!) { mine(licenceNo: $n) { withdrawn } }", n=licence(1))
    assert found["data"]["mine"] == {"withdrawn": False}


@pytest.mark.parametrize(("source", "outcome"), [("connector:ecology", Outcome.NEW_VERSION), ("connector:x", Outcome.REJECTED)])
async def test_a_source_brings_back_what_it_had_taken_back_itself(posting: Posting, source: str, outcome: Outcome) -> None:
    await a_province(posting)
    own = "connector:ecology"
    item = penalty(7, authorityCode=seat(Department.ECOLOGY))
    [made] = await posting.post(ECOLOGY, K.PENALTY, [Submission(item)], source=own)
    await posting.withdraw(ECOLOGY, str(made.record_id), "示例", source=own)
    # What is listed as taken back says nothing new.
    [listed] = await posting.post(ECOLOGY, K.PENALTY, [Submission(item, withdrawn="示例")], source=own)
    assert (listed.outcome, listed.version) == (Outcome.UNCHANGED, 2)
    [stands] = await posting.post(ECOLOGY, K.PENALTY, [Submission(item)], source=source)
    assert stands.outcome is outcome
