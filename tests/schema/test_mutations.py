"""Mutations tell of records only to who may read them, and what is told of them stands in the ledger."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auth.rules import POSTED_BY
from auth.scopes import post_scope
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import LEADING, Department
from hub.domain.words.errors import ErrorCode
from hub.services.evidence.read_ledger import ReadLedger
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from tests import duties, makers
from tests.makers import ECOLOGY, Ask, caller, opinion, posted
from tests.schema.ledgers import kept

#: A department's client that posts opinions and may do nothing else.
POSTS_ALONE = replace(ECOLOGY, scopes=frozenset({post_scope(RecordKind.OPINION)}))
RECEIPTS = "mutation ($items: [OpinionInput!]!) { postOpinions(items: $items) { accepted results { outcome recordId } } }"
#: Three ways to ask for a record: plainly, under another name, and in fragments.
RECORDS = [
    "mutation ($items: [OpinionInput!]!) { postOpinions(items: $items) { results { record { mine { name } } } } }",
    "mutation ($items: [OpinionInput!]!) { p: postOpinions(items: $items) { r: results { outcome: record { id } } } }",
    """mutation ($items: [OpinionInput!]!) { ...M }
    fragment M on Mutation { postOpinions(items: $items) { results { ... on OpinionPostResult { record { id } } } } }""",
]
COUNT = "{ opinions { totalCount } }"


@pytest.fixture
def ask(noted: Ask) -> Ask:
    return noted


@pytest.mark.parametrize("document", RECORDS)
async def test_who_may_not_read_is_told_before_anything_is_posted(ask: Ask, document: str) -> None:
    before = (await ask(ECOLOGY, COUNT))["data"]
    answer = await ask(POSTS_ALONE, document, items=[opinion(77)])
    assert answer["errors"][0]["extensions"]["code"] == ErrorCode.FORBIDDEN
    assert (await ask(ECOLOGY, COUNT))["data"] == before


async def test_who_may_only_post_gets_receipts(ask: Ask) -> None:
    answer = await ask(POSTS_ALONE, RECEIPTS, items=[opinion(77)])
    assert answer["data"]["postOpinions"]["accepted"] == 1


@pytest.mark.parametrize("repeated", [False, True])
async def test_what_a_payload_tells_of_records_stands_in_the_ledger(
    ask: Ask, ledger: ReadLedger, database: Database, repeated: bool
) -> None:
    if repeated:
        await ask(ECOLOGY, RECEIPTS, items=[opinion(77)])
    assert await kept(ledger, database) == []
    answer = await ask(ECOLOGY, RECORDS[1], items=[opinion(77)])
    record = answer["data"]["p"]["r"][0]["outcome"]["id"]
    (row,) = await kept(ledger, database)
    assert (row["client_id"], row["asked"], row["key"]) == (ECOLOGY.client_id, RecordKind.OPINION, record)


async def test_a_record_that_one_may_not_see_is_not_there_for_its_withdrawal(posting: Posting, ask: Ask) -> None:
    kind = RecordKind.CASE_TRANSFER
    [taken] = await posted(posting, ECOLOGY, kind, duties.transfer())
    assert taken.record_id is not None, taken.problems
    parties = {Department.ECOLOGY, Department(duties.transfer()["toDepartment"]), LEADING}
    stranger = caller(makers.ECOLOGY.role, min(POSTED_BY[kind] - parties))
    withdraw = 'mutation ($id: ID!, $v: Int) { withdrawRecord(id: $id, reason: "x", expectedVersion: $v) { outcome } }'
    reinstate = 'mutation ($id: ID!) { reinstateRecord(id: $id, reason: "x") { outcome } }'
    invented = taken.record_id[:-4] + "0000"
    for record in (taken.record_id, invented):
        for answer in (
            await ask(stranger, withdraw, id=record),
            await ask(stranger, withdraw, id=record, v=1),
            await ask(stranger, withdraw, id=record, v=9),
            await ask(stranger, reinstate, id=record),
        ):
            assert answer["errors"][0]["extensions"]["code"] == ErrorCode.NOT_FOUND
            assert "ECOLOGY" not in str(answer)
    scopeless = replace(stranger, scopes=frozenset({"read"}))
    for record in (taken.record_id, invented):
        assert (await ask(scopeless, withdraw, id=record))["errors"][0]["extensions"]["code"] == ErrorCode.FORBIDDEN
