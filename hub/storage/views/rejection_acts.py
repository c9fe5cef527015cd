"""What people did at the desk with what could not be taken: who, when, why, and what came of it.  Rows are only added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.read_plan import Order
from hub.storage.sql.bulk_insert import insert_unless_there
from hub.storage.sql.metadata import Instant, Plain, metadata, text
from hub.storage.views.view import table_view

table = sa.Table(
    "rejection_acts",
    metadata,
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("rejection_id", Plain(), nullable=False, index=True),
    sa.Column("act", Plain(), nullable=False),
    sa.Column("done_by", Plain(), nullable=False),
    sa.Column("done_at", Instant(), nullable=False),
    sa.Column("reason", text()),
    sa.Column("record_id", Plain()),
    sa.Column("version", sa.Integer()),
)

view = table_view("rejection_act", table, (Order("done_at", False),), "id")


async def add(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write down what was done, once."""
    if rows:
        await connection.execute(insert_unless_there(connection, table).on_conflict_do_nothing(), list(rows))


async def became(connection: AsyncConnection, act_id: str, record_id: str, version: int | None) -> None:
    """Which version of a record came of an act."""
    await connection.execute(sa.update(table).where(table.c.id == act_id).values(record_id=record_id, version=version))


async def of(connection: AsyncConnection, rejection_id: str) -> list[dict[str, Any]]:
    """What was done with one of them, in order."""
    found = sa.select(table).where(table.c.rejection_id == rejection_id).order_by(table.c.done_at, table.c.id)
    return [dict(row) for row in (await connection.execute(found)).mappings()]
