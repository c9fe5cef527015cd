"""The envelope that every kind of record has, the tables made from the kinds' declarations, and how versions are stored."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.declaring import checks
from hub.domain.declaring.fields import Payload, fields_of, restored
from hub.domain.declaring.references import ReferenceQuery, Stored
from hub.domain.record_kinds import KINDS, Kind, RecordKind
from hub.domain.words.departments import Department
from hub.storage.records.commitments import Commitment
from hub.storage.records.envelope import Envelope
from hub.storage.sql.bulk_insert import Inserts
from hub.storage.sql.json_text import Sought, one_of, sought
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Instant, Json, Listed, Plain, Scaled, metadata, text

#: The current versions, withdrawn ones included.
CURRENT = sa.text("superseded_at IS NULL")
#: What stands: current and not withdrawn.
LIVE = sa.text("superseded_at IS NULL AND withdrawn_at IS NULL")
#: The current versions of what has another before them.
CHANGED = sa.text("superseded_at IS NULL AND version > 1")
#: What stood once, or was withdrawn.
PAST = sa.text("superseded_at IS NOT NULL OR withdrawn_at IS NOT NULL")


def column_type(check: checks.Check) -> sa.types.TypeEngine[Any]:
    """The column type that keeps what a check lets through."""
    match check:
        case checks.Word():
            return Listed()
        case checks.Code():
            return Plain()
        case checks.Text():
            return text()
        case checks.Number():
            return Scaled(check.places)
        case checks.Whole():
            return sa.Integer()
        case checks.Flag():
            return sa.Boolean()
        case checks.Day():
            return sa.Date()
        case checks.Several() | checks.Boundary():
            return Json()
    raise TypeError(check)


#: What the lists of every kind are filtered by, and what tells a version from the others.  SQLite does not see that the index's
#: own condition says that nothing stands in two of them, and would look it up.
_OF_EVERY_LIST = ("version", "superseded_at", "withdrawn_at", "department", "recorded_at")

#: PostgreSQL takes no more columns in an index: of a kind with more that it is filtered by, the rest is read in the table.
_MOST_INDEXED = 32


def names_mines(kind: RecordKind) -> bool:
    """Whether records of a kind name mines, which may have other numbers today: what they state is kept beside."""
    return KINDS[kind].names_mines and kind is not RecordKind.MINE


def _record_table(kind: RecordKind) -> sa.Table:
    """The table of a kind: one row for each version of a record; the current one has no `superseded_at`."""
    facts = KINDS[kind]
    return sa.Table(
        facts.plural,
        metadata,
        sa.Column("id", Plain(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("department", Listed(), nullable=False),
        sa.Column("source", Plain(), nullable=False),
        sa.Column("posted_by", Plain(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("superseded_at", Instant()),
        sa.Column("payload_hash", Plain(), nullable=False),
        sa.Column("salt", Plain(), nullable=False),
        sa.Column("changed_at", Instant()),
        sa.Column("sent_forms", Json()),
        sa.Column("withdrawn_at", Instant()),
        sa.Column("withdrawal_reason", text()),
        *([sa.Column("stated_licence_nos", Json())] if names_mines(kind) else []),
        *(sa.Column(field.name, column_type(field.spec.check), nullable=field.nullable) for field in fields_of(facts.payload)),
        *_indexes(facts),
    )


def _indexes(facts: Kind) -> Iterator[sa.Index]:
    """What every list, order and relation of the graph needs: the record's number, links, what is sorted by or watched.

    Beside the order of its lists stands all that they are filtered by: whatever the filter, the table is read for nothing but
    the rows that are told, and counted without it.  What is asked as of a moment looks among all versions: by number, by links,
    and in the order of the list.
    """
    newest = facts.order.field
    # What was posted lately is asked for by who looks now and then: the index grows at its end.
    yield sa.Index(f"ix_{facts.plural}_recorded_at", "recorded_at", "id", sqlite_where=LIVE, postgresql_where=LIVE)
    if facts.number:
        yield sa.Index(
            f"uq_{facts.plural}_{facts.number}", facts.number, unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT
        )
        yield sa.Index(f"ix_{facts.plural}_{facts.number}_then", facts.number, "id")
    if facts is KINDS[RecordKind.MINE]:
        # Records are found by where their mines lie, or lay until they were withdrawn.
        for name in ("division_code", "prefecture_code"):
            yield sa.Index(f"ix_mines_of_{name}", name, "licence_no", sqlite_where=CURRENT, postgresql_where=CURRENT)
        # Whether a mine is another than when it was screened is asked of every screening: most mines are not here at all.
        yield sa.Index("ix_mines_changed", "licence_no", "recorded_at", "id", sqlite_where=CHANGED, postgresql_where=CHANGED)
    if any(field.name == "licence_no" for field in fields_of(facts.payload)):
        # Of a mine that gets another number everything goes along, and what stands no more too.
        yield sa.Index(f"ix_{facts.plural}_past_licence_no", "licence_no", sqlite_where=PAST, postgresql_where=PAST)
    for field in fields_of(facts.payload):
        if field.name == newest:
            found_by = (f.name for f in fields_of(facts.payload) if f.spec.find)
            columns = dict.fromkeys((newest, "id", *_OF_EVERY_LIST, *found_by))
        elif field.spec.link:
            columns = dict.fromkeys((field.name, newest, "id"))
        elif (field.spec.sort or field.spec.watch) and field.name != facts.number:
            columns = dict.fromkeys((field.name, "id"))
        else:
            continue
        covered = islice(columns, _MOST_INDEXED)
        yield sa.Index(f"ix_{facts.plural}_{field.name}", *covered, sqlite_where=LIVE, postgresql_where=LIVE)
        if field.spec.link or field.name == newest:
            yield sa.Index(f"ix_{facts.plural}_{field.name}_then", *dict.fromkeys((field.name, newest, "id")))


def _link_table(kind: RecordKind) -> sa.Table:
    """Which mines each version of a record of the kind concerns, where that may be several."""
    return sa.Table(
        f"{kind.value}_mines",
        metadata,
        sa.Column("record_id", Plain(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("licence_no", Plain(), primary_key=True, index=True),
        info={"kind": kind.value},
    )


#: The envelope columns that stand before the payload's in a row that is written.
_ENVELOPE_COLUMNS = 11

_STATED = "stated_licence_nos"

_HEAD = ("id", "version", "salt", "payload_hash", "withdrawn_at", "department", "source")

TABLES: dict[RecordKind, sa.Table] = {kind: _record_table(kind) for kind in RecordKind}

LINKS: dict[RecordKind, sa.Table] = {
    kind: _link_table(kind) for kind, facts in KINDS.items() if any(f.name == "mines" for f in fields_of(facts.payload))
}


#: What many name at once: whoever does holds it together with others, and none of them is judged by another.
_REGISTERS = frozenset({RecordKind.AUTHORITY, RecordKind.INDICATOR_SYSTEM})


class Head(NamedTuple):
    """The newest version of a record."""

    id: str
    version: int
    commitment: Commitment
    withdrawn: bool
    department: str
    source: str


class Version(NamedTuple):
    """One version of a record, ready to be stored."""

    envelope: Envelope
    payload: Payload
    #: The numbers of its mines as they were sent, where the mines have others today.
    stated: tuple[str, ...] | None = None
    #: The numbers and codes that were sent in another way of writing, by wire name.
    sent_forms: Mapping[str, Any] | None = None


@lru_cache(maxsize=64)
def _written(table: sa.Table) -> tuple[tuple[str, ...], Callable[[Payload], tuple[Any, ...]]]:
    """The columns that a posted version fills, and what takes a payload's values in their order."""
    columns = tuple(c.name for c in table.c if c.name not in ("withdrawn_at", "withdrawal_reason"))
    return columns, attrgetter(*(name for name in columns[_ENVELOPE_COLUMNS:] if name != _STATED))


