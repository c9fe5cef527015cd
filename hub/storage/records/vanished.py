"""Records that stand here and that their system lists no longer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import RecordKind
from hub.storage.records.versions import TABLES
from hub.storage.sql.json_text import one_of
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Instant, Plain, metadata

table = sa.Table(
    "vanished",
    metadata,
    sa.Column("record_id", Plain(), primary_key=True),
    sa.Column("source", Plain(), nullable=False),
    sa.Column("kind", Plain(), nullable=False),
    sa.Column("since", Instant(), nullable=False),
    sa.Index("ix_vanished_source", "source", "kind"),
)


async def standing(connection: AsyncConnection, kind: RecordKind, source: str, before: datetime) -> list[str]:
    """The records of a kind that stand by a source's word, and did so before a moment."""
    records = TABLES[kind]
    theirs = records.c.source == source, records.c.recorded_at < before, *live(records.c)
    return list((await connection.execute(sa.select(records.c.id).where(*theirs).order_by(records.c.id))).scalars())


async def note(connection: AsyncConnection, source: str, kind: RecordKind, gone: Collection[str], at: datetime) -> None:
    """Say which records of a kind a source lists no longer, of those that were not said so before: since a moment."""
    theirs = table.c.source == source, table.c.kind == kind.value
    known = set((await connection.execute(sa.select(table.c.record_id).where(*theirs))).scalars())
    await forget(connection, known.difference(gone))
    new = sorted(set(gone) - known)
    if new:
        rows = [{"record_id": one, "source": source, "kind": kind.value, "since": at} for one in new]
        await connection.execute(sa.insert(table), rows)


async def forget(connection: AsyncConnection, record_ids: Iterable[str]) -> None:
    """What is listed again, or was taken back, is missed no longer."""
    await connection.execute(sa.delete(table).where(one_of(connection, table.c.record_id, record_ids)))


async def count(connection: AsyncConnection, source: str) -> int:
    """How many records a source lists no longer."""
    return int((await connection.execute(sa.select(sa.func.count()).where(table.c.source == source))).scalar_one())


async def first(connection: AsyncConnection, source: str, limit: int) -> list[tuple[str, datetime]]:
    """The first of the records that a source lists no longer, and since when."""
    found = (
        sa.select(table.c.record_id, table.c.since).where(table.c.source == source).order_by(table.c.since, table.c.record_id)
    )
    return [(row.record_id, row.since) for row in (await connection.execute(found.limit(limit))).all()]
