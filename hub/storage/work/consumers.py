"""Named consumers: how far in the log each receiver of a client's has acknowledged, by whichever way it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.log import Cursor
from hub.storage.sql.bulk_insert import insert_unless_there
from hub.storage.sql.metadata import Instant, Plain, metadata

table = sa.Table(
    "consumers",
    metadata,
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("client_id", Plain(), nullable=False),
    sa.Column("name", Plain(), nullable=False),
    sa.Column("position", sa.BigInteger(), nullable=False),
    sa.Column("mark", Plain(), nullable=False),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("acknowledged_at", Instant()),
    sa.UniqueConstraint("client_id", "name"),
)


@dataclass(frozen=True, slots=True)
class ConsumerRow:
    """A receiver of a client's, and the place up to which it has acknowledged."""

    id: str
    client_id: str
    name: str
    cursor: Cursor
    created_at: datetime
    acknowledged_at: datetime | None = None


async def get(connection: AsyncConnection, client_id: str, name: str, *, held: bool = False) -> ConsumerRow | None:
    """A client's consumer of a name; nobody else changes one that is `held` until this transaction ends."""
    wanted = sa.select(table).where(table.c.client_id == client_id, table.c.name == name)
    row = (await connection.execute(wanted.with_for_update() if held else wanted)).first()
    if row is None:
        return None
    cursor = Cursor(row.position, row.mark)
    return ConsumerRow(row.id, row.client_id, row.name, cursor, row.created_at, row.acknowledged_at)


async def count(connection: AsyncConnection, client_id: str) -> int:
    """How many consumers a client has."""
    counted = sa.select(sa.func.count()).select_from(table).where(table.c.client_id == client_id)
    return int(await connection.scalar(counted) or 0)


async def begin(connection: AsyncConnection, row: ConsumerRow) -> None:
    """Keep a new consumer, unless it is there."""
    await connection.execute(
        insert_unless_there(connection, table)
        .values(
            id=row.id,
            client_id=row.client_id,
            name=row.name,
            position=row.cursor.position,
            mark=row.cursor.mark,
            created_at=row.created_at,
        )
        .on_conflict_do_nothing()
    )


async def move(
    connection: AsyncConnection, consumer_id: str, cursor: Cursor, at: datetime, *, since: Cursor | None = None
) -> bool:
    """Move a consumer forward; False where it is as far already, was put back before `since`, or is gone."""
    behind = table.c.id == consumer_id, table.c.position < cursor.position
    not_put_back = () if since is None else (table.c.position >= since.position,)
    moved = sa.update(table).where(*behind, *not_put_back)
    moved = moved.values(position=cursor.position, mark=cursor.mark, acknowledged_at=at)
    return bool((await connection.execute(moved)).rowcount)


async def put(connection: AsyncConnection, consumer_id: str, cursor: Cursor) -> None:
    """Let a consumer go on from a cursor, be it before or after where it was."""
    moved = sa.update(table).where(table.c.id == consumer_id).values(position=cursor.position, mark=cursor.mark)
    await connection.execute(moved)


async def remove(connection: AsyncConnection, consumer_id: str) -> None:
    """Forget a consumer."""
    await connection.execute(sa.delete(table).where(table.c.id == consumer_id))
