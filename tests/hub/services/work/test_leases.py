"""Leases of standing work: who lives keeps its work, who is gone is followed, who was followed is refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from hub.services.work.leases import LEASE_SECONDS, HeldElsewhereError, Leases, TakenOverError
from hub.storage.engine.database import Database
from hub.storage.work import leases


def test_a_killed_holders_work_goes_on_within_thirty_seconds() -> None:
    assert LEASE_SECONDS * 1.1 < 30


async def test_of_many_who_begin_at_once_one_holds_and_keeps_it_beyond_its_first_end(database: Database) -> None:
    gate, outcomes = asyncio.Event(), []

    async def work() -> None:
        try:
            async with Leases(database, 1.0).held("x"):
                outcomes.append("held")
                await gate.wait()
        except HeldElsewhereError:
            outcomes.append("elsewhere")

    works = [asyncio.create_task(work()) for _ in range(4)]
    await asyncio.sleep(2.5)
    assert sorted(outcomes) == ["elsewhere"] * 3 + ["held"]
    gate.set()
    await asyncio.gather(*works)
    async with Leases(database, 1.0).held("x") as lease:
        assert lease.token == 2


async def test_a_holder_that_is_gone_is_followed_at_the_end_of_its_lease(database: Database) -> None:
    length = timedelta(seconds=1)
    async with database.transaction() as connection:
        assert await leases.claim(connection, "x", "gone", database.clock.now(), length) == 1
    began = asyncio.get_running_loop().time()
    async with Leases(database, 1.0).held("x") as lease:
        assert lease.token == 2
    assert 0.7 < asyncio.get_running_loop().time() - began < 2.5


async def test_who_was_followed_is_refused_in_its_next_transaction(database: Database) -> None:
    async with Leases(database).held("x") as lease, database.transaction() as connection:
        await lease.hold(connection)
        await connection.execute(sa.update(leases.table).values(token=leases.table.c.token + 1))
        with pytest.raises(TakenOverError, match="x: another run"):
            await lease.hold(connection)


async def test_a_holder_says_how_its_work_went_and_when_it_is_due(database: Database) -> None:
    async with Leases(database).held("x") as lease:
        lease.outcome, lease.next_at = "OK" * 1000, database.clock.now()
    async with database.connection() as connection:
        row = (await connection.execute(sa.select(leases.table))).one()
    assert (row.outcome, row.next_at, row.holder, row.until) == ("OK" * 250, lease.next_at, None, None)
