"""What is shown of a version's content is salted: it tells nothing of what is masked, and repeats are still known by it."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode
from hub.domain.words.outcomes import Outcome
from hub.services.posting.drafts import digest
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.records import log, versions
from hub.storage.records.commitments import Commitment, commit
from tests.makers import ECOLOGY, Ask, a_province, caller, mine, penalty, posted

TABLE = versions.TABLES[RecordKind.PENALTY]


def test_a_commitment_covers_one_content_and_is_another_each_time() -> None:
    content, other = (hashlib.sha256(text).hexdigest() for text in (b"a", b"b"))
    first, second = commit(content), commit(content)
    assert first.covers(content)
    assert second.covers(content)
    assert not first.covers(other)
    assert first.salt != second.salt
    assert first.hash != second.hash
    assert len(bytes.fromhex(first.salt)) == 16
    assert first.hash == hashlib.sha256(bytes.fromhex(first.salt) + bytes.fromhex(content)).hexdigest()


async def test_every_version_has_a_salt_of_its_own_and_the_log_has_none(posting: Posting, database: Database) -> None:
    await a_province(posting)
    [first] = await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7))
    assert first.record_id
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7, content="改"))
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7))
    await posting.withdraw(ECOLOGY, first.record_id, "示例", source="test")
    await posting.reinstate(ECOLOGY, first.record_id, "示例", source="test")
    async with database.connection() as connection:
        wanted = sa.select(TABLE.c.payload_hash, TABLE.c.salt).where(TABLE.c.id == first.record_id).order_by(TABLE.c.version)
        rows = (await connection.execute(wanted)).all()
        noted = sa.select(log.log.c.payload_hash).where(log.log.c.record_id == first.record_id).order_by(log.log.c.version)
        told = list((await connection.execute(noted)).scalars())
        stands = (await versions.current_records(connection, RecordKind.PENALTY, [first.record_id]))[first.record_id]
    assert len({row.salt for row in rows}) == len({row.payload_hash for row in rows}) == 5
    assert told == [row.payload_hash for row in rows]
    same = [Commitment(row.salt, row.payload_hash).covers(digest(stands.record)) for row in rows]
    assert same == [True, False, True, True, True]
    assert "salt" not in log.log.c


async def test_a_repeat_is_told_the_hash_that_stands(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    first, again = [(await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7)))[0] for _ in range(2)]
    assert (first.outcome, again.outcome) == (Outcome.ACCEPTED, Outcome.UNCHANGED)
    found = await ask(ECOLOGY, "query ($id: ID!) { node(id: $id) { ... on Penalty { payloadHash } } }", id=first.record_id)
    assert found["data"]["node"]["payloadHash"] == first.payload_hash == again.payload_hash


async def test_equal_items_of_one_batch_are_one_version(posting: Posting) -> None:
    await a_province(posting)
    results = await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7), penalty(7), penalty(7, content="改"), penalty(7))
    assert [(one.outcome.value, one.version) for one in results] == [
        ("ACCEPTED", 1),
        ("UNCHANGED", 1),
        ("NEW_VERSION", 2),
        ("NEW_VERSION", 3),
    ]


async def test_what_is_taken_back_twice_stays_known_by_its_content(posting: Posting) -> None:
    await a_province(posting)
    [first] = await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7))
    assert first.record_id
    await posting.withdraw(ECOLOGY, first.record_id, "示例", source="test")
    await posting.reinstate(ECOLOGY, first.record_id, "示例", source="test")
    [again] = await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(7))
    assert (again.outcome, again.version) == (Outcome.UNCHANGED, 3)


async def test_who_may_not_say_otherwise_is_not_told_what_stands_nor_whether_it_is_what_was_sent(posting: Posting) -> None:
    county, elsewhere = (caller(Role.DEPARTMENT, Department.NATURAL_RESOURCES, code) for code in ("530402", "530112"))
    theirs, ours = mine(1, divisionCode="530402"), mine(1, divisionCode="530112")
    [first] = await posted(posting, county, RecordKind.MINE, theirs)
    assert first.outcome is Outcome.ACCEPTED
    items = [ours | more for more in ({}, {"expectedVersion": 1}, {"expectedVersion": 5}, {"name": "示例改矿"})]
    for told in await posted(posting, elsewhere, RecordKind.MINE, *items):
        [problem] = told.problems
        assert (problem.path, problem.code, problem.detail) == ("divisionCode", ErrorCode.OUTSIDE_JURISDICTION, first.record_id)
        assert (told.outcome, told.version, told.payload_hash) == (Outcome.REJECTED, None, None)
    await posting.withdraw(county, str(first.record_id), "示例", source="test")
    [told] = await posted(posting, elsewhere, RecordKind.MINE, ours)
    assert [problem.code for problem in told.problems] == [ErrorCode.OUTSIDE_JURISDICTION]
