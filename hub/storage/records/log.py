"""The log: one row for everything that was posted, in the posting's own transaction; positions are given after commit.

Writers take no common lock.  A single sequencer numbers the committed rows without gaps, so a reader that goes by position
never skips a row whose transaction ended late.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.log import Action, Cursor, Posted, mark_of
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.storage.records.envelope import Envelope
from hub.storage.sql.bulk_insert import Inserts
from hub.storage.sql.json_text import one_of
from hub.storage.sql.metadata import Instant, Json, Plain, metadata

#: The advisory lock that makes the sequencer single on PostgreSQL; on SQLite writers are single anyway.
_SEQUENCER_LOCK = 0x6772_6565
#: For this long at most a sequencer that was stopped or cut off keeps the others from their work: after five seconds there are
#: positions again.
_SEQUENCER_SECONDS = 4
#: Positions follow commits and instants do not: what was recorded at about one time lies no further apart in the log.
_NEAR = 10_000
#: What PostgreSQL tells every process by when entries have got their positions.
CHANNEL = "hub_log"
_BOUNDS = ("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout")


log = sa.Table(
    "log",
    metadata,
    sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("record_id", Plain(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("kind", Plain(), nullable=False),
    sa.Column("action", Plain(), nullable=False),
    sa.Column("department", Plain(), nullable=False),
    sa.Column("source", Plain(), nullable=False),
    sa.Column("posted_by", Plain(), nullable=False),
    sa.Column("mines", Json(), nullable=False),
    sa.Column("payload_hash", Plain(), nullable=False),
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.Column("position", sa.BigInteger(), unique=True),
    sa.UniqueConstraint("record_id", "version", "action"),
    sa.Index(
        "ix_log_unsequenced", "entry", sqlite_where=sa.text("position IS NULL"), postgresql_where=sa.text("position IS NULL")
    ),
)


#: Whether an entry tells of a posting: of a version that went from sight by the passing of a day there is another one.
POSTED: sa.ColumnElement[bool] = log.c.action != sa.literal(Action.GONE.value, Plain())

#: What a posting writes of an entry; the number is the database's, the position the sequencer's.
_WRITTEN = tuple(column.name for column in log.c if column.name not in ("entry", "position"))


class Entry(NamedTuple):
    """What the log says of one posting.  `mines` are the licence numbers that it concerns."""

    envelope: Envelope
    kind: RecordKind
    action: Action
    mines: Sequence[str]


async def append(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Write entries in the order given."""
    rows = Inserts(connection)
    prepare(rows, entries)
    await rows.write()


def prepare(rows: Inserts, entries: Sequence[Entry]) -> None:
    """Add entries, in the order given, to what is to be written."""
    written = (
        (
            e.record_id,
            e.version,
            entry.kind.value,
            entry.action.value,
            e.department,
            e.source,
            e.posted_by,
            entry.mines,
            e.commitment.hash,
            e.recorded_at,
        )
        for entry in entries
        for e in (entry.envelope,)
    )
    rows.add(log, _WRITTEN, written)


async def sequence(connection: AsyncConnection, limit: int = 5000) -> int:
    """Give the next positions to committed entries; returns how many got one, 0 also when another sequencer is at it."""
    if connection.dialect.name == "postgresql":
        bounds = (sa.func.set_config(name, f"{_SEQUENCER_SECONDS}s", True) for name in _BOUNDS)
        await connection.execute(sa.select(*bounds))
        mine = await connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_SEQUENCER_LOCK)))
        if not mine:
            return 0
    entries = sa.select(log.c.entry).where(log.c.position.is_(None)).order_by(log.c.entry).limit(limit)
    count = int(await connection.scalar(sa.select(sa.func.count()).select_from(entries.subquery())) or 0)
    ranked = sa.select(log.c.entry, sa.func.row_number().over(order_by=log.c.entry).label("rank"))
    waiting = ranked.where(log.c.entry.in_(entries)).cte("waiting")
    last = sa.select(sa.func.coalesce(sa.func.max(log.c.position), 0)).scalar_subquery()
    if count:
        # Joined: to look for each entry's rank among all of them took the square of their number.
        numbered = sa.update(log).where(log.c.entry == waiting.c.entry).values(position=last + waiting.c.rank)
        await connection.execute(numbered)
        if connection.dialect.name == "postgresql":
            # Told at commit.  The sequencer alone tells: those who post would wait for one another here.
            await connection.execute(sa.select(sa.func.pg_notify(CHANNEL, "")))
    return count


