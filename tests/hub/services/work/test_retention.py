"""Retention: what is old goes, part by part, and a hub that is being stopped waits for one part alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from hub.services.evidence import read_ledger
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.once import KEPT, KeptAnswers
from hub.services.posting.unread import Unread
from hub.services.sealing import Sealing
from hub.services.work.leases import EndingError, Leases
from hub.services.work.retention import Retention
from hub.storage.engine.database import Database
from hub.storage.records import kept_answers
from hub.storage.views import read_ledger as mine_reads
from hub.storage.views import rejections
from tests.conftest import NOW
from tests.makers import BANK, licence


async def left(database: Database, table: sa.Table) -> int:
    async with database.connection() as connection:
        return int(await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


@pytest.fixture
async def retention(database: Database, monkeypatch: pytest.MonkeyPatch) -> Retention:
    """Five old reads and one of today, two refused items, of which one was settled long ago, and three answers under keys:
    one was kept for long enough, one for its last second."""
    monkeypatch.setattr(read_ledger, "_FORGOTTEN_AT_ONCE", 2)
    at = [NOW]
    ledger = ReadLedger(database, lambda: at[0], days=30)
    for days in (35, 34, 33, 32, 31, 0):
        at[0] = NOW - timedelta(days=days)
        ledger.note(Read(BANK, document=f"{days:064d}"))
    await ledger.write()
    item = {"client_id": "x", "source": "s", "kind": "opinion", "problems": [], "payload": "{}", "outline": "{}"}
    named = {"numbers": frozenset({licence(1), licence(2)})}

    def refused(number: int, settled: datetime | None) -> dict[str, Any]:
        at = NOW - timedelta(days=60)
        return item | named | {"id": f"rejection_{number}", "received_at": at, "seen_at": at, "resolved_at": settled}

    async with database.transaction() as connection:
        await rejections.insert(connection, [refused(1, None), refused(2, NOW - timedelta(days=31))])
        for key, kept_at in (("old", NOW - KEPT - timedelta(seconds=1)), ("last", NOW - KEPT), ("new", NOW)):
            await kept_answers.claim(connection, "x", key, "digest", kept_at)
    kept = KeptAnswers(database, Sealing("kept_answers", lambda: (b"key",)))
    return Retention(database, ledger, Unread(database, clock=lambda: NOW), kept, lambda: NOW, pause=0)


async def test_what_is_old_goes_and_what_is_not_stays(database: Database, retention: Retention) -> None:
    async with Leases(database).held("retention") as lease:
        assert await retention.run(lease) == "OK"
    tables = mine_reads.table, rejections.table, kept_answers.table
    assert [await left(database, table) for table in tables] == [1, 1, 2]
    assert await left(database, rejections.numbers) == 2, "the numbers of what is gone are gone"


async def test_a_hub_that_is_being_stopped_waits_for_one_part_alone(database: Database, retention: Retention) -> None:
    async with Leases(database).held("retention") as lease:
        lease.ending.set()
        with pytest.raises(EndingError):
            await retention.run(lease)
    assert await left(database, mine_reads.table) == 4


async def test_a_clock_that_is_ahead_ends_nothing_and_who_was_away_catches_up_a_day_in_each_run(
    database: Database, retention: Retention
) -> None:
    async def run(clock: datetime) -> tuple[str, int]:
        retention._clock = lambda: clock
        async with Leases(database).held("retention") as lease:
            told = await retention.run(lease)
        return told, await left(database, rejections.table)

    assert await run(NOW) == ("OK", 1)
    ahead = NOW + timedelta(days=3650)
    day = "OK: by 2026-11-%02d, a day further each hour"
    assert [await run(ahead) for _ in range(3)] == [(day % (NOW.day + n), 1) for n in (1, 2, 3)]
    assert [await left(database, table) for table in (mine_reads.table, kept_answers.table)] == [1, 1]
    # Set right it goes by the clock again, and what is old by then goes.
    assert await run(NOW) == ("OK", 1)
    assert (await run(NOW + timedelta(days=1)))[0] == "OK"