@lru_cache(maxsize=256)
def _heads(table: sa.Table, by: Sought) -> sa.Select[Any]:
    newest = sa.select(*(table.c[name] for name in _HEAD)).where(by.has(table.c.id), table.c.superseded_at.is_(None))
    return newest.order_by(table.c.id).with_for_update()


async def heads(connection: AsyncConnection, table: sa.Table, ids: Iterable[str]) -> dict[str, Head]:
    """The newest versions of the records that exist, locked until the transaction ends."""
    by, wanted = sought(connection, ids)
    found = await connection.execute(_heads(table, by), wanted)
    return {
        row.id: Head(
            row.id,
            row.version,
            Commitment(row.salt, row.payload_hash),
            row.withdrawn_at is not None,
            row.department,
            row.source,
        )
        for row in found
    }


async def head(connection: AsyncConnection, table: sa.Table, record_id: str) -> Head | None:
    """The newest version of a record, locked until the transaction ends.

    Of one that another writer is just changing the statement that waits for the old version does not see the new one: it is
    asked for again, until it is had or there is none.
    """
    newest = sa.select(table.c.id).where(table.c.id == record_id, table.c.superseded_at.is_(None))
    while not (found := await heads(connection, table, [record_id])) and await connection.scalar(newest):
        pass
    return found.get(record_id)


