"""What goes out to other systems: a row for each version of a record that is told somewhere, and how far that has come.

Rows are made by followers of the log, so that nothing that was posted is forgotten; what is sent carries the row's key, the
same each time, and of one record a version is sent only once the one before it has come to its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.words.deliveries import OPEN, DeliveryAction, DeliveryState
from hub.storage.sql.bulk_insert import insert_unless_there
from hub.storage.sql.json_text import one_of
from hub.storage.sql.metadata import Instant, Plain, metadata, text

#: As words of the statement, so that the index over what is open serves it.
_OPEN = [sa.literal_column(f"'{state.value}'", Plain()) for state in OPEN]
_IS_OPEN = sa.text("state IN ('WAITING', 'SENT')")

table = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("destination", Plain(), nullable=False),
    sa.Column("record_id", Plain(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("kind", Plain(), nullable=False),
    sa.Column("department", Plain(), nullable=False),
    sa.Column("client_id", Plain(), nullable=False),
    sa.Column("document_number", text(), nullable=False),
    sa.Column("action", Plain(), nullable=False),
    sa.Column("because", text()),
    sa.Column("position", sa.BigInteger(), nullable=False),
    sa.Column("state", Plain(), nullable=False),
    sa.Column("due_on", sa.Date()),
    sa.Column("remind_on", sa.Date()),
    sa.Column("recorded_at", Instant(), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("first_sent_at", Instant()),
    sa.Column("sent_at", Instant()),
    sa.Column("next_at", Instant()),
    sa.Column("ended_at", Instant()),
    sa.Column("reference", text()),
    sa.Column("detail", text()),
    sa.UniqueConstraint("destination", "record_id", "version"),
    sa.Index("ix_deliveries_record", "record_id", "version"),
    sa.Index("ix_deliveries_recorded_at", "recorded_at", "id"),
    sa.Index("ix_deliveries_open", "destination", "position", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
)


@dataclass(frozen=True, slots=True)
class Due:
    """A row that is to be sent now."""

    id: str
    record_id: str
    version: int
    kind: str
    department: str
    action: str
    because: str | None
    attempts: int
    first_sent_at: datetime | None


_DUE = tuple(Due.__dataclass_fields__)


async def add(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows, unless they are there."""
    if rows:
        await connection.execute(insert_unless_there(connection, table).values(list(rows)).on_conflict_do_nothing())


async def last_told(connection: AsyncConnection, destination: str, records: Iterable[str]) -> dict[str, DeliveryAction]:
    """What was told last of these records, but for what was refused."""
    found = await connection.execute(
        sa.select(table.c.record_id, table.c.action)
        .where(
            table.c.destination == destination,
            one_of(connection, table.c.record_id, records),
            table.c.state != DeliveryState.REFUSED.value,
        )
        .order_by(table.c.version)
    )
    return {row.record_id: DeliveryAction(row.action) for row in found}


async def arrived(connection: AsyncConnection, destination: str, before: datetime) -> dict[str, DeliveryAction]:
    """What was told last of each record, where that is not refused and had arrived before a moment."""
    there = table.c.state == DeliveryState.ACKNOWLEDGED.value, table.c.ended_at < before
    later = table.alias().c
    was_followed = (
        sa.select(sa.literal_column("1"))
        .select_from(later.id.table)
        .where(
            later.destination == table.c.destination,
            later.record_id == table.c.record_id,
            later.version > table.c.version,
            later.state != DeliveryState.REFUSED.value,
        )
        .exists()
    )
    found = sa.select(table.c.record_id, table.c.action).where(table.c.destination == destination, *there, ~was_followed)
    return {row.record_id: DeliveryAction(row.action) for row in await connection.execute(found)}


async def due(connection: AsyncConnection, destination: str, now: datetime, most: int, *, furthest: timedelta) -> list[Due]:
    """The oldest rows that are to be sent now, of each record the first that is open.  One that was put off for longer than
    `furthest` is due."""
    earlier = table.alias().c
    is_first = ~(
        sa.select(sa.literal_column("1"))
        .select_from(earlier.id.table)
        .where(
            earlier.destination == table.c.destination,
            earlier.record_id == table.c.record_id,
            earlier.version < table.c.version,
            earlier.state.in_(_OPEN),
        )
        .exists()
    )
    found = await connection.execute(
        sa.select(*(table.c[name] for name in _DUE))
        .where(
            table.c.destination == destination,
            table.c.state.in_(_OPEN),
            sa.or_(table.c.next_at.is_(None), table.c.next_at <= now, table.c.next_at > now + furthest),
            is_first,
        )
        .order_by(table.c.position)
        .limit(most)
    )
    return [Due(*row) for row in found]


async def sent(connection: AsyncConnection, ids: Iterable[str], at: datetime) -> None:
    """Note that rows are being sent."""
    await connection.execute(
        sa.update(table)
        .where(one_of(connection, table.c.id, ids))
        .values(
            state=DeliveryState.SENT.value,
            attempts=table.c.attempts + 1,
            sent_at=at,
            first_sent_at=sa.func.coalesce(table.c.first_sent_at, sa.literal(at, Instant())),
            next_at=None,
        )
    )


async def end(
    connection: AsyncConnection, delivery_id: str, state: DeliveryState, at: datetime, *, reference: str | None, detail: str
) -> None:
    """Note how a delivery ended."""
    await connection.execute(
        sa.update(table)
        .where(table.c.id == delivery_id)
        .values(state=state.value, ended_at=at, next_at=None, reference=reference, detail=detail or None)
    )


async def put_off(connection: AsyncConnection, delivery_id: str, until: datetime, detail: str) -> None:
    """Send a row again later, and why."""
    await connection.execute(
        sa.update(table)
        .where(table.c.id == delivery_id)
        .values(state=DeliveryState.WAITING.value, next_at=until, detail=detail or None)
    )


_ANEW = {
    "state": DeliveryState.WAITING.value,
    "attempts": 0,
    **dict.fromkeys(("first_sent_at", "next_at", "ended_at", "detail")),
}


async def redeliver(connection: AsyncConnection, ids: list[str]) -> None:
    """Send rows anew, with their budget whole."""
    await connection.execute(sa.update(table).where(one_of(connection, table.c.id, ids)).values(_ANEW))


async def counts(connection: AsyncConnection) -> dict[tuple[str, DeliveryState], int]:
    """How many rows of each destination are in each state."""
    columns = table.c.destination, table.c.state
    found = await connection.execute(sa.select(*columns, sa.func.count()).group_by(*columns).order_by(*columns))
    return {(destination, DeliveryState(state)): count for destination, state, count in found}


async def listed(connection: AsyncConnection, states: Iterable[DeliveryState], most: int) -> list[dict[str, Any]]:
    """The oldest rows in one of these states."""
    wanted = sa.select(table).where(table.c.state.in_([state.value for state in states]))
    found = await connection.execute(wanted.order_by(table.c.recorded_at, table.c.id).limit(most))
    return [dict(row) for row in found.mappings()]
