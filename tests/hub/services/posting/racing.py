"""Writers that are let go at one moment, each when it has read by what it is judged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")

#: What a writer waits for at its first write into a table, until all who can have come so far.
_GATE = 0x6761_7465
_AT_THE_GATE = """
CREATE OR REPLACE FUNCTION at_the_gate() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_advisory_xact_lock_shared(%d); RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER gate BEFORE INSERT OR UPDATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION at_the_gate();
"""
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@asynccontextmanager
async def gate(url: str, table: str) -> AsyncIterator[asyncpg.Connection]:
    """Hold up whoever writes into a table, until the end."""
    connection = await asyncpg.connect(url)
    await connection.execute(_AT_THE_GATE % (_GATE, table))
    await connection.execute(f"SELECT pg_advisory_lock({_GATE})")
    yield connection
    await connection.close()


async def come(connection: asyncpg.Connection, writers: int) -> None:
    """Wait until so many writers wait for the gate, or for one another."""
    async with asyncio.timeout(60):
        while await connection.fetchval(_WAITING) < writers:  # noqa: ASYNC110 - the server tells of it to nobody
            await asyncio.sleep(0.02)


async def forced(url: str, table: str, writes: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Let none of the writers write into a table before each has come there, or waits for another who has: whoever reads
    what another is just changing has read it by then.  SQLite has one writer at a time from its first word."""
    if url.startswith("sqlite"):
        return await asyncio.gather(*writes)
    async with gate(url, table) as connection:
        under_way = [asyncio.ensure_future(one) for one in writes]
        await come(connection, len(under_way))
    return await asyncio.gather(*under_way)