async def posted_by_others(connection: AsyncConnection, table: sa.Table, ids: Iterable[str], client_id: str) -> frozenset[str]:
    """Those of these records of which a version was posted by another client."""
    wanted = list(ids)
    if not wanted:
        return frozenset()
    found = sa.select(table.c.id).where(one_of(connection, table.c.id, wanted), table.c.posted_by != client_id).distinct()
    return frozenset((await connection.execute(found)).scalars())


async def current_records(connection: AsyncConnection, kind: RecordKind, ids: Iterable[str]) -> dict[str, Stored]:
    """The newest version of each of these records, withdrawn or not."""
    return await _stored(connection, kind, ids, TABLES[kind].c.superseded_at.is_(None))


async def standing_records(connection: AsyncConnection, kind: RecordKind, ids: Iterable[str]) -> dict[str, Stored]:
    """The newest version of each of these records that stands."""
    return await _stored(connection, kind, ids, *live(TABLES[kind].c))


async def _stored(
    connection: AsyncConnection, kind: RecordKind, ids: Iterable[str], *conditions: sa.ColumnElement[bool]
) -> dict[str, Stored]:
    wanted = list(ids)
    if not wanted:
        return {}
    table = TABLES[kind]
    found = await connection.execute(sa.select(table).where(one_of(connection, table.c.id, wanted), *conditions))
    payload = KINDS[kind].payload
    return {
        row["id"]: Stored(row["id"], Department(row["department"]), restored(payload, dict(row)), _stated(row))
        for row in found.mappings()
    }


def _stated(row: sa.RowMapping) -> tuple[str, ...] | None:
    return tuple(json.loads(row[_STATED])) if row.get(_STATED) else None


async def live_records(connection: AsyncConnection, wanted: ReferenceQuery) -> list[Stored]:
    """The standing records that are wanted, locked until the transaction ends, so that nothing changes under a judgement.

    What is wanted by what it is known by, and is just changed by another writer, is asked for again, as by `head`.
    """
    kind = RecordKind(wanted.kind)
    table, payload, values = TABLES[kind], KINDS[kind].payload, wanted.values
    rows: list[sa.RowMapping] = []
    while values:
        asked = one_of(connection, table.c[wanted.field], values), *live(table.c)
        locked = sa.select(table).where(*asked).order_by(table.c.id).with_for_update(read=kind in _REGISTERS)
        rows += (await connection.execute(locked)).mappings()
        had = {row[wanted.field] for row in rows}
        values = tuple(value for value in wanted.values if value not in had)
        if wanted.field not in ("id", *KINDS[kind].identity) or not values:
            break
        missed = sa.select(table.c.id).where(one_of(connection, table.c[wanted.field], values), *live(table.c))
        if await connection.scalar(missed) is None:
            break
    return [Stored(row["id"], Department(row["department"]), restored(payload, dict(row))) for row in rows]


async def store(connection: AsyncConnection, table: sa.Table, links: sa.Table | None, versions: Sequence[Version]) -> None:
    """Store new versions and close the ones before them.  A batch may carry several versions of one record, in order."""
    rows = Inserts(connection)
    await prepare(connection, rows, table, links, versions)
    await rows.write()


