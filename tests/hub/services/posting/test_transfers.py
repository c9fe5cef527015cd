"""Case transfers: the receiving organ alone answers, stays the receiver, and gives back what it does not handle."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.outcomes import Outcome
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.records.log import log
from hub.storage.records.versions import TABLES
from tests.duties import answer, transfer
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, a_province, caller, licence, mine, penalty, posted, seat, uscc

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
        (seat(Department.WATER), ErrorCode.NOT_ALLOWED_HERE),
    ):
        assert await wrongs(posting, ECOLOGY, K.CASE_TRANSFER, transfer(toAuthorityCode=organ)) == {("toAuthorityCode", wrong)}


async def test_what_a_batch_changes_and_sets_right_again_is_held_against_both_receivers(posting: Posting) -> None:
    """What stands already is held against nothing: but the second of these does not stand any more."""
    await a_province(posting)
    await posted(posting, ECOLOGY, K.CASE_TRANSFER, transfer())
    moved = transfer(toDepartment="WATER", toAuthorityCode=seat(Department.WATER))
    results = await posted(posting, ECOLOGY, K.CASE_TRANSFER, transfer(), moved, transfer(), moved)
    told = [Outcome.UNCHANGED, *[Outcome.NEW_VERSION] * 3]
    assert [(one.outcome, one.version) for one in results] == list(zip(told, [1, 2, 3, 4], strict=True))


async def test_another_organ_of_the_department_does_not_answer(posting: Posting) -> None:
    await a_province(posting)
    await posted(posting, ECOLOGY, K.CASE_TRANSFER, transfer())
    # Nor is it told that there is something to answer, though it leads where the mine lies.
    told = answer(authorityCode=seat(NR, "530100"))
    assert await wrongs(posting, BELOW, K.TRANSFER_ANSWER, told) == {("transferNumber", ErrorCode.UNKNOWN_REFERENCE)}
    assert await wrongs(posting, NATURAL_RESOURCES, K.TRANSFER_ANSWER, answer()) == set()


async def handed_abroad(posting: Posting) -> str:
    """A transfer of a prefecture's organ to another prefecture's, about a mine of the first; its id."""
    await a_province(posting)
    sent = transfer(authorityCode=seat(Department.ECOLOGY, "530100"), toAuthorityCode=seat(NR, "530400"))
    [made] = await posted(posting, caller(Role.DEPARTMENT, Department.ECOLOGY, "530100"), K.CASE_TRANSFER, sent)
    assert made.record_id, made.problems
    return made.record_id


ABROAD = answer(authorityCode=seat(NR, "530400"), fromAuthorityCode=seat(Department.ECOLOGY, "530100"))


@pytest.mark.parametrize(
    ("department", "division", "seen"),
    [
        (Department.ECOLOGY, "530100", True),
        (NR, "530400", True),
        # Who leads sees what is handed over about its division's mines.
        (NR, "530100", True),
        (NR, "530112", True),
        (NR, "530300", False),
        (Department.ECOLOGY, "530112", False),
        (Department.ECOLOGY, "530400", False),
        (Department.WATER, "530100", False),
        (Department.WATER, "530400", False),
    ],
)
async def test_both_organs_read_a_transfer_and_its_answer_and_no_other_does(
    posting: Posting, ask: Ask, department: Department, division: str, seen: bool
) -> None:
    handed = await handed_abroad(posting)
    assert await wrongs(posting, caller(Role.DEPARTMENT, NR, "530400"), K.TRANSFER_ANSWER, ABROAD) == set()
    query = (
        f'{{ caseTransfers {{ totalCount }} transferAnswers {{ totalCount }} node(id: "{handed}") '
        "{ ... on CaseTransfer { state transferAnswers { totalCount } } } }"
    )
    told = (await ask(caller(Role.DEPARTMENT, department, division), query))["data"]
    assert told == {
        "caseTransfers": {"totalCount": int(seen)},
        "transferAnswers": {"totalCount": int(seen)},
        "node": {"state": "IN_HAND", "transferAnswers": {"totalCount": 1}} if seen else None,
    }


async def test_who_leads_in_a_county_reads_the_answers_to_transfers_about_its_own_mines_alone(
    posting: Posting, ask: Ask
) -> None:
    await posted(posting, NATURAL_RESOURCES, K.MINE, mine(1), mine(2, divisionCode="530402"))
    for number in (1, 2):
        assert await wrongs(posting, ECOLOGY, K.CASE_TRANSFER, transfer(number, licenceNo=licence(number))) == set()
        assert await wrongs(posting, NATURAL_RESOURCES, K.TRANSFER_ANSWER, answer(number)) == set()
    for division, number in (("530112", 1), ("530402", 2)):
        told = (await ask(caller(Role.DEPARTMENT, NR, division), "{ transferAnswers { nodes { transferNumber } } }"))["data"]
        assert told["transferAnswers"]["nodes"] == [{"transferNumber": transfer(number)["documentNumber"]}]


@pytest.mark.parametrize(
    ("department", "division", "wrong"),
    [
        # Who leads where it was handed over sees it, and does not answer it; who leads elsewhere does not see it.
        (NR, "530100", ("authorityCode", ErrorCode.FORBIDDEN)),
        (NR, "530000", ("authorityCode", ErrorCode.FORBIDDEN)),
        (NR, "530402", ("transferNumber", ErrorCode.UNKNOWN_REFERENCE)),
        (NR, "530300", ("transferNumber", ErrorCode.UNKNOWN_REFERENCE)),
        (Department.ECOLOGY, "530100", ("transferNumber", ErrorCode.FORBIDDEN)),
        # Who is no side of it is not told that it is there: no other organ of its departments either.
        (Department.ECOLOGY, "530400", ("transferNumber", ErrorCode.UNKNOWN_REFERENCE)),
        (Department.ECOLOGY, "530112", ("transferNumber", ErrorCode.UNKNOWN_REFERENCE)),
        (Department.WATER, "530100", ("transferNumber", ErrorCode.UNKNOWN_REFERENCE)),
    ],
)
async def test_no_organ_but_the_receiving_one_answers(
    posting: Posting, department: Department, division: str, wrong: tuple[str, ErrorCode]
) -> None:
    await handed_abroad(posting)
    own = ABROAD | {"authorityCode": seat(department, division)}
    assert await wrongs(posting, caller(Role.DEPARTMENT, department, division), K.TRANSFER_ANSWER, own) == {wrong}


@pytest.mark.parametrize("division", ["530000", "530100", "530400"])
async def test_a_transfer_of_before_organs_were_named_is_its_departments_provincial_organs(
    posting: Posting, database: Database, ask: Ask, division: str
) -> None:
    await handed_abroad(posting)
    async with database.transaction() as connection:
        await connection.execute(sa.update(TABLES[K.CASE_TRANSFER]).values(to_department="WATER", to_authority_code=None))
    who = caller(Role.DEPARTMENT, Department.WATER, division)
    provincial = division == "530000"
    assert (await ask(who, "{ caseTransfers { totalCount } }"))["data"]["caseTransfers"]["totalCount"] == int(provincial)
    told = await wrongs(posting, who, K.TRANSFER_ANSWER, ABROAD | {"authorityCode": seat(Department.WATER, division)})
    assert told == (set() if provincial else {("transferNumber", ErrorCode.UNKNOWN_REFERENCE)})


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


async def test_who_follows_the_mine_of_a_transfer_is_told_of_each_answer_to_it(posting: Posting, database: Database) -> None:
    await a_province(posting)
    await posted(posting, ECOLOGY, K.CASE_TRANSFER, transfer(), transfer(2, licenceNo=None, partyUscc=uscc(1)))
    # Of several items of one batch each tells of its own mine.
    made = await posted(posting, NATURAL_RESOURCES, K.TRANSFER_ANSWER, answer(), answer(2))
    first = str(made[0].record_id)
    await posted(posting, NATURAL_RESOURCES, K.TRANSFER_ANSWER, answer(answeredOn="2026-01-09"))
    await posting.withdraw(NATURAL_RESOURCES, first, "示例", source="test")
    await posting.reinstate(NATURAL_RESOURCES, first, "示例", source="test")
    assert await told_of(database, first) == [[licence(1)]] * 4
    assert await told_of(database, str(made[1].record_id)) == [[]]
    # About another mine since: who follows either is told.
    [moved] = await posted(posting, ECOLOGY, K.CASE_TRANSFER, transfer(licenceNo=licence(2)))
    assert await told_of(database, str(moved.record_id)) == [[licence(1)], [licence(2), licence(1)]]


async def told_of(database: Database, record_id: str) -> list[list[str]]:
    """The mines whose followers were told of each version."""
    async with database.connection() as connection:
        entries = sa.select(log.c.mines).where(log.c.record_id == record_id).order_by(log.c.entry)
        return [json.loads(mines) for mines in (await connection.execute(entries)).scalars()]


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({}, set()),
        ({"partyUscc": uscc(2)}, {("penaltyNumber", ErrorCode.NOT_ALLOWED_HERE)}),
        ({"mines": [licence(2)]}, {("penaltyNumber", ErrorCode.NOT_ALLOWED_HERE)}),
        ({"mines": []}, {("penaltyNumber", ErrorCode.NOT_ALLOWED_HERE)}),
        ({"annulledOn": "2026-03-08"}, {("penaltyNumber", ErrorCode.UNKNOWN_REFERENCE)}),
        ({"annulledOn": "2026-03-09"}, {("penaltyNumber", ErrorCode.UNKNOWN_REFERENCE)}),
        ({"annulledOn": "2026-03-10"}, set()),
    ],
)
async def test_the_outcomes_penalty_is_about_the_same_party_and_mine_and_stands(
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
