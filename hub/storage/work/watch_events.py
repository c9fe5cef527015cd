"""What was told of portfolios, event by event, which waits for its readers: of which mine, what it was, and what it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.bulk_insert import insert
from hub.storage.sql.json_text import one_of
from hub.storage.sql.metadata import Instant, Json, Plain, metadata
from hub.storage.sql.numbering import last_given

table = sa.Table(
    "watch_events",
    metadata,
    sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("client_id", Plain(), nullable=False),
    sa.Column("portfolio_id", Plain(), nullable=False),
    # Of a source there is none: it is of all the mines.
    sa.Column("licence_no", Plain()),
    sa.Column("change", Plain(), nullable=False),
    sa.Column("code", Plain(), nullable=False),
    sa.Column("before", Json()),
    sa.Column("now", Json()),
    sa.Column("log_position", sa.BigInteger(), nullable=False),
    sa.Column("at", Instant(), nullable=False),
    sa.Column("acknowledged_at", Instant()),
    sa.Column("acknowledged_by", Plain()),
    sa.Index("ix_watch_events_portfolio", "portfolio_id", "entry"),
    sa.Index("ix_watch_events_client", "client_id", "entry"),
    # A number is the place of those who read: that of what is gone is given to nothing else.
    sqlite_autoincrement=True,
)
_TOLD = ("client_id", "portfolio_id", "licence_no", "change", "code", "before", "now", "log_position", "at")


async def add(connection: AsyncConnection, rows: Iterable[Sequence[Any]]) -> None:
    """Write events, in their order."""
    if found := list(rows):
        await insert(connection, table, _TOLD, found)


async def after(connection: AsyncConnection, portfolio_id: str, entry: int, most: int) -> list[Any]:
    """What was told of a portfolio after an event, in order."""
    wanted = sa.select(table).where(table.c.portfolio_id == portfolio_id, table.c.entry > entry)
    return list((await connection.execute(wanted.order_by(table.c.entry).limit(most))).mappings())


async def before(connection: AsyncConnection, portfolio_id: str, entry: int, until: datetime) -> list[Any]:
    """What was told of a portfolio after an event, before an instant."""
    of_it = table.c.portfolio_id == portfolio_id, table.c.entry > entry, table.c.at < until
    names = table.c.entry, table.c.licence_no, table.c.before, table.c.now
    return list((await connection.execute(sa.select(*names).where(*of_it).order_by(table.c.entry))).mappings())


async def last(connection: AsyncConnection, portfolio_id: str) -> int:
    """The last event of a portfolio; 0 where it has none."""
    return await _last(connection, table.c.portfolio_id == portfolio_id)


async def last_of_client(connection: AsyncConnection, client_id: str) -> int:
    """The last event of whichever portfolios of a client; 0 where it has none."""
    return await _last(connection, table.c.client_id == client_id)


async def last_of_all(connection: AsyncConnection) -> int:
    """The last event of all; 0 where there is none."""
    return await _last(connection, sa.true())


async def _last(connection: AsyncConnection, of: sa.ColumnElement[bool]) -> int:
    return await connection.scalar(sa.select(sa.func.max(table.c.entry)).where(of)) or 0


async def last_of_each(connection: AsyncConnection, entry: int) -> dict[str, int]:
    """Of which portfolios something was told after an event, and the last event of each."""
    latest = sa.select(table.c.portfolio_id, sa.func.max(table.c.entry).label("last")).where(table.c.entry > entry)
    return {row.portfolio_id: row.last for row in await connection.execute(latest.group_by(table.c.portfolio_id))}


async def acknowledge(connection: AsyncConnection, portfolio_id: str, upto: int, who: str, at: datetime) -> int:
    """Mark what nobody has acknowledged yet, up to an event; how many there were."""
    waiting = table.c.portfolio_id == portfolio_id, table.c.entry <= upto, table.c.acknowledged_at.is_(None)
    done = await connection.execute(sa.update(table).where(*waiting).values(acknowledged_at=at, acknowledged_by=who))
    return int(done.rowcount)


async def follow(connection: AsyncConnection, licence_nos: Collection[str], number: str) -> None:
    """Let what was told of a mine be of the number that it has now."""
    renamed = one_of(connection, table.c.licence_no, licence_nos), table.c.licence_no != number
    await connection.execute(sa.update(table).where(*renamed).values(licence_no=number))


async def reached(connection: AsyncConnection) -> int:
    """The last number that was given to any, also to what is gone; 0 where none was."""
    return await last_given(connection, table)


async def remove(connection: AsyncConnection, portfolio_id: str) -> None:
    """Forget what was told of a portfolio."""
    await connection.execute(sa.delete(table).where(table.c.portfolio_id == portfolio_id))