async def prepare(
    connection: AsyncConnection, rows: Inserts, table: sa.Table, links: sa.Table | None, versions: Sequence[Version]
) -> None:
    """Close what the versions come after, and add their own rows to those that are to be written."""
    envelopes = [version.envelope for version in versions]
    first: dict[str, Envelope] = {}
    closed_at: dict[tuple[str, int], datetime] = {}
    for e in envelopes:
        first.setdefault(e.record_id, e)
        closed_at[e.record_id, e.version - 1] = e.recorded_at
    older: defaultdict[datetime, list[str]] = defaultdict(list)
    for e in first.values():
        if e.version > 1:
            older[e.recorded_at].append(e.record_id)
    for at, ids in older.items():
        await _close(connection, table, ids, at)
    columns, values = _written(table)
    states = _STATED in table.c
    stored = [
        (
            e.record_id,
            e.version,
            e.department,
            e.source,
            e.posted_by,
            e.recorded_at,
            closed_at.get((e.record_id, e.version)),
            e.commitment.hash,
            e.commitment.salt,
            e.changed_at,
            version.sent_forms,
            *((version.stated,) if states else ()),
            *values(version.payload),
        )
        for version in versions
        for e in (version.envelope,)
    ]
    rows.add(table, columns, stored)
    if links is not None:
        mines = KINDS[RecordKind(links.info["kind"])].mines
        linked = ((v.envelope.record_id, v.envelope.version, number) for v in versions for number in mines(v.payload))
        rows.add(links, ("record_id", "version", "licence_no"), linked)


async def restate(
    connection: AsyncConnection, table: sa.Table, links: sa.Table | None, envelope: Envelope, reason: str, *, withdrawn: bool
) -> None:
    """Store a version with the payload of the one before, which takes the record back or brings it back, and why."""
    said = {
        "version": envelope.version,
        "source": envelope.source,
        "posted_by": envelope.posted_by,
        "recorded_at": envelope.recorded_at,
        "superseded_at": None,
        "changed_at": envelope.changed_at,
        "payload_hash": envelope.commitment.hash,
        "salt": envelope.commitment.salt,
        "withdrawn_at": envelope.recorded_at if withdrawn else None,
        "withdrawal_reason": reason,
    }
    await _close(connection, table, [envelope.record_id], envelope.recorded_at)
    columns = [sa.literal(said[c.name], c.type).label(c.name) if c.name in said else c for c in table.c]
    before = envelope.version - 1
    old = sa.select(*columns).where(table.c.id == envelope.record_id, table.c.version == before)
    await connection.execute(sa.insert(table).from_select([c.name for c in table.c], old))
    if links is not None:
        linked = sa.select(links.c.record_id, sa.literal(envelope.version), links.c.licence_no).where(
            links.c.record_id == envelope.record_id, links.c.version == before
        )
        await connection.execute(sa.insert(links).from_select(["record_id", "version", "licence_no"], linked))


async def _close(connection: AsyncConnection, table: sa.Table, ids: Iterable[str], at: datetime) -> None:
    """Let the newest versions of these records, which are locked, be that no more from a moment on."""
    by, wanted = sought(connection, ids)
    await connection.execute(_closing(table, by), wanted | {"at": at})


@lru_cache(maxsize=256)
def _closing(table: sa.Table, by: Sought) -> sa.Update:
    newest = by.has(table.c.id), table.c.superseded_at.is_(None)
    return sa.update(table).where(*newest).values(superseded_at=sa.bindparam("at", type_=Instant()))


async def mines_named(connection: AsyncConnection, kind: RecordKind, ids: Iterable[str]) -> list[str]:
    """The licence numbers of all mines that any version of these records names."""
    table, links = TABLES[kind], LINKS.get(kind)
    if links is not None:
        numbers = sa.select(links.c.licence_no).where(one_of(connection, links.c.record_id, ids))
    else:
        numbers = sa.select(table.c.licence_no).where(one_of(connection, table.c.id, ids))
    return [number for number in (await connection.execute(numbers.distinct())).scalars() if number is not None]
