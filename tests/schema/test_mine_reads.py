"""The read ledger: which mine, who, when, why, by which document; refusals too; and nothing that has no business there."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress

import pytest
import sqlalchemy as sa

from auth.principals import Principal
from hub.composition.background_tasks import BackgroundTasks, Work
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.evidence import read_ledger as module
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.views import read_ledger as mine_reads
from schema.answers import Operation
from tests.conftest import NOW
from tests.makers import BANK, ECOLOGY, LOAN, OPERATOR, Ask, caller, licence, uscc
from tests.schema.ledgers import kept

MINE = "query ($no: String!) { mine(licenceNo: $no) { name } }"


@pytest.fixture
def ask(noted: Ask) -> Ask:
    return noted


async def test_a_banks_look_up_is_kept_with_its_purpose(ask: Ask, ledger: ReadLedger, database: Database) -> None:
    for _ in range(3):
        await ask(BANK, MINE, no=licence(1))
    (row,) = await kept(ledger, database)
    assert row.pop("id").startswith("mine_read_")
    assert row == {
        "first_at": NOW,
        "last_at": NOW,
        "times": 3,
        "client_id": BANK.client_id,
        "role": "BANK",
        "department": None,
        "purpose": "PRE_LOAN_REVIEW",
        "reference": "2026-17",
        "document_hash": hashlib.sha256(MINE.encode()).hexdigest(),
        "asked": "mine",
        "key": None,
        "licence_no": licence(1),
        "outcome": "ANSWERED",
        "bank": None,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("{ mines(first: 2) { nodes { name } } }", ("mine", licence(1), licence(2))),
        ("{ mines(first: 2) { edges { node { name } } } }", ("mine", licence(1), licence(2))),
        (
            '{ mines(last: 1, filter: {name: {contains: "2号"}}) { nodes { id } pageInfo { hasNextPage } } }',
            ("mine", licence(2)),
        ),
        ("{ opinions { nodes { verdict } } }", ("opinion", licence(1))),
        ("{ penalties { nodes { fine } } }", ("penalty", licence(1))),
        ("{ mines { totalCount } }", ("mine", None)),
        ('{ mines(filter: {name: {eq: "nobody"}}) { nodes { id } } }', ("mine",)),
        ("{ enterprises { nodes { name } } }", ("enterprise", None)),
    ],
)
async def test_the_mines_of_a_banks_list_are_those_of_its_answer(
    ask: Ask, ledger: ReadLedger, database: Database, query: str, found: tuple[str | None, ...]
) -> None:
    assert "data" in await ask(BANK, query)
    rows = await kept(ledger, database)
    noun, *mines = found
    # Beside them stands what they were asked for by.
    assert [(row["asked"], row["licence_no"]) for row in rows if row["key"] is None] == [(noun, mine) for mine in mines]


async def test_two_lists_in_one_query_are_both_kept(ask: Ask, ledger: ReadLedger, database: Database) -> None:
    found = await ask(BANK, "{ a: mines(first: 1) { nodes { name } } b: mines(last: 1) { nodes { name } } __typename }")
    assert list(found["data"]) == ["a", "b", "__typename"]
    assert [row["licence_no"] for row in await kept(ledger, database)] == [licence(1), licence(3)]


async def test_other_keys_are_kept_as_such(ask: Ask, ledger: ReadLedger, database: Database) -> None:
    await ask(BANK, f'{{ enterprise(uscc: "{uscc(1)}") {{ name }} node(id: "mine_1") {{ id }} }}')
    assert [(row["asked"], row["key"]) for row in await kept(ledger, database)] == [("enterprise", uscc(1)), ("node", "mine_1")]


@pytest.mark.parametrize("nonsense", ["'; --", "矿", "x" * 101, "", "eyJhbGciOi/x+y="])
async def test_what_is_no_number_is_not_kept(ask: Ask, ledger: ReadLedger, database: Database, nonsense: str) -> None:
    await ask(BANK, MINE, no=nonsense)
    (row,) = await kept(ledger, database)
    assert (row["asked"], row["key"], row["licence_no"]) == (None, None, None)
    assert row["outcome"] == ErrorCode.BAD_LICENCE_NUMBER


async def test_a_department_names_no_purpose_and_is_kept_all_the_same(ask: Ask, ledger: ReadLedger, database: Database) -> None:
    answer = await ask.graph.run(Operation(MINE, None, {"no": licence(1)}), ECOLOGY)
    assert answer.request_error is None
    (row,) = await kept(ledger, database)
    assert (row["department"], row["purpose"], row["licence_no"]) == ("ECOLOGY", None, licence(1))


async def test_a_bank_without_a_purpose_is_refused_and_the_refusal_is_kept(
    ask: Ask, ledger: ReadLedger, database: Database
) -> None:
    answer = await ask.graph.run(Operation(MINE, None, {"no": licence(1)}), BANK)
    assert answer.request_error is ErrorCode.PURPOSE_REQUIRED
    assert "PRE_LOAN_REVIEW" in answer.body.decode()
    (row,) = await kept(ledger, database)
    assert (row["client_id"], row["outcome"], row["licence_no"]) == (BANK.client_id, "PURPOSE_REQUIRED", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [("{ rejections { totalCount } }", "FORBIDDEN"), ("{ nope }", "DOCUMENT_INVALID"), ("{", "DOCUMENT_UNREADABLE")],
)
async def test_refusals_are_kept(ask: Ask, ledger: ReadLedger, database: Database, query: str, code: str) -> None:
    await ask(BANK, query)
    (row,) = await kept(ledger, database)
    assert (row["outcome"], row["document_hash"]) == (code, hashlib.sha256(query.encode()).hexdigest())


READS = "{ mineReads { nodes { clientId licenceNo purpose reference times outcome } } }"


async def test_operators_see_the_ledger_departments_the_banks_reads_of_their_mines(
    ask: Ask, ledger: ReadLedger, posting: Posting
) -> None:
    await ask(BANK, MINE, no=licence(1))
    await ask(OPERATOR, MINE, no=licence(2))
    await ask(BANK, "{ nope }")
    await ledger.write()

    async def seen(who: Principal) -> list[tuple[str, str | None]]:
        found = (await ask(who, READS))["data"]["mineReads"]["nodes"]
        return sorted((row["outcome"], row["licenceNo"] or "") for row in found)

    assert len(await seen(OPERATOR)) == 3
    assert await seen(ECOLOGY) == [("ANSWERED", licence(1))]
    assert await seen(caller(ECOLOGY.role, ECOLOGY.department, "530112")) == [("ANSWERED", licence(1))]
    assert await seen(caller(ECOLOGY.role, ECOLOGY.department, "530300")) == []
    assert (await ask(BANK, READS))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_clean_stop_writes_everything(ledger: ReadLedger, database: Database) -> None:
    async with BackgroundTasks([Work("read_ledger", ledger.work, 60, at_end=ledger.write)]).running():
        await asyncio.sleep(0)
        for number in range(12_000):
            ledger.note(Read(BANK, LOAN, None, (("mine", "mine", licence(number)),)))
    async with database.connection() as connection:
        assert await connection.scalar(sa.select(sa.func.count()).select_from(mine_reads.table)) == 12_000


async def test_what_is_read_while_the_ledger_is_written_waits_for_the_next_time(ledger: ReadLedger, database: Database) -> None:
    ledger.note(Read(BANK, LOAN, "0" * 64))
    writing = asyncio.create_task(ledger.write())
    await asyncio.sleep(0)
    ledger.note(Read(BANK, LOAN, "1" * 64))
    await writing
    async with database.connection() as connection:
        assert list(await connection.scalars(sa.select(mine_reads.table.c.document_hash))) == ["0" * 64]
    assert {row["document_hash"] for row in await kept(ledger, database)} == {"0" * 64, "1" * 64}


async def test_what_cannot_be_written_waits_and_then_reading_ends(
    ask: Ask, ledger: ReadLedger, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING", 2)
    async with database.transaction() as connection:
        await connection.exec_driver_sql("ALTER TABLE mine_reads RENAME TO elsewhere")
    for number in (1, 1, 2):
        await ask(BANK, MINE, no=licence(number))
        with suppress(Exception):
            await ledger.work()
    assert (await ask(BANK, MINE, no=licence(3)))["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    with pytest.raises(HubError):
        ledger.check_room()
    async with database.transaction() as connection:
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO mine_reads")
    assert sum(row["times"] for row in await kept(ledger, database)) == 3
    ledger.check_room()


async def test_who_was_told_of_many_mines_is_told_more_once_that_is_written(
    ask: Ask, ledger: ReadLedger, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MANY", 1)
    monkeypatch.setattr(module, "_MOST_OF_ONE", 2)

    async def written() -> int:
        async with database.connection() as connection:
            return await connection.scalar(sa.select(sa.func.count()).select_from(mine_reads.table)) or 0

    told = await ask(BANK, "{ mines(first: 3) { nodes { name } } }")
    mines = len(told["data"]["mines"]["nodes"])
    assert mines > 1
    assert await written() == 0
    await ask(BANK, MINE, no=licence(1))
    assert await written() == mines


async def test_without_room_no_read_under_way_is_lost_and_of_refusals_only_new_kinds(
    ledger: ReadLedger, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING", 2)
    stranger, foreign = (Read(None, outcome=code.value) for code in (ErrorCode.UNAUTHENTICATED, ErrorCode.FORBIDDEN))
    reads = [Read(BANK, LOAN, digit * 64) for digit in "01"]
    for read in (stranger, *reads, foreign, stranger):
        ledger.note(read)
    told = {(row["document_hash"], row["outcome"]): row["times"] for row in await kept(ledger, database)}
    assert told == {(None, stranger.outcome): 2, **{(read.document, read.outcome): 1 for read in reads}}


async def test_what_is_on_its_way_takes_room_until_it_is_written(ledger: ReadLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING", 2)
    ledger.note(Read(BANK, LOAN, "0" * 64))
    ledger.note(Read(BANK, LOAN, "1" * 64))
    writing = asyncio.create_task(ledger.write())
    await asyncio.sleep(0)
    with pytest.raises(HubError):
        ledger.check_room()
    await writing
    ledger.check_room()
