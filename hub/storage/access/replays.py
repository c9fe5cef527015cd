"""What may be used once and was used: client assertions and DPoP proofs, as digests, until they end by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.bulk_insert import insert_new
from hub.storage.sql.metadata import Instant, Plain, metadata

table = sa.Table(
    "replays",
    metadata,
    sa.Column("digest", Plain(), primary_key=True),
    sa.Column("until", Instant(), nullable=False),
    sa.Index("ix_replays_until", "until"),
)


async def claim(connection: AsyncConnection, used: Mapping[str, datetime]) -> set[str]:
    """Mark digests as used until a moment each; those that were not used before.

    On PostgreSQL the commit does not wait for the disk: a crash of the database server may forget the last half second.
    """
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
    # In one order, so that two processes never wait for each other.
    rows = [(digest, used[digest]) for digest in sorted(used)]
    return set(await insert_new(connection, table, ("digest", "until"), rows))


async def forget(connection: AsyncConnection, now: datetime) -> None:
    """Drop what has ended by itself."""
    await connection.execute(sa.delete(table).where(table.c.until < now))
