"""Posting: repeats, versions, withdrawals, and what is refused, on both databases."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from auth.principals import Principal, Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.outcomes import Outcome
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.records import log
from tests.makers import (
    BANK,
    CREDIT,
    ECOLOGY,
    FINANCE,
    NATURAL_RESOURCES,
    OPERATOR,
    Ask,
    a_province,
    caller,
    licence,
    opinion,
    penalty,
    posted,
    seat,
    uscc,
)

COUNTY = caller(Role.DEPARTMENT, Department.ECOLOGY, "530402")


async def test_a_repeat_changes_nothing_and_other_content_is_a_new_version(posting: Posting) -> None:
    await a_province(posting)
    first = (await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7)))[0]
    again = (await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7)))[0]
    other = (await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7, content="改")))[0]
    assert [r.outcome for r in (first, again, other)] == [Outcome.ACCEPTED, Outcome.UNCHANGED, Outcome.NEW_VERSION]
    assert first.record_id == again.record_id == other.record_id
    assert [r.version for r in (first, again, other)] == [1, 1, 2]


async def test_versions_out_of_order_conflict(posting: Posting) -> None:
    await a_province(posting)
    items = [
        penalty(7, expectedVersion=0),
        penalty(7, expectedVersion=1, content="二"),
        penalty(7, expectedVersion=1, content="三"),
        penalty(7, expectedVersion=2, content="四"),
        penalty(8, expectedVersion=5),
    ]
    results = await posted(posting, ECOLOGY, RecordKind.PENALTY, *items)
    assert [r.version for r in results] == [1, 2, None, 3, None]
    assert {p.code for r in results for p in r.problems} == {ErrorCode.VERSION_CONFLICT}


async def test_a_withdrawal_keeps_history_and_a_repeat_does_not_undo_it(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    made = (await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7)))[0]
    assert made.record_id
    with pytest.raises(HubError, match="version 1"):
        await posting.withdraw(ECOLOGY, made.record_id, "复议撤销", expected=9, source="test")
    taken = await posting.withdraw(ECOLOGY, made.record_id, "复议撤销", expected=1, source="test")
    again = await posting.withdraw(ECOLOGY, made.record_id, "复议撤销", source="test")
    assert (taken.outcome, taken.version, again.outcome) == (Outcome.NEW_VERSION, 2, Outcome.UNCHANGED)
    repeat = (await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7)))[0]
    assert [problem.code for problem in repeat.problems] == [ErrorCode.WITHDRAWN]
    query = (
        "query ($id: ID!) { node(id: $id) { ... on Penalty { withdrawn withdrawalReason versions { version withdrawn } } } }"
    )
    node = (await ask(ECOLOGY, query, id=made.record_id))["data"]["node"]
    assert node["withdrawalReason"] == "复议撤销"
    assert node["versions"] == [{"version": 2, "withdrawn": True}, {"version": 1, "withdrawn": False}]
    assert (await ask(BANK, query, id=made.record_id))["data"]["node"] is None


async def test_another_departments_record_cannot_be_withdrawn(posting: Posting) -> None:
    await a_province(posting)
    made = (await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7)))[0]
    with pytest.raises(HubError) as caught:
        await posting.withdraw(FINANCE, str(made.record_id), "x", source="test")
    assert caught.value.code is ErrorCode.FORBIDDEN


BAD: list[tuple[Principal, RecordKind, Any, str, ErrorCode]] = [
    (CREDIT, RecordKind.PENALTY, penalty(department="SPACE"), "department", ErrorCode.NOT_A_CHOICE),
    (CREDIT, RecordKind.PENALTY, penalty(), "department", ErrorCode.REQUIRED),
    (ECOLOGY, RecordKind.PENALTY, penalty(department="FINANCE"), "department", ErrorCode.WRONG_DEPARTMENT),
    (
        ECOLOGY,
        RecordKind.PENALTY,
        penalty(partyUscc=uscc(1)[:-1] + ("0" if uscc(1)[-1] != "0" else "1")),
        "partyUscc",
        ErrorCode.BAD_CREDIT_CODE,
    ),
    (ECOLOGY, RecordKind.PENALTY, penalty(decidedOn="2026-11-03"), "decidedOn", ErrorCode.IN_THE_FUTURE),
    (ECOLOGY, RecordKind.PENALTY, penalty(decidedOn="2026-02-30"), "decidedOn", ErrorCode.NOT_A_DATE),
    (ECOLOGY, RecordKind.PENALTY, penalty(fine="-1"), "fine", ErrorCode.NEGATIVE),
    (ECOLOGY, RecordKind.PENALTY, penalty(fine="1.001"), "fine", ErrorCode.TOO_PRECISE),
    (ECOLOGY, RecordKind.PENALTY, penalty(fine=None), "fine", ErrorCode.REQUIRED),
    (ECOLOGY, RecordKind.PENALTY, penalty(content="长" * 10_000_000), "content", ErrorCode.TOO_LONG),
    (ECOLOGY, RecordKind.PENALTY, penalty(content="a\x00b"), "content", ErrorCode.FORBIDDEN_CHARACTER),
    (ECOLOGY, RecordKind.PENALTY, penalty(content="a\ud800b"), "content", ErrorCode.FORBIDDEN_CHARACTER),
    (ECOLOGY, RecordKind.PENALTY, penalty(content=7), "content", ErrorCode.WRONG_TYPE),
    (ECOLOGY, RecordKind.PENALTY, penalty(kinds=["FINE", "JAIL"]), "kinds.1", ErrorCode.NOT_A_CHOICE),
    (ECOLOGY, RecordKind.PENALTY, penalty(mines=[licence(1), licence(99)]), "mines.1", ErrorCode.UNKNOWN_MINE),
    (ECOLOGY, RecordKind.PENALTY, penalty(validUntil="2020-01-01"), "validUntil", ErrorCode.DATES_OUT_OF_ORDER),
    (ECOLOGY, RecordKind.PENALTY, penalty(surprise=1), "surprise", ErrorCode.UNKNOWN_FIELD),
    (ECOLOGY, RecordKind.PENALTY, "no object", "", ErrorCode.WRONG_TYPE),
    (
        COUNTY,
        RecordKind.OPINION,
        opinion(7, authorityCode=seat(Department.ECOLOGY, "530402")),
        "licenceNo",
        ErrorCode.UNKNOWN_MINE,
    ),
    (FINANCE, RecordKind.OPINION, opinion(7), "nature", ErrorCode.OUTSIDE_DUTIES),
    (ECOLOGY, RecordKind.OPINION, opinion(7, topics=["PROTECTED_AREA"]), "topics.0", ErrorCode.OUTSIDE_DUTIES),
    (ECOLOGY, RecordKind.OPINION, opinion(7, licenceNo="C12"), "licenceNo", ErrorCode.BAD_LICENCE_NUMBER),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad[3]}-{bad[4]}")
async def test_bad_input_is_refused_by_field_kept_and_sinks_nothing(
    posting: Posting, ask: Ask, bad: tuple[Principal, RecordKind, Any, str, ErrorCode]
) -> None:
    who, kind, item, path, code = bad
    await a_province(posting)
    good = opinion(50) if kind is RecordKind.OPINION else penalty(50)
    if who is COUNTY:
        good["authorityCode"] = seat(Department.ECOLOGY, "530402")
    if who is CREDIT:
        good["department"] = "WATER"
    if who is FINANCE:
        good |= {"nature": "COMMENT", "verdict": None}
    results = await posted(posting, who, kind, item, good)
    assert results[0].outcome is Outcome.REJECTED
    assert (path, code) in {(problem.path, problem.code) for problem in results[0].problems}
    # The county client may post nothing about this mine; everyone else's good item goes through.
    assert results[1].outcome is (Outcome.REJECTED if who is COUNTY else Outcome.ACCEPTED)
    found = await ask(OPERATOR, "{ rejections { nodes { clientId source kind problems receivedAt } } }")
    kept = found["data"]["rejections"]["nodes"]
    assert kept[-1]["clientId"] == who.client_id
    assert any(problem["code"] == code.value for row in kept for problem in row["problems"])


async def test_an_unknown_division_is_refused_and_an_old_one_is_brought_up_to_date(posting: Posting, ask: Ask) -> None:
    from tests.makers import mine

    bad, near, old = await posted(
        posting,
        NATURAL_RESOURCES,
        RecordKind.MINE,
        mine(1, divisionCode="999999"),
        mine(3, divisionCode="531102"),
        mine(2, divisionCode="530422"),
    )
    assert [(p.code, p.detail) for p in bad.problems] == [(ErrorCode.UNKNOWN_DIVISION, "")]
    assert [(p.code, p.detail) for p in near.problems] == [
        (ErrorCode.UNKNOWN_DIVISION, "最接近 / nearest: 530102 五华区"),
    ]
    assert old.outcome is Outcome.ACCEPTED
    found = await ask(ECOLOGY, "query ($no: String!) { mine(licenceNo: $no) { division { name code } } }", no=licence(2))
    assert found["data"]["mine"]["division"]["code"] == "530481"


async def test_too_large_a_batch_and_a_kind_that_is_not_the_callers(posting: Posting) -> None:
    with pytest.raises(HubError) as caught:
        await posted(posting, ECOLOGY, RecordKind.PENALTY, *([penalty(1)] * 1001))
    assert caught.value.code is ErrorCode.BATCH_TOO_LARGE
    with pytest.raises(HubError) as caught:
        await posted(posting, ECOLOGY, RecordKind.MINE)
    assert caught.value.code is ErrorCode.FORBIDDEN


async def test_many_writers_of_one_document_lose_nothing(posting: Posting, database: Database) -> None:
    await a_province(posting)
    same = await asyncio.gather(*(posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7)) for _ in range(10)))
    assert sorted(r[0].outcome for r in same) == [Outcome.ACCEPTED] + [Outcome.UNCHANGED] * 9
    await asyncio.gather(*(posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7, content=f"第{n}稿")) for n in range(10)))
    async with database.connection() as connection:
        query = sa.select(log.log.c.version).where(log.log.c.record_id == same[0][0].record_id).order_by(log.log.c.entry)
        assert list((await connection.execute(query)).scalars()) == list(range(1, 12))


async def test_the_log_has_gapless_positions_after_commit(posting: Posting, database: Database) -> None:
    await a_province(posting)
    async with database.transaction() as connection:
        done = await log.sequence(connection, 4)
        rest = await log.sequence(connection)
    async with database.connection() as connection:
        rows = (await connection.execute(sa.select(log.log.c.entry, log.log.c.position).order_by(log.log.c.entry))).all()
    assert (done, done + rest) == (4, len(rows))
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))


async def test_an_organ_of_another_department_cannot_be_named(posting: Posting) -> None:
    await a_province(posting)
    organ_of_finance = {
        "code": uscc(5, "11530000"),
        "name": "示例省财政厅",
        "belongsTo": "FINANCE",
        "divisionCode": "530000",
    }
    await posted(posting, OPERATOR, RecordKind.AUTHORITY, organ_of_finance)
    result = (await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7, authorityCode=organ_of_finance["code"])))[0]
    assert [(p.path, p.code) for p in result.problems] == [("authorityCode", ErrorCode.WRONG_DEPARTMENT)]


@pytest.mark.parametrize(
    ("who", "kind", "may"),
    [
        (BANK, RecordKind.ZONE, "zone:post; FORESTRY_GRASSLAND, NATURAL_RESOURCES"),
        (ECOLOGY, RecordKind.ENTERPRISE, "enterprise:post; MARKET_REGULATION, OPERATOR"),
        (ECOLOGY, RecordKind.BUDGET_ITEM, "budget_item:post; FINANCE"),
        (OPERATOR, RecordKind.DIRECTORY_ENTRY, "directory_entry:post; NATURAL_RESOURCES"),
    ],
)
async def test_who_may_not_post_is_told_who_may(posting: Posting, who: Principal, kind: RecordKind, may: str) -> None:
    with pytest.raises(HubError) as caught:
        await posting.post(who, kind, [Submission({})], source="test")
    assert (caught.value.code, caught.value.detail) == (ErrorCode.FORBIDDEN, may)
