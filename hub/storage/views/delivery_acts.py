"""What people did with what ended badly on its way out: who, when, why, and how it had ended.  Rows are only added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.read_plan import Order
from hub.storage.sql.metadata import Instant, Plain, metadata, text
from hub.storage.views.view import table_view

table = sa.Table(
    "delivery_acts",
    metadata,
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("delivery_id", Plain(), nullable=False, index=True),
    sa.Column("done_by", Plain(), nullable=False),
    sa.Column("done_at", Instant(), nullable=False),
    sa.Column("reason", text()),
    sa.Column("state", Plain(), nullable=False),
    sa.Column("detail", text()),
)

view = table_view("delivery_act", table, (Order("done_at", False),), "id")


async def add(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write down what was done."""
    if rows:
        await connection.execute(sa.insert(table), list(rows))
