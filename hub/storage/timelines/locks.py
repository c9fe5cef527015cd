"""One writer at a time for what follows from a mine's records.

On SQLite writers are single from their first word.  On PostgreSQL a mine is locked by one of a few hundred advisory locks: a
batch of a thousand mines must not fill the server's table of locks, and two mines that share one only wait for one another.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

_STRIPES = 512
#: The first half of the locks' numbers, so that they are nobody else's.
_MINES = 0x67726D32
_REACHED = 0x67726D33
_PARTIES = 0x67726D34
_DECISIONS = 0x67726D35

_LOCK = sa.text(
    "SELECT CASE WHEN shared THEN pg_advisory_xact_lock_shared(room, stripe) ELSE pg_advisory_xact_lock(room, stripe) END"
    " FROM unnest(CAST(:rooms AS int[]), CAST(:stripes AS int[]), CAST(:shared AS bool[])) AS s (room, stripe, shared)"
)


async def lock_mines(connection: AsyncConnection, licence_nos: Iterable[str], *, reached: Iterable[str] = ()) -> None:
    """Hold these mines until the transaction ends, and before them what they are reached by (`lock_reached`), together with
    others who hold mines: all assessments name a few systems.  Take it before what a post is judged by is read, once in a
    transaction."""
    await _lock(connection, (_REACHED, reached), (_MINES, licence_nos), shared=_REACHED)


async def lock_reached(connection: AsyncConnection, keys: Iterable[str]) -> None:
    """Hold what mines are reached by (holders, assessors, systems, policies) until the transaction ends, so that none of them
    gets or loses a mine meanwhile.  Take it before the mines."""
    await _lock(connection, (_REACHED, keys))


async def lock_parties(connection: AsyncConnection, usccs: Iterable[str]) -> None:
    """Hold parties of decisions until the transaction ends.  Take it after the records are written, before the decisions: of
    two who write of one party the later reads what the earlier has written."""
    await _lock(connection, (_PARTIES, usccs))


async def lock_decisions(connection: AsyncConnection, numbers: Iterable[str], *, parties: Iterable[str] = ()) -> None:
    """Hold decisions, by their numbers, until the transaction ends, and before them their parties (`lock_parties`).  Take it
    last."""
    await _lock(connection, (_PARTIES, parties), (_DECISIONS, numbers))


async def _lock(connection: AsyncConnection, *rooms: tuple[int, Iterable[str]], shared: int | None = None) -> None:
    if connection.dialect.name != "postgresql":
        return
    # All take them in the same order, so that no two wait for one another.
    wanted = [
        (room, stripe) for room, names in rooms for stripe in sorted({zlib.crc32(name.encode()) % _STRIPES for name in names})
    ]
    if wanted:
        rooms_of, stripes = zip(*wanted, strict=True)
        values = {"rooms": list(rooms_of), "stripes": list(stripes), "shared": [room == shared for room in rooms_of]}
        await connection.execute(_LOCK, values)
