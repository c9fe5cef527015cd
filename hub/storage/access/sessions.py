"""Sessions of people.  Of a session's secret only the digest is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.metadata import Instant, Json, Plain, metadata, text

table = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("secret_digest", Plain(), nullable=False, unique=True),
    sa.Column("client_id", Plain(), nullable=False),
    sa.Column("name", text(), nullable=False),
    sa.Column("role", Plain(), nullable=False),
    sa.Column("department", Plain()),
    sa.Column("division_code", Plain(), nullable=False),
    sa.Column("scopes", Json(), nullable=False),
    sa.Column("began_at", Instant(), nullable=False),
    sa.Column("used_at", Instant(), nullable=False),
    sa.Column("until", Instant(), nullable=False),
    sa.Column("ended_at", Instant()),
    sa.Column("bank", Plain()),
    sa.Column("office", Plain()),
    sa.Index("ix_sessions_client_id", "client_id"),
    sa.Index("ix_sessions_until", "until"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session as it is stored.  `client_id` is the person's."""

    id: str
    client_id: str
    name: str
    role: str
    department: str | None
    division_code: str
    scopes: str
    began_at: datetime
    used_at: datetime
    until: datetime
    ended_at: datetime | None = None
    bank: str | None = None
    office: str | None = None


_ROW = [column for column in table.c if column is not table.c.secret_digest]


async def insert(connection: AsyncConnection, row: SessionRow, secret_digest: str) -> None:
    """Keep a new session."""
    values = {column.name: getattr(row, column.name) for column in _ROW}
    await connection.execute(sa.insert(table).values(values | {"secret_digest": secret_digest}))


async def find(connection: AsyncConnection, secret_digest: str) -> SessionRow | None:
    """The session with a secret, whether it has ended or not."""
    row = (await connection.execute(sa.select(*_ROW).where(table.c.secret_digest == secret_digest))).mappings().first()
    return SessionRow(**row) if row else None


async def use(connection: AsyncConnection, session_id: str, at: datetime) -> None:
    """Say that a session was used."""
    await connection.execute(sa.update(table).where(table.c.id == session_id, table.c.ended_at.is_(None)).values(used_at=at))


async def list_open(connection: AsyncConnection, now: datetime, used_since: datetime) -> Sequence[SessionRow]:
    """The sessions that have not ended, in the order of their beginning."""
    is_open = (table.c.ended_at.is_(None), table.c.until > now, table.c.used_at > used_since)
    rows = await connection.execute(sa.select(*_ROW).where(*is_open).order_by(table.c.began_at, table.c.id))
    return [SessionRow(**row) for row in rows.mappings()]


async def end(
    connection: AsyncConnection, name: str, at: datetime, unused_since: datetime | None = None
) -> Sequence[SessionRow]:
    """End a session by its id, or all sessions of a person by the person's; those that were ended now.

    With `unused_since` only what nobody has used since then.
    """
    these = [sa.or_(table.c.id == name, table.c.client_id == name), table.c.ended_at.is_(None), table.c.until > at]
    if unused_since is not None:
        these.append(table.c.used_at <= unused_since)
    ended = await connection.execute(sa.update(table).where(*these).values(ended_at=at).returning(*_ROW))
    return [SessionRow(**row) for row in ended.mappings()]


async def unused(connection: AsyncConnection, now: datetime, used_since: datetime) -> Sequence[str]:
    """The ids of the sessions that nobody has used since a moment, and that have not ended."""
    is_open = (table.c.ended_at.is_(None), table.c.until > now, table.c.used_at <= used_since)
    return list(await connection.scalars(sa.select(table.c.id).where(*is_open)))


async def forget(connection: AsyncConnection, moment: datetime) -> None:
    """Drop what has ended by itself before a moment."""
    await connection.execute(sa.delete(table).where(table.c.until < moment))
