"""The envelope that every kind of record has, the tables made from the kinds' declarations, and how versions are stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain import fields
from hub.domain.fields import Payload, canonical, fields_of
from hub.domain.record_kinds import KINDS, RecordKind
from hub.storage.envelope import Envelope
from hub.storage.metadata import Instant, Json, Plain, Scaled, metadata, text


def column_type(check: fields.Check) -> sa.types.TypeEngine[Any]:
    """The column type that keeps what a check lets through."""
    match check:
        case fields.Code() | fields.Word():
            return Plain()
        case fields.Text():
            return text()
        case fields.Number():
            return Scaled(check.places)
        case fields.Whole():
            return sa.Integer()
        case fields.Flag():
            return sa.Boolean()
        case fields.Day():
            return sa.Date()
        case fields.Several() | fields.Boundary():
            return Json()
    raise TypeError(check)


def record_table(name: str, kind: RecordKind, *indexes: sa.Index) -> sa.Table:
    """The table of a kind: one row for each version of a record; the current one has no `superseded_at`."""
    return sa.Table(
        name,
        metadata,
        sa.Column("id", Plain(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("department", Plain(), nullable=False),
        sa.Column("source", Plain(), nullable=False),
        sa.Column("posted_by", Plain(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("superseded_at", Instant()),
        sa.Column("payload_hash", Plain(), nullable=False),
        sa.Column("withdrawn_at", Instant()),
        sa.Column("withdrawal_reason", text()),
        *(
            sa.Column(field.name, column_type(field.spec.check), nullable=field.nullable)
            for field in fields_of(KINDS[kind].payload)
        ),
        *indexes,
    )


def link_table(name: str, kind: RecordKind) -> sa.Table:
    """Which mines each version of a record of the kind concerns, where that may be several."""
    return sa.Table(
        name,
        metadata,
        sa.Column("record_id", Plain(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("licence_no", Plain(), primary_key=True, index=True),
        info={"kind": kind.value},
    )


CURRENT = sa.text("superseded_at IS NULL")
LIVE = sa.text("superseded_at IS NULL AND withdrawn_at IS NULL")


def current_index(name: str, *columns: str | sa.ColumnElement[Any], unique: bool = False) -> sa.Index:
    """An index over the current versions, withdrawn ones included."""
    return sa.Index(name, *columns, unique=unique, sqlite_where=CURRENT, postgresql_where=CURRENT)


def live_index(name: str, *columns: str | sa.ColumnElement[Any]) -> sa.Index:
    """An index over what stands: current and not withdrawn."""
    return sa.Index(name, *columns, sqlite_where=LIVE, postgresql_where=LIVE)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest version of a record."""

    id: str
    version: int
    payload_hash: str
    withdrawn: bool
    department: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a record, ready to be stored."""

    envelope: Envelope
    payload: Payload


def _row(version: Version, superseded_at: datetime | None) -> dict[str, Any]:
    row = _written(version.envelope)
    row["superseded_at"] = superseded_at
    payload = version.payload
    for field in fields_of(type(payload)):
        value = getattr(payload, field.name)
        row[field.name] = canonical(field.spec.check.plain(value)) if isinstance(value, tuple) else value
    return row


def _written(envelope: Envelope) -> dict[str, Any]:
    row: dict[str, Any] = envelope.row()
    row["id"] = row.pop("record_id")
    return row


async def heads(connection: AsyncConnection, table: sa.Table, ids: Iterable[str]) -> dict[str, Head]:
    """The newest versions of the records that exist, locked until the transaction ends."""
    found = await connection.execute(
        sa.select(table.c.id, table.c.version, table.c.payload_hash, table.c.withdrawn_at, table.c.department)
        .where(table.c.id.in_(sorted(set(ids))), table.c.superseded_at.is_(None))
        .order_by(table.c.id)
        .with_for_update()
    )
    return {row.id: Head(row.id, row.version, row.payload_hash, row.withdrawn_at is not None, row.department) for row in found}


async def store(connection: AsyncConnection, table: sa.Table, links: sa.Table | None, versions: Sequence[Version]) -> None:
    """Store new versions and close the ones before them.  A batch may carry several versions of one record, in order."""
    envelopes = [version.envelope for version in versions]
    first: dict[str, Envelope] = {}
    closed_at: dict[tuple[str, int], datetime] = {}
    for e in envelopes:
        first.setdefault(e.record_id, e)
        closed_at[e.record_id, e.version - 1] = e.recorded_at
    older = [_closing(e) for e in first.values() if e.version > 1]
    if older:
        await connection.execute(_close(table), older)
    rows = [_row(v, closed_at.get((v.envelope.record_id, v.envelope.version))) for v in versions]
    await connection.execute(sa.insert(table), rows)
    if links is not None:
        linked = [
            {"record_id": v.envelope.record_id, "version": v.envelope.version, "licence_no": licence_no}
            for v in versions
            for licence_no in KINDS[RecordKind(links.info["kind"])].mines(v.payload)
        ]
        if linked:
            await connection.execute(sa.insert(links), linked)


async def withdraw(
    connection: AsyncConnection, table: sa.Table, links: sa.Table | None, envelope: Envelope, reason: str
) -> None:
    """Store a version that takes the record back: the payload of the version before, and why."""
    said = _written(envelope)
    said |= {"superseded_at": None, "withdrawn_at": envelope.recorded_at, "withdrawal_reason": reason}
    await connection.execute(_close(table), _closing(envelope))
    columns = [sa.literal(said[c.name], c.type).label(c.name) if c.name in said else c for c in table.c]
    before = envelope.version - 1
    old = sa.select(*columns).where(table.c.id == envelope.record_id, table.c.version == before)
    await connection.execute(sa.insert(table).from_select([c.name for c in table.c], old))
    if links is not None:
        linked = sa.select(links.c.record_id, sa.literal(envelope.version), links.c.licence_no).where(
            links.c.record_id == envelope.record_id, links.c.version == before
        )
        await connection.execute(sa.insert(links).from_select(["record_id", "version", "licence_no"], linked))


def _closing(envelope: Envelope) -> dict[str, Any]:
    return {"b_id": envelope.record_id, "b_version": envelope.version - 1, "b_at": envelope.recorded_at}


def _close(table: sa.Table) -> sa.Update:
    return (
        sa.update(table)
        .where(table.c.id == sa.bindparam("b_id"), table.c.version == sa.bindparam("b_version"))
        .values(superseded_at=sa.bindparam("b_at", type_=Instant()))
    )


async def mines_of(connection: AsyncConnection, table: sa.Table, links: sa.Table | None, head: Head) -> list[str]:
    """The licence numbers of the mines that a record concerns."""
    if links is not None:
        numbers = sa.select(links.c.licence_no).where(links.c.record_id == head.id, links.c.version == head.version)
    elif "licence_no" in table.c:
        numbers = sa.select(table.c.licence_no).where(table.c.id == head.id, table.c.version == head.version)
    else:
        return []
    return list((await connection.execute(numbers.order_by(sa.text("licence_no")))).scalars())
