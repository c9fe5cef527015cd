"""Digests of portfolios, which wait for their readers: whose they are, of which days they tell, and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.metadata import Instant, Json, Plain, metadata
from hub.storage.sql.numbering import last_given

table = sa.Table(
    "portfolio_digests",
    metadata,
    sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("client_id", Plain(), nullable=False),
    sa.Column("portfolio_id", Plain(), nullable=False),
    sa.Column("from_day", sa.Date(), nullable=False),
    sa.Column("until_day", sa.Date(), nullable=False),
    sa.Column("made_at", Instant(), nullable=False),
    sa.Column("content", Json(), nullable=False),
    # Of one day a portfolio has one digest, whoever makes it.
    sa.UniqueConstraint("portfolio_id", "until_day"),
    sa.Index("ix_portfolio_digests_client", "client_id", "entry"),
    # A number is the place of those who read: that of what is gone is given to nothing else.
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest: of the days from `from_day` to `until_day`, both included; `content` is JSON."""

    entry: int
    client_id: str
    portfolio_id: str
    from_day: date
    until_day: date
    made_at: datetime
    content: str

    @property
    def told(self) -> dict[str, Any]:
        """The digest as it is told, whichever way it goes."""
        return {
            "position": self.entry,
            "portfolio": self.portfolio_id,
            "fromDay": self.from_day.isoformat(),
            "untilDay": self.until_day.isoformat(),
            "madeAt": self.made_at.isoformat(),
            **orjson.loads(self.content),
        }


async def add(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Keep a new digest."""
    await connection.execute(sa.insert(table).values(dict(values)))


async def after(connection: AsyncConnection, portfolio_id: str, entry: int, most: int) -> Sequence[Digest]:
    """A portfolio's digests after one, in order."""
    return await _after(connection, table.c.portfolio_id == portfolio_id, entry, most)


async def waiting(connection: AsyncConnection, client_id: str, entry: int, most: int) -> Sequence[Digest]:
    """A client's digests after one, of whichever portfolios, in order."""
    return await _after(connection, table.c.client_id == client_id, entry, most)


async def _after(connection: AsyncConnection, of: sa.ColumnElement[bool], entry: int, most: int) -> Sequence[Digest]:
    wanted = sa.select(table).where(of, table.c.entry > entry).order_by(table.c.entry).limit(most)
    return [Digest(**row) for row in (await connection.execute(wanted)).mappings()]


async def last(connection: AsyncConnection, client_id: str) -> int:
    """The last digest of a client; 0 where it has none."""
    found = sa.select(sa.func.max(table.c.entry)).where(table.c.client_id == client_id)
    return await connection.scalar(found) or 0


async def reached(connection: AsyncConnection) -> int:
    """The last number that was given to any, also to what is gone; 0 where none was."""
    return await last_given(connection, table)


async def remove(connection: AsyncConnection, portfolio_id: str) -> None:
    """Forget the digests of a portfolio."""
    await connection.execute(sa.delete(table).where(table.c.portfolio_id == portfolio_id))
