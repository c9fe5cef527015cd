"""Moments that machines compare are the database's: a machine's own clock counts for nothing once it has looked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auth.principals import Role
from hub.composition.hub import Hub
from hub.services.access.replays import Replays
from hub.settings import Settings
from hub.storage.engine.clock import DatabaseClock
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import revision

#: What a machine under load may take to ask the server and to be answered.
NEAR = timedelta(minutes=1)
SHIFTS = [timedelta(hours=-1), timedelta(days=3)]


def real() -> datetime:
    return datetime.now(UTC)


def shifted(by: timedelta) -> DatabaseClock:
    """A machine whose clock is wrong."""
    return DatabaseClock(lambda: real() + by)


@pytest.fixture(params=SHIFTS, ids=str)
async def wrong(database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """The database of a machine whose clock is wrong, which may be another machine on PostgreSQL alone."""
    if database_url.startswith("sqlite"):
        pytest.skip("a file and all who use it have one clock")
    opened = Database(database_url, clock=shifted(request.param))
    await opened.start()
    yield opened
    await opened.close()


async def test_a_machine_goes_by_the_servers_clock_from_its_start(wrong: Database) -> None:
    assert abs(wrong.clock.now() - real()) < NEAR
    assert wrong.clock.now().tzinfo is UTC
    assert abs(wrong.clock.seconds() - real().timestamp()) < NEAR.total_seconds()


async def test_a_command_does_so_as_soon_as_it_has_looked_at_the_database(database_url: str) -> None:
    opened = Database(database_url, clock=shifted(timedelta(days=3)))
    await revision(opened)
    off = abs(opened.clock.now() - real())
    assert off < NEAR if not opened.is_sqlite else off > timedelta(days=2)
    await opened.close()


async def test_a_clock_that_is_set_anew_changes_nothing_until_the_server_says_so(database_url: str) -> None:
    system, ticks = [real()], [100.0]
    opened = Database(database_url, clock=DatabaseClock(lambda: system[0], lambda: ticks[0]))
    await revision(opened)
    if not opened.is_sqlite:
        before = opened.clock.now()
        system[0] += timedelta(days=3)
        ticks[0] += 7
        assert opened.clock.now() - before == timedelta(seconds=7)
        await revision(opened)
        assert abs(opened.clock.now() - real()) < NEAR
    await opened.close()


async def test_what_was_used_once_is_not_forgotten_by_a_machine_whose_clock_is_ahead(
    wrong: Database, database: Database
) -> None:
    here, there = Replays(database, database.clock.now), Replays(wrong, wrong.clock.now)
    until = real().timestamp() + 300
    assert await here.first_use("proof", until=until)
    there._swept = datetime.min.replace(tzinfo=UTC)
    assert await there.first_use("another", until=until)
    assert not await here.first_use("proof", until=until)
    assert not await there.first_use("proof", until=until)


async def test_all_that_a_hub_compares_goes_by_one_clock(sqlite_url: str, tmp_path: Path) -> None:
    by = timedelta(days=-3)
    hub = Hub.make(Settings(database_url=sqlite_url, key_file=str(tmp_path / "keys.json")), shifted(by))
    assert hub.database.clock.now() - real() < by / 2
    services = [hub.posting, hub.reading, hub.clients, hub.reads, hub.replays, hub.sessions, hub.ingest, hub.unread]
    for service in services:
        assert service._clock() - real() < by / 2, type(service).__name__  # type: ignore[attr-defined]
    for timed in (hub.revocations, hub.tokens):
        assert timed._now() - real().timestamp() < by.total_seconds() / 2, type(timed).__name__
    client_id, _ = await hub.clients.add("示例银行", Role.BANK)
    [row] = await hub.clients.list()
    assert (row.client_id, row.created_at - real() < by / 2) == (client_id, True)
    await hub.database.close()
