"""What ended before its time: tokens by their ids, and clients that were revoked a short while ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.access.clients import clients
from hub.storage.sql.metadata import Instant, Plain, metadata

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


async def look(connection: AsyncConnection, now: datetime, since: datetime) -> Ended:
    """The revoked tokens that would still be good `now`, and the clients revoked `since`."""
    tokens = await connection.scalars(sa.select(table.c.token_id).where(table.c.until > now))
    gone = await connection.scalars(sa.select(clients.c.client_id).where(clients.c.revoked_at > since))
    return Ended(frozenset(tokens), frozenset(gone))


async def revoke(connection: AsyncConnection, token_id: str, client_id: str, until: datetime, at: datetime) -> None:
    """End a token that would have been good `until`; drop what has ended by itself."""
    await connection.execute(sa.delete(table).where(sa.or_(table.c.until <= at, table.c.token_id == token_id)))
    await connection.execute(sa.insert(table).values(token_id=token_id, client_id=client_id, until=until, revoked_at=at))