async def waits(connection: AsyncConnection) -> bool:
    """Whether committed entries wait for their position."""
    # In the order of an index, and so by it: where many have waited once the database would rather read the whole log.
    waiting = sa.select(log.c.entry).where(log.c.position.is_(None)).order_by(log.c.position).limit(1)
    return await connection.scalar(waiting) is not None


async def last_position(connection: AsyncConnection) -> int:
    """The newest position; 0 while nothing has one."""
    return int(await connection.scalar(sa.select(sa.func.max(log.c.position))) or 0)


async def first_position(connection: AsyncConnection) -> int:
    """The oldest position that is kept; 0 while nothing has one."""
    return int(await connection.scalar(sa.select(sa.func.min(log.c.position))) or 0)


async def began(connection: AsyncConnection) -> datetime | None:
    """When the first of what is kept was recorded, whether it has its position or not."""
    found: datetime | None = await connection.scalar(sa.select(log.c.recorded_at).order_by(log.c.entry).limit(1))
    return found


_TOLD = (
    log.c.position,
    log.c.record_id,
    log.c.version,
    log.c.kind,
    log.c.action,
    log.c.department,
    log.c.mines,
    log.c.recorded_at,
    log.c.payload_hash,
)


#: What a cursor's mark is the digest of.
MARKED = log.c.record_id, log.c.version, log.c.payload_hash, log.c.recorded_at


def cursor_of(position: int, record_id: str, version: int, payload_hash: str, recorded_at: str) -> Cursor:
    """The cursor of an entry that was brought as JSON, with what its mark is of (`MARKED`)."""
    return Cursor(position, mark_of(record_id, version, payload_hash, datetime.fromisoformat(recorded_at)))


async def last(connection: AsyncConnection) -> Posted | None:
    """The newest entry that has a position."""
    newest = sa.select(*_TOLD).where(log.c.position.is_not(None)).order_by(log.c.position.desc()).limit(1)
    return next(map(_posted, await connection.execute(newest)), None)


async def at(connection: AsyncConnection, position: int) -> Posted | None:
    """The entry at a position."""
    return next(map(_posted, await connection.execute(sa.select(*_TOLD).where(log.c.position == position))), None)


async def recorded_by(connection: AsyncConnection, position: int) -> datetime:
    """The instant by which all was recorded that has this position or one before it."""
    near = log.c.position.between(position - _NEAR, position)
    at: datetime = (
        await connection.execute(sa.select(sa.func.max(log.c.recorded_at, type_=Instant())).where(near))
    ).scalar_one()
    return at


def recorded_later(position: sa.ColumnElement[Any], at: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """The versions, by record and number, that were recorded until an instant and come later than a position."""
    near = sa.or_(log.c.position.is_(None), log.c.position.between(position + 1, position + _NEAR))
    return sa.select(log.c.record_id, log.c.version, log.c.entry).where(POSTED, near, log.c.recorded_at <= at)


async def of_version(connection: AsyncConnection, record_id: str, version: int) -> Posted | None:
    """The entry of a version of a record, once it has a position."""
    named = log.c.record_id == record_id, log.c.version == version, log.c.position.is_not(None), POSTED
    return next(map(_posted, await connection.execute(sa.select(*_TOLD).where(*named))), None)


async def are_withdrawn(connection: AsyncConnection, record_ids: Collection[str], position: int) -> bool:
    """Whether one of these records was taken back after a position, or was only now and has none yet."""
    later = sa.or_(log.c.position.is_(None), log.c.position > position)
    taken = sa.exists().where(
        one_of(connection, log.c.record_id, record_ids), log.c.action == sa.literal(Action.WITHDRAWN.value, Plain()), later
    )
    return bool(await connection.scalar(sa.select(taken)))


async def after(
    connection: AsyncConnection,
    position: int,
    limit: int,
    kinds: Collection[RecordKind] = (),
    departments: Collection[Department] = (),
) -> Sequence[Posted]:
    """Up to `limit` entries that come after a position, in order; of these kinds and departments alone, where any are named."""
    wanted = sa.select(*_TOLD).where(log.c.position > position).order_by(log.c.position).limit(limit)
    for column, words in ((log.c.kind, kinds), (log.c.department, departments)):
        if words:
            wanted = wanted.where(column.in_([word.value for word in words]))
    return [_posted(row) for row in await connection.execute(wanted)]


def _posted(row: Any) -> Posted:
    return Posted(
        row.position,
        row.record_id,
        row.version,
        RecordKind(row.kind),
        Action(row.action),
        Department(row.department),
        tuple(json.loads(row.mines)),
        row.recorded_at,
        row.payload_hash,
    )
