"""What was sent and could not be taken: by whom, when, why, and what it was.  Pulled items wait here in quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.read_plan import Order
from hub.domain.words.errors import ErrorCode
from hub.storage.sql.json_text import one_of
from hub.storage.sql.metadata import Instant, Json, Plain, metadata, text
from hub.storage.views.view import table_view

table = sa.Table(
    "rejections",
    metadata,
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("received_at", Instant(), nullable=False),
    sa.Column("client_id", Plain(), nullable=False),
    sa.Column("department", Plain()),
    sa.Column("source", Plain(), nullable=False),
    sa.Column("kind", Plain()),
    sa.Column("reference", text()),
    sa.Column("problems", Json(), nullable=False),
    sa.Column("payload", Json(), nullable=False),
    sa.Column("outline", Json(), nullable=False),
    sa.Column("withdrawn", text()),
    sa.Column("changed_at", Instant()),
    sa.Column("resolved_at", Instant()),
    sa.Index("ix_rejections_received_at", "received_at", "id"),
    sa.Index("ix_rejections_client", "client_id", "received_at", "id"),
    sa.Index("ix_rejections_source", "source", "kind", "reference"),
)

view = table_view("rejection", table, (Order("received_at", True),), "id")


async def insert(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    await connection.execute(sa.insert(table), list(rows))


async def set_payload(connection: AsyncConnection, rejection_id: str, payload: str, outline: str) -> bool:
    """Say otherwise what was sent, and what is shown of it; whether it is there."""
    said = sa.update(table).where(table.c.id == rejection_id).values(payload=payload, outline=outline)
    return bool((await connection.execute(said)).rowcount)


async def put(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """Insert a row, or say otherwise what it holds."""
    if not await set_payload(connection, row["id"], row["payload"], row["outline"]):
        await insert(connection, [row])


async def forget(connection: AsyncConnection, settled: datetime, received: datetime) -> None:
    """Drop what was settled before one moment, and what was received before another."""
    await connection.execute(sa.delete(table).where(sa.or_(table.c.resolved_at < settled, table.c.received_at < received)))


async def forget_unread(connection: AsyncConnection, source: str, before: datetime) -> None:
    """Drop what came from `source` before a moment and was no item of any kind."""
    old = table.c.source == source, table.c.kind.is_(None), table.c.received_at < before
    await connection.execute(sa.delete(table).where(*old))


async def resolve(connection: AsyncConnection, source: str, kind: str, references: Sequence[str], at: datetime) -> None:
    """Mark what waits from `source` under these references as taken after all."""
    await connection.execute(
        sa.update(table)
        .where(
            table.c.source == source,
            table.c.kind == kind,
            one_of(connection, table.c.reference, references),
            table.c.resolved_at.is_(None),
        )
        .values(resolved_at=at)
    )


async def waiting(connection: AsyncConnection, source: str, limit: int) -> list[Any]:
    """What waits in quarantine from `source`, oldest first, but for what could not be read: that would be so again."""
    found = await connection.execute(
        sa.select(table.c.id, table.c.kind, table.c.reference, table.c.payload, table.c.withdrawn, table.c.changed_at)
        .where(
            table.c.source == source,
            table.c.resolved_at.is_(None),
            table.c.reference.is_not(None),
            sa.type_coerce(table.c.problems, sa.Text()).not_like(f'%"{ErrorCode.UNREADABLE_ITEM.value}"%'),
        )
        .order_by(table.c.received_at, table.c.id)
        .limit(limit)
    )
    return list(found.all())
