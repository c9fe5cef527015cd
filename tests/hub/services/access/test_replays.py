"""What may be used once is used once, whoever comes first, in whichever process."""

from __future__ import annotations

import asyncio
from datetime import timedelta

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


@pytest.mark.parametrize("error", [asyncio.CancelledError(), TimeoutError(), sa.exc.TimeoutError()])
async def test_who_waits_is_answered_whatever_ends_the_look(
    database: Database, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = Replays(database)

    async def ends(*_: object) -> set[str]:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(replays, "claim", ends)
        with pytest.raises(HubError) as caught:
            await asyncio.wait_for(register.first_use("x", until=LATER), 10)
    assert caught.value.code is ErrorCode.UNAVAILABLE
    assert await register.first_use("x", until=LATER)
