"""What may be used once is used once, whoever comes first, in whichever process."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from hub.domain.words.errors import ErrorCode, HubError
from hub.services.access.replays import Replays
from hub.storage.access import replays
from hub.storage.engine.database import Database
from tests.conftest import NOW

LATER = NOW.timestamp() + 60


async def test_the_first_use_is_the_only_one(database: Database) -> None:
    register = Replays(database)
    assert await register.first_use("assertion", "bank-1", "a", until=LATER)
    assert not await register.first_use("assertion", "bank-1", "a", until=LATER)
    assert await register.first_use("assertion", "bank-2", "a", until=LATER)
    assert await register.first_use("assertion", "bank-1", "\ud800\0矿", until=LATER)


async def test_of_many_at_once_in_several_processes_one_is_first(database: Database, database_url: str) -> None:
    other = Database(database_url)
    registers = [Replays(database), Replays(database), Replays(other)]
    try:
        found = await asyncio.gather(
            *(register.first_use("proof", str(n), until=LATER) for n in range(50) for register in registers for _ in range(3))
        )
    finally:
        await other.close()
    assert found.count(True) == 50


async def test_what_has_ended_is_forgotten(database: Database) -> None:
    moments = [NOW]
    register = Replays(database, clock=lambda: moments[-1])
    await register.first_use("old", until=LATER)
    moments.append(NOW + timedelta(minutes=2))
    await register.first_use("new", until=LATER + 120)
    async with database.connection() as connection:
        assert await connection.scalar(sa.select(sa.func.count()).select_from(replays.table)) == 1


async def test_it_is_looked_for_what_has_ended_once_a_minute(database: Database) -> None:
    moments = [NOW]
    register = Replays(database, clock=lambda: moments[-1])
    await register.first_use("old", until=NOW.timestamp() + 10)
    for second, kept in ((59, 2), (60, 2)):
        moments.append(NOW + timedelta(seconds=second))
        await register.first_use(f"at {second}", until=LATER + 120)
        async with database.connection() as connection:
            assert await connection.scalar(sa.select(sa.func.count()).select_from(replays.table)) == kept


async def test_who_goes_away_does_not_hold_up_the_others(database: Database) -> None:
    register = Replays(database)
    gone = asyncio.create_task(register.first_use("x", until=LATER))
    stays = asyncio.create_task(register.first_use("y", until=LATER))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays
    assert not await register.first_use("x", until=LATER)


async def test_where_nobody_can_tell_nothing_passes_for_fresh(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.exec_driver_sql("DROP TABLE replays")
    for _ in range(2):
        with pytest.raises(HubError) as caught:
            await Replays(database).first_use("x", until=LATER)
        assert caught.value.code is ErrorCode.UNAVAILABLE


@pytest.mark.parametrize(
    ("error", "told"),
    [
        *((error, HubError) for error in (asyncio.CancelledError(), TimeoutError(), sa.exc.TimeoutError())),
        # What nobody has foreseen is told as what it is.
        (ValueError(), ValueError),
    ],
)
async def test_who_waits_is_answered_whatever_ends_the_look(
    database: Database, error: BaseException, told: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    register = Replays(database)
    others: list[asyncio.Task[bool]] = []
    claim = replays.claim

    async def ends(*asked: Any) -> set[str]:
        if others:
            return await claim(*asked)
        others.append(asyncio.create_task(register.first_use("y", until=LATER)))
        await asyncio.sleep(0)
        raise error

    monkeypatch.setattr(replays, "claim", ends)
    with pytest.raises(told) as caught:
        await asyncio.wait_for(register.first_use("x", until=LATER), 10)
    if isinstance(caught.value, HubError):
        assert caught.value.code is ErrorCode.UNAVAILABLE
    # Who has come meanwhile is looked up as if nothing had been.
    assert await asyncio.wait_for(others[0], 10)
    assert await register.first_use("x", until=LATER)


async def test_where_the_look_is_ended_with_the_process_who_waits_is_answered_and_it_ends(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    register, looking = Replays(database), asyncio.Event()

    async def waits(*_: object) -> set[str]:
        looking.set()
        await asyncio.Event().wait()
        return set()

    monkeypatch.setattr(replays, "claim", waits)
    asked = asyncio.create_task(register.first_use("x", until=LATER))
    await looking.wait()
    later = asyncio.create_task(register.first_use("y", until=LATER))
    await asyncio.sleep(0)
    [look] = asyncio.all_tasks() - {asyncio.current_task(), asked, later}
    look.cancel()
    with pytest.raises(HubError):
        await asked
    await asyncio.wait({look}, timeout=10)
    assert look.cancelled()
    later.cancel()
