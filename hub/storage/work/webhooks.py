"""Webhooks: consumers to which the hub sends by itself.  Secrets are sealed by a key that the database does not have."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.log import Cursor
from hub.storage.sql.metadata import Instant, Json, Plain, metadata, text
from hub.storage.work.consumers import table as consumers
from hub.storage.work.digests import table as digests
from hub.storage.work.watch_events import table as watch_events

table = sa.Table(
    "webhooks",
    metadata,
    # That of its consumer, which has its name and keeps its place in the log.
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("client_id", Plain(), nullable=False),
    sa.Column("name", Plain(), nullable=False),
    sa.Column("url", text(), nullable=False),
    sa.Column("document", text(), nullable=False),
    sa.Column("purpose", Plain()),
    sa.Column("reference", Plain()),
    sa.Column("secrets", Json(), nullable=False),
    sa.Column("state", Plain(), nullable=False),
    sa.Column("reason", Plain()),
    sa.Column("created_at", Instant(), nullable=False),
    sa.Column("delivered", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("failing_since", Instant()),
    sa.Column("next_at", Instant()),
    sa.Column("last_at", Instant()),
    sa.Column("last_status", sa.Integer()),
    sa.Column("last_error", Plain()),
    # The last digest of its client's that it was sent, or that is of no portfolio that it follows.
    sa.Column("digest", sa.BigInteger(), nullable=False, server_default="0"),
    # … and the last event of its client's portfolios, likewise.
    sa.Column("event", sa.BigInteger(), nullable=False, server_default="0"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRow:
    """A webhook as it is stored, and the place in the log up to which it was delivered."""

    id: str
    client_id: str
    name: str
    url: str
    document: str
    purpose: str | None
    reference: str | None
    secrets: tuple[dict[str, Any], ...] = field(repr=False)
    state: str
    reason: str | None = None
    created_at: datetime
    delivered: int = 0
    failures: int = 0
    failing_since: datetime | None = None
    next_at: datetime | None = None
    last_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None
    digest: int = 0
    event: int = 0
    cursor: Cursor = Cursor()

    def waits(self, now: datetime, furthest: timedelta) -> bool:
        """Whether its next attempt is yet to come; one further ahead than any that is meant was put off by a clock that was
        wrong."""
        return self.next_at is not None and now < self.next_at <= now + furthest


async def insert(connection: AsyncConnection, row: WebhookRow) -> None:
    """Keep a new webhook."""
    values = {column.name: getattr(row, column.name) for column in table.c} | {"secrets": list(row.secrets)}
    await connection.execute(sa.insert(table).values(values))


def _rows() -> sa.Select[Any]:
    return sa.select(table, consumers.c.position, consumers.c.mark).join(consumers, consumers.c.id == table.c.id)


def _row(row: sa.RowMapping) -> WebhookRow:
    values = {name: value for name, value in row.items() if name not in ("position", "mark")}
    return WebhookRow(**values | {"secrets": tuple(json.loads(row["secrets"])), "cursor": Cursor(row["position"], row["mark"])})


async def get(connection: AsyncConnection, webhook_id: str) -> WebhookRow | None:
    """The webhook with an id."""
    row = (await connection.execute(_rows().where(table.c.id == webhook_id))).mappings().first()
    return _row(row) if row else None


async def named(connection: AsyncConnection, client_id: str, name: str) -> WebhookRow | None:
    """A client's webhook of a name."""
    of = table.c.client_id == client_id, table.c.name == name
    row = (await connection.execute(_rows().where(*of))).mappings().first()
    return _row(row) if row else None


async def list_all(connection: AsyncConnection) -> Sequence[WebhookRow]:
    """Every webhook, in the order of their making."""
    rows = await connection.execute(_rows().order_by(table.c.created_at, table.c.id))
    return [_row(row) for row in rows.mappings()]


async def due(connection: AsyncConnection, state: str, end: Cursor, now: datetime, furthest: timedelta) -> Sequence[str]:
    """The ids of those in a state that have something to deliver now, or stand at a place that the log does not have, where it
    has reached `end`; see `WebhookRow.waits`."""
    waits = sa.or_(table.c.next_at.is_(None), table.c.next_at <= now, table.c.next_at > now + furthest)
    found = sa.select(table.c.id).join(consumers, consumers.c.id == table.c.id)
    digest = sa.exists().where(digests.c.client_id == table.c.client_id, digests.c.entry > table.c.digest)
    event = sa.exists().where(watch_events.c.client_id == table.c.client_id, watch_events.c.entry > table.c.event)
    away = sa.or_(consumers.c.position != end.position, consumers.c.mark != end.mark)
    found = found.where(table.c.state == state, sa.or_(away, digest, event), waits).order_by(table.c.id)
    return list((await connection.execute(found)).scalars())


async def update(connection: AsyncConnection, row: WebhookRow, **values: Any) -> bool:
    """Change what is said of a webhook; False where it is gone, be it that another was registered under its name."""
    same = table.c.id == row.id, table.c.created_at == row.created_at
    return bool((await connection.execute(sa.update(table).where(*same).values(values))).rowcount)


async def remove(connection: AsyncConnection, webhook_id: str) -> None:
    """Forget a webhook; its consumer stays."""
    await connection.execute(sa.delete(table).where(table.c.id == webhook_id))
