"""What ended before its time: tokens by their ids, and clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.access.clients import clients
from hub.storage.sql.metadata import Instant, Plain, metadata

#: How long a token that has ended by itself is kept: another machine's clock may be behind.
_KEPT = timedelta(days=1)

table = sa.Table(
    "revoked_tokens",
    metadata,
    sa.Column("token_id", Plain(), primary_key=True),
    sa.Column("client_id", Plain(), nullable=False),
    sa.Column("until", Instant(), nullable=False),
    sa.Column("revoked_at", Instant(), nullable=False),
    sa.Index("ix_revoked_tokens_until", "until"),
)


@dataclass(frozen=True, slots=True)
class Ended:
    """What is no longer good, by id."""

    tokens: frozenset[str]
    clients: frozenset[str]


async def look(connection: AsyncConnection, now: datetime) -> Ended:
    """The revoked tokens that would still be good `now`, and every client that was revoked, whatever clock said when."""
    tokens = await connection.scalars(sa.select(table.c.token_id).where(table.c.until > now))
    gone = await connection.scalars(sa.select(clients.c.client_id).where(clients.c.revoked_at.is_not(None)))
    return Ended(frozenset(tokens), frozenset(gone))


async def revoke(connection: AsyncConnection, token_id: str, client_id: str, until: datetime, at: datetime) -> None:
    """End a token that would have been good `until`; drop what has ended by itself, by whatever clock."""
    gone = sa.or_(table.c.until <= at - _KEPT, table.c.token_id == token_id)
    await connection.execute(sa.delete(table).where(gone))
    await connection.execute(sa.insert(table).values(token_id=token_id, client_id=client_id, until=until, revoked_at=at))
