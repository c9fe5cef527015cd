"""Answers to what clients marked with a key: the same key is answered again, and nothing is done twice."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.bulk_insert import insert_unless_there
from hub.storage.sql.metadata import Instant, Json, Plain, metadata

table = sa.Table(
    "kept_answers",
    metadata,
    sa.Column("client_id", Plain(), primary_key=True),
    sa.Column("key", Plain(), primary_key=True),
    sa.Column("digest", Plain(), nullable=False),
    sa.Column("answer", Json(), nullable=False),
    sa.Column("kept_at", Instant(), nullable=False),
    sa.Index("ix_kept_answers_kept_at", "kept_at"),
)


class KeptAnswer(NamedTuple):
    """What was answered, and the digest of what it was the answer to."""

    digest: str
    answer: Any


async def claim(connection: AsyncConnection, client_id: str, key: str, digest: str, now: datetime) -> KeptAnswer | None:
    """Take a client's key for what is done in this transaction; what was answered under it before, where it is taken.

    Who comes at the same time waits until the first has ended.
    """
    row = {"client_id": client_id, "key": key, "digest": digest, "answer": [], "kept_at": now}
    taking = insert_unless_there(connection, table).values([row]).on_conflict_do_nothing().returning(table.c.key)
    if (await connection.execute(taking)).scalar() is not None:
        return None
    return await find(connection, client_id, key)


async def find(connection: AsyncConnection, client_id: str, key: str) -> KeptAnswer | None:
    """What was answered under a client's key."""
    known = sa.select(table.c.digest, table.c.answer).where(table.c.client_id == client_id, table.c.key == key)
    found = (await connection.execute(known)).one_or_none()
    return found and KeptAnswer(found.digest, json.loads(found.answer))


async def keep(connection: AsyncConnection, client_id: str, key: str, answer: Any) -> None:
    """Write down what was answered under a key that was taken in this transaction."""
    mine = sa.and_(table.c.client_id == client_id, table.c.key == key)
    await connection.execute(sa.update(table).where(mine).values(answer=answer))


async def forget(connection: AsyncConnection, before: datetime) -> None:
    """Drop what was kept before a moment."""
    await connection.execute(sa.delete(table).where(table.c.kept_at < before))
