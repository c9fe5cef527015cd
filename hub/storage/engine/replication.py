"""How far a PostgreSQL server has written, and how far a streaming copy of it has replayed that."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

_ORIGIN = sa.text("'0/0'::pg_lsn")


async def written(connection: AsyncConnection) -> int:
    """Up to where what was committed here stands on the disk, in bytes of the write-ahead log."""
    return int((await connection.execute(sa.select(sa.func.pg_current_wal_flush_lsn() - _ORIGIN))).scalar_one())


async def replayed(connection: AsyncConnection) -> int | None:
    """Up to where that can be seen in a copy; None where the server is no copy."""
    found = (await connection.execute(sa.select(sa.func.pg_last_wal_replay_lsn() - _ORIGIN, sa.func.pg_is_in_recovery()))).one()
    return int(found[0]) if found[1] and found[0] is not None else None
