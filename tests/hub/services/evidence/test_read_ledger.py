"""How long the read ledger is kept: what is too old goes, a little at a time, and nothing else does."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from hub.domain.words.errors import ErrorCode, HubError
from hub.services.evidence import read_ledger as module
from hub.services.evidence.asked import MINE
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.storage.engine.database import Connection, Database, Unreachable
from hub.storage.views import read_ledger as mine_reads
from tests.calendars import Calendar
from tests.conftest import NOW
from tests.makers import BANK, ECOLOGY, licence

DAY = timedelta(days=1)


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


async def noted(ledger: ReadLedger, calendar: Calendar, *ages: timedelta) -> None:
    """A row of each age in the ledger."""
    for age in ages:
        calendar.at = NOW - age
        ledger.note(Read(None, outcome=ErrorCode.UNAUTHENTICATED.value))
        await ledger.write()
    calendar.at = NOW


async def kept(database: Database) -> list[timedelta]:
    """The ages of what stands in the ledger."""
    async with database.connection() as connection:
        return [NOW - at for at in await connection.scalars(sa.select(mine_reads.table.c.last_at).order_by("last_at"))]


async def test_what_tells_of_many_mines_is_written_in_transactions_that_are_not_long(
    database: Database, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ROWS", 5)
    ledger = ReadLedger(database, calendar)
    for digit, mines in zip("0123", (3, 2, 1, 7), strict=True):
        ledger.note(Read(None, document=digit * 64, found=tuple((MINE, None, licence(number)) for number in range(mines))))
    written: list[int] = []

    async def insert(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
        given = list(rows)
        written.append(len(given))
        await mine_reads.insert(connection, given)

    monkeypatch.setattr(module, "mine_reads", SimpleNamespace(insert=insert))
    await ledger.write()
    assert written == [5, 1, 7]
    assert await kept(database) == [timedelta(0)] * 13


async def test_others_go_on_between_the_rows_of_a_transaction(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mine_reads, "_BETWEEN_PAUSES", 3)
    numbers = [licence(number) for number in range(20)]
    read = Read(None, found=tuple((MINE, None, number) for number in numbers))
    turn, taken_in = 0, Counter[int]()

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in module._rows([(read, module._Seen(NOW, NOW))], dict(zip(numbers, numbers, strict=True)), "0"):
            taken_in[turn] += 1
            yield row

    async def write() -> None:
        async with database.transaction() as connection:
            await mine_reads.insert(connection, rows())

    writing = asyncio.create_task(write())
    while not writing.done():
        await asyncio.sleep(0)
        turn += 1
    assert max(taken_in.values()) == 3
    assert len(await kept(database)) == 20


async def test_who_is_told_of_many_mines_waits_until_that_is_written_and_nobody_else_does(
    database: Database, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MANY", 2)
    monkeypatch.setattr(module, "_MOST_OF_ONE", 6)
    ledger = ReadLedger(database, calendar)
    for document, caller, mines in (("0", BANK, 3), ("1", BANK, 2), ("2", BANK, 2), ("3", ECOLOGY, 3)):
        ledger.note(Read(caller, document=document * 64, found=tuple((MINE, None, licence(n)) for n in range(mines))))
        assert not ledger.is_behind(BANK.client_id)
    ledger.note(Read(BANK, document="4" * 64, found=tuple((MINE, None, licence(n)) for n in range(3))))
    assert ledger.is_behind(BANK.client_id)
    assert not ledger.is_behind(ECOLOGY.client_id)
    writing = asyncio.create_task(ledger.write())
    await asyncio.sleep(0)
    # What is on its way is not written yet.
    assert ledger.is_behind(BANK.client_id)
    await ledger.caught_up(BANK.client_id)
    assert writing.done()
    assert not ledger.is_behind(BANK.client_id)
    assert len(await kept(database)) == 13


async def test_many_small_reads_of_one_client_count_like_a_large_one(
    database: Database, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events told one by one would else fill the memory that all share, and end reading for everybody."""
    monkeypatch.setattr(module, "_MOST_OF_ONE", 3)
    monkeypatch.setattr(module, "_COUNTED_AT_ONCE", 1)
    ledger = ReadLedger(database, calendar)
    for number in (1, 2, 2, 1):
        ledger.note(Read(BANK, found=((MINE, None, licence(number)),)))
    assert not ledger.is_behind(BANK.client_id), "what is counted together is one row"
    ledger.note(Read(BANK))
    assert ledger.is_behind(BANK.client_id), "what found nothing is a row too"
    assert not ledger.is_behind(ECOLOGY.client_id)
    await ledger.caught_up(BANK.client_id)
    assert not ledger.is_behind(BANK.client_id)
    assert len(await kept(database)) == 3


async def test_what_could_not_be_written_still_counts_for_its_client(
    database: Database, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_OF_ONE", 101)
    ledger = ReadLedger(database, calendar)
    ledger.note(Read(BANK, found=tuple((MINE, None, licence(number)) for number in range(101))))
    async with database.transaction() as connection:
        await connection.exec_driver_sql("ALTER TABLE mine_reads RENAME TO elsewhere")
    for _ in range(2):
        with pytest.raises((HubError, Unreachable)):
            await ledger.caught_up(BANK.client_id)


async def test_what_is_older_than_it_is_to_be_kept_is_removed(database: Database, calendar: Calendar) -> None:
    ledger = ReadLedger(database, calendar, days=30)
    await noted(ledger, calendar, 90 * DAY, 31 * DAY, 30 * DAY, 29 * DAY, 0 * DAY)
    assert not await ledger.forget(calendar())
    assert await kept(database) == [30 * DAY, 29 * DAY, 0 * DAY]


async def test_much_is_removed_a_little_at_a_time_the_oldest_first(
    database: Database, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FORGOTTEN_AT_ONCE", 2)
    ledger = ReadLedger(database, calendar, days=30)
    await noted(ledger, calendar, 35 * DAY, 34 * DAY, 33 * DAY, 1 * DAY)
    assert await ledger.forget(calendar())
    assert await kept(database) == [33 * DAY, 1 * DAY]
    assert not await ledger.forget(calendar())
    assert await kept(database) == [1 * DAY]


async def test_with_no_days_everything_is_kept_for_ever(database: Database, calendar: Calendar) -> None:
    ledger = ReadLedger(database, calendar)
    await noted(ledger, calendar, 36_500 * DAY)
    assert not await ledger.forget(calendar())
    assert await kept(database) == [36_500 * DAY]


@pytest.mark.parametrize("days", [-1, 36_501])
def test_a_number_of_days_that_makes_no_sense_removes_nothing_and_is_named(sqlite_url: str, days: int) -> None:
    with pytest.raises(HubError) as caught:
        ReadLedger(Database(sqlite_url), days=days)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "HUB_LEDGER_DAYS")
