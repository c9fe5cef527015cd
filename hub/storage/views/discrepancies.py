"""What copies say otherwise than the records that they are copies of: a row for each record, field and who told the copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.discrepancies import LISTED, LOST, OF_THE_LIST, TOLD, WITHDRAWN, Nature, Resolution
from hub.domain.read_plan import Order
from hub.domain.record_kinds import RecordKind
from hub.storage.sql.json_text import one_of
from hub.storage.sql.metadata import Instant, Json, Plain, metadata, text
from hub.storage.views.view import Day, Expression, Relation, Row, Source, table_view

table = sa.Table(
    "discrepancies",
    metadata,
    sa.Column("id", Plain(), primary_key=True),
    sa.Column("record_id", Plain(), nullable=False),
    sa.Column("field", Plain(), nullable=False),
    sa.Column("copied_by", Plain(), nullable=False),
    sa.Column("department", Plain(), nullable=False),
    sa.Column("division_code", Plain(), nullable=False),
    sa.Column("prefecture_code", Plain()),
    sa.Column("document_number", text(), nullable=False),
    sa.Column("own_value", Json()),
    sa.Column("copied_value", Json()),
    sa.Column("found_at", Instant(), nullable=False),
    sa.Column("resolved_at", Instant()),
    sa.Column("resolution", Plain()),
    sa.Column("reason", text()),
    sa.Column("resolved_by", Plain()),
    sa.Index("ix_discrepancies_record", "record_id", "id"),
    sa.Index("ix_discrepancies_found_at", "found_at", "id"),
)


def _nature(row: Row, _: Day) -> sa.ColumnElement[Any]:
    # On a list there is what stands here, or what does not; of the word withdrawn it is the other way round.
    stands_here = sa.case(
        (row.field == LISTED, row.own_value == "true"),
        (row.field == WITHDRAWN, row.own_value == "false"),
    )
    return sa.case(
        (row.field == TOLD, Nature.MISSING_HERE.value),
        (stands_here.is_(None), Nature.DIFFERS.value),
        (stands_here, Nature.MISSING_THERE.value),
        else_=Nature.STILL_THERE.value,
    )


view = table_view(
    "discrepancy",
    table,
    (Order("found_at", True),),
    "id",
    nature=Expression(_nature, Plain()),
    penalty=Relation(RecordKind.PENALTY.value, {"record_id": "id"}),
)

PENALTY: dict[str, Source] = {"discrepancies": Relation("discrepancy", {"id": "record_id"})}


def is_open(record_id: sa.ColumnElement[Any], nature: Nature) -> sa.ColumnElement[bool]:
    """Whether a difference of this nature is not settled of a record."""
    row = table.alias().c
    of_it = row.record_id == record_id, row.resolved_at.is_(None), _nature(row, sa.null()) == nature.value
    return sa.select(sa.literal_column("1")).select_from(row.id.table).where(*of_it).exists()


async def of_records(connection: AsyncConnection, record_ids: Iterable[str]) -> list[dict[str, Any]]:
    """What is known of these records, settled or not, locked until the transaction ends."""
    found = await connection.execute(
        sa.select(table).where(one_of(connection, table.c.record_id, record_ids)).order_by(table.c.id).with_for_update()
    )
    return [dict(row) for row in found.mappings()]


async def of_lists(connection: AsyncConnection, copied_by: str) -> list[dict[str, Any]]:
    """What lists that were read to their end have told otherwise, by who told them, settled or not; locked."""
    theirs = table.c.copied_by == copied_by, table.c.field.in_(sorted(OF_THE_LIST))
    found = await connection.execute(sa.select(table).where(*theirs).order_by(table.c.id).with_for_update())
    return [dict(row) for row in found.mappings()]


async def open_ones(
    connection: AsyncConnection, department: str | None, nature: Nature | None, most: int
) -> list[dict[str, Any]]:
    """What is not settled, the longest first."""
    told = _nature(table.c, sa.null()).label("nature")
    wanted = sa.select(table, told).where(table.c.resolved_at.is_(None)).order_by(table.c.found_at, table.c.id).limit(most)
    if department is not None:
        wanted = wanted.where(table.c.department == department)
    if nature is not None:
        wanted = wanted.where(told == nature.value)
    return [dict(row) for row in (await connection.execute(wanted)).mappings()]


async def counts(connection: AsyncConnection) -> dict[tuple[str, Nature], int]:
    """How much is not settled, by department and nature."""
    told = table.c.department, _nature(table.c, sa.null()).label("nature")
    each = sa.select(*told, sa.func.count()).where(table.c.resolved_at.is_(None)).group_by(*told).order_by(*told)
    return {(department, Nature(nature)): count for department, nature, count in await connection.execute(each)}


async def by_id(connection: AsyncConnection, discrepancy_id: str) -> dict[str, Any] | None:
    """One of them, locked until the transaction ends."""
    found = await connection.execute(sa.select(table).where(table.c.id == discrepancy_id).with_for_update())
    row = found.mappings().one_or_none()
    return dict(row) if row else None


async def insert(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await connection.execute(sa.insert(table), list(rows))


async def change(connection: AsyncConnection, discrepancy_id: str, **values: Any) -> None:
    """Say otherwise what is known of one."""
    await connection.execute(sa.update(table).where(table.c.id == discrepancy_id).values(values))


async def settle_lost(
    connection: AsyncConnection, record_ids: Iterable[str], *, by: str, at: datetime, reason: str | None
) -> None:
    """Mark what was lost of these records as sent anew."""
    lost = _nature(table.c, sa.null()).in_([nature.value for nature in LOST.values()])
    values = {"resolution": Resolution.SENT_ANEW.value, "resolved_by": by, "reason": reason, "resolved_at": at}
    of_them = one_of(connection, table.c.record_id, record_ids), table.c.resolved_at.is_(None), lost
    await connection.execute(sa.update(table).where(*of_them).values(values))


async def settle(
    connection: AsyncConnection, discrepancy_id: str, resolution: str, *, by: str, at: datetime, reason: str | None = None
) -> None:
    """Mark one as settled."""
    await change(connection, discrepancy_id, resolution=resolution, resolved_by=by, reason=reason, resolved_at=at)
