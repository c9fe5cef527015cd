"""Following the log in tests, and a log that is another one than it was."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import sqlalchemy as sa

from hub.domain.log import BEGINNING, Cursor, Posted
from hub.services.log.followers import Followers
from hub.storage.engine.database import Database
from hub.storage.records import log

PATIENCE_SECONDS = 60


async def take(following: Followers, count: int, after: Cursor = BEGINNING) -> list[Posted]:
    """The next so many postings after a cursor."""
    found: list[Posted] = []
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(following.follow(after)) as stretches:
        async for some in stretches:
            found += some.entries
            if len(found) >= count:
                return found
    return found


async def restored(database: Database, position: int) -> None:
    """As if a copy of the database had come back that was made when the log had reached a position."""
    async with database.transaction() as connection:
        await connection.execute(sa.delete(log.log).where(log.log.c.position > position))


async def pruned(database: Database, position: int) -> None:
    """As if what stands in the log up to a position were kept no longer."""
    async with database.transaction() as connection:
        await connection.execute(sa.delete(log.log).where(log.log.c.position <= position))
