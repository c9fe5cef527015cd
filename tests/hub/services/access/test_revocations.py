"""What one process ends, every process refuses within five seconds, and open connections learn of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from auth.principals import Role
from auth.tokens import Access
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.access.clients import Clients
from hub.services.access.revocations import REVOCATION_SECONDS, Revocations
from hub.storage.engine.database import Database
from tests.background import at_work
from tests.conftest import NOW
from tests.makers import BANK


class Ticks:
    """Seconds that tests let pass."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def access(jti: str = "a", client: str = BANK.client_id) -> Access:
    begins = int(NOW.timestamp())
    who = type(BANK)(client, BANK.role, BANK.scopes)
    return Access(who, jti, begins, begins + 600)


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def here(database: Database, ticks: Ticks) -> Revocations:
    return Revocations(database, now=NOW.timestamp, ticks=ticks)


@pytest.fixture
def elsewhere(database: Database) -> Revocations:
    return Revocations(database, now=NOW.timestamp)


async def test_what_another_process_ends_stops_here_within_five_seconds(
    here: Revocations, elsewhere: Revocations, ticks: Ticks
) -> None:
    assert await here.is_good(access())
    await elsewhere.revoke(access())
    assert not await elsewhere.is_good(access())
    ticks.at = REVOCATION_SECONDS - 0.001
    assert await here.is_good(access())
    ticks.at = REVOCATION_SECONDS
    assert not await here.is_good(access())
    assert await here.is_good(access("b"))
    assert REVOCATION_SECONDS <= 5


async def test_what_has_ended_by_itself_is_not_revoked(here: Revocations, elsewhere: Revocations, ticks: Ticks) -> None:
    over = Access(BANK, "over", int(NOW.timestamp()) - 600, int(NOW.timestamp()))
    assert [await here.is_good(over), await here.is_revoked(over)] == [False, False]
    await elsewhere.revoke(access())
    assert not await here.is_revoked(access())
    ticks.at = REVOCATION_SECONDS
    assert [await here.is_revoked(access()), await here.is_revoked(access("b"))] == [True, False]


async def test_a_revoked_clients_tokens_end_with_it(here: Revocations, database: Database, ticks: Ticks) -> None:
    clients = Clients(database, clock=lambda: NOW)
    client_id, _ = await clients.add("示例银行", Role.BANK)
    other_id, _ = await clients.add("示例银行", Role.BANK)
    assert await here.is_good(access(client=client_id))
    await clients.revoke(client_id)
    ticks.at = REVOCATION_SECONDS
    assert not await here.is_good(access(client=client_id))
    assert await here.is_good(access(client=other_id))


@pytest.mark.parametrize("ahead", [timedelta(hours=-1), timedelta(days=-30), timedelta(days=30)])
async def test_a_client_is_refused_whatever_the_clock_of_the_machine_that_revokes_it(
    here: Revocations, database: Database, ticks: Ticks, ahead: timedelta
) -> None:
    client_id, _ = await Clients(database, lambda: NOW).add("示例银行", Role.BANK)
    assert await here.is_good(access(client=client_id))
    await Clients(database, lambda: NOW + ahead).revoke(client_id)
    ticks.at = REVOCATION_SECONDS
    assert not await here.is_good(access(client=client_id))


async def test_a_process_whose_clock_is_ahead_forgets_nothing_that_others_still_take(
    here: Revocations, database: Database, ticks: Ticks
) -> None:
    await here.revoke(access())
    ahead = Revocations(database, now=(NOW + timedelta(hours=3)).timestamp)
    await ahead.revoke(access("b"))
    ticks.at = REVOCATION_SECONDS
    assert not await here.is_good(access())


async def test_ending_a_token_twice_changes_nothing(here: Revocations) -> None:
    await here.revoke(access())
    await here.revoke(access())
    assert not await here.is_good(access())


@pytest.mark.parametrize(("left", "good"), [(0.001, True), (0.0, False)])
async def test_a_token_that_has_ended_by_itself_is_not_good(database: Database, left: float, good: bool) -> None:
    late = Revocations(database, now=lambda: access().ends - left)
    assert await late.is_good(access()) is good


async def test_where_nobody_can_tell_nobody_is_let_in(here: Revocations, database: Database, ticks: Ticks) -> None:
    assert await here.is_good(access())
    async with database.transaction() as connection:
        await connection.exec_driver_sql("DROP TABLE revoked_tokens")
    ticks.at = REVOCATION_SECONDS - 0.001
    assert await here.is_good(access())
    ticks.at = REVOCATION_SECONDS
    with pytest.raises(HubError) as caught:
        await here.is_good(access())
    assert caught.value.code is ErrorCode.UNAVAILABLE


@asynccontextmanager
async def watching(process: Revocations) -> AsyncIterator[asyncio.Task[None]]:
    """A process that looks often, and somebody in it who waits for a token's end."""
    await process.look()
    waiting = asyncio.create_task(process.ended(access()))
    try:
        async with at_work(process):
            await asyncio.sleep(0)
            yield waiting
    finally:
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting


async def test_who_waits_learns_that_its_token_was_ended_elsewhere(here: Revocations, elsewhere: Revocations) -> None:
    async with watching(here) as waiting:
        await elsewhere.revoke(access("another"))
        await here.look()
        assert not waiting.done()
        await elsewhere.revoke(access())
        await asyncio.wait_for(waiting, 10)


async def test_who_waits_learns_that_its_token_ended_by_itself(database: Database) -> None:
    moments = [access().ends - left for left in (0.1, 0.1, 0.1, 0)]
    process = Revocations(database, now=lambda: moments.pop(0) if len(moments) > 1 else moments[0])
    await process.look()
    # Sooner than it looks by itself whether it has missed something.
    await asyncio.wait_for(process.ended(access()), REVOCATION_SECONDS - 1)


async def test_who_waits_is_let_go_when_nobody_can_tell_any_more(here: Revocations, database: Database, ticks: Ticks) -> None:
    async with watching(here) as waiting:
        async with database.transaction() as connection:
            await connection.exec_driver_sql("DROP TABLE revoked_tokens")
        ticks.at = REVOCATION_SECONDS + 1
        await asyncio.wait_for(waiting, 10)


@pytest.mark.parametrize(("after", "let_go"), [(REVOCATION_SECONDS - 0.001, False), (REVOCATION_SECONDS, True)])
async def test_a_round_that_cannot_tell_wakes_who_waits_when_the_last_look_counts_no_more(
    here: Revocations, database: Database, ticks: Ticks, after: float, let_go: bool
) -> None:
    assert await here.work() is False
    waiting = asyncio.create_task(here.ended(access()))
    await asyncio.sleep(0)
    async with database.transaction() as connection:
        await connection.exec_driver_sql("DROP TABLE revoked_tokens")
    ticks.at = after
    with pytest.raises(HubError):
        await here.work()
    for _ in range(10):
        await asyncio.sleep(0)
    assert waiting.done() is let_go
    waiting.cancel()
