"""Positions of followers: they begin once, move from where they had read, and of two that move at once one is refused."""

from __future__ import annotations

import asyncio

from hub.storage.engine.database import Database
from hub.storage.work import positions


async def test_a_follower_begins_once_moves_and_ends(database: Database) -> None:
    async with database.transaction() as connection:
        assert await positions.stored(connection, "webhook:x") is None
        assert await positions.begin(connection, "webhook:x", 7) == 7
        assert await positions.begin(connection, "webhook:x", 0) == 7
        assert await positions.begin(connection, "webhook:y", 0) == 0
        assert await positions.move(connection, "webhook:x", 7, 9)
        assert not await positions.move(connection, "webhook:x", 7, 8)
        assert not await positions.move(connection, "nobody", 0, 1)
        await positions.end(connection, "webhook:y")
    async with database.connection() as connection:
        assert await positions.stored(connection, "webhook:x") == 9
        assert await positions.stored(connection, "webhook:y") is None


async def test_of_two_that_move_at_once_one_is_refused_and_what_is_not_committed_is_not_moved(database: Database) -> None:
    async with database.transaction() as connection:
        await positions.begin(connection, "x", 0)

    async def move(to: int) -> bool:
        async with database.transaction() as connection:
            return await positions.move(connection, "x", 0, to)

    assert sorted(await asyncio.gather(move(1), move(2))) == [False, True]
    try:
        async with database.transaction() as connection:
            now = await positions.stored(connection, "x") or 0
            assert await positions.move(connection, "x", now, 99)
            raise RuntimeError
    except RuntimeError:
        pass
    async with database.connection() as connection:
        assert await positions.stored(connection, "x") == now
