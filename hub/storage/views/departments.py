"""Departments and the state of the systems that feed the hub's copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.read_plan import Order
from hub.domain.words.departments import Freshness
from hub.storage.sql.bulk_insert import insert_unless_there
from hub.storage.sql.metadata import Instant, Plain, metadata, text
from hub.storage.views.access_conditions import NOW, SOON
from hub.storage.views.view import Day, Expression, Relation, Row, table_view

table = sa.Table(
    "departments",
    metadata,
    sa.Column("code", Plain(), primary_key=True),
    sa.Column("rank", sa.Integer(), nullable=False),
    sa.Column("chinese_name", text(), nullable=False),
    sa.Column("english_name", text(), nullable=False),
    sa.Column("duties", text(), nullable=False),
    sa.Column("issues_audit_opinions", sa.Boolean(), nullable=False),
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("code", Plain(), primary_key=True),
    sa.Column("department", Plain(), index=True),
    sa.Column("chinese_name", text(), nullable=False),
    sa.Column("english_name", text(), nullable=False),
    sa.Column("interface", text(), nullable=False),
    sa.Column("refresh_minutes", sa.Integer(), nullable=False),
    sa.Column("cursor", text()),
    sa.Column("last_attempt_at", Instant()),
    sa.Column("last_success_at", Instant()),
    sa.Column("fresh_until", Instant()),
    sa.Column("failures", sa.Integer(), nullable=False),
    sa.Column("last_error", text()),
    sa.Column("paused_until", Instant()),
    sa.Column("items_accepted", sa.BigInteger(), nullable=False),
    sa.Column("items_quarantined", sa.BigInteger(), nullable=False),
    sa.Column("drift", text()),
)


def _freshness(source: Row, _: Day) -> sa.ColumnElement[Any]:
    return sa.case(
        (source.failures > 0, Freshness.FAILING.value),
        (source.last_success_at.is_(None), Freshness.NEVER.value),
        (source.fresh_until < sa.bindparam(NOW, None, type_=Instant()), Freshness.LATE.value),
        # A pull that is still to come was noted by a clock that was wrong: nobody knows how old the copy is.
        (source.last_success_at > sa.bindparam(SOON, None, type_=Instant()), Freshness.LATE.value),
        else_=Freshness.FRESH.value,
    )


view = table_view(
    "department_info",
    table,
    (Order("rank", False),),
    "code",
    department=table.c.code,
    sources=Relation("source", {"code": "department"}),
)

source_view = table_view(
    "source",
    sources,
    (Order("code", False),),
    "code",
    freshness=Expression(_freshness, Plain()),
)


@dataclass(frozen=True, slots=True)
class SourceState:
    """Where pulling from a system stands."""

    cursor: str | None
    failures: int
    paused_until: datetime | None


async def declare(connection: AsyncConnection, **facts: Any) -> None:
    """Make a source known, or bring its description up to date."""
    code = facts["code"]
    updated = await connection.execute(sa.update(sources).where(sources.c.code == code).values(facts))
    if not updated.rowcount:
        counts = {"failures": 0, "items_accepted": 0, "items_quarantined": 0}
        await connection.execute(insert_unless_there(connection, sources).values(facts | counts).on_conflict_do_nothing())


async def state(connection: AsyncConnection, code: str) -> SourceState | None:
    """None for a source that nobody knows."""
    row = (
        await connection.execute(
            sa.select(sources.c.cursor, sources.c.failures, sources.c.paused_until).where(sources.c.code == code)
        )
    ).first()
    return row and SourceState(row.cursor, row.failures, row.paused_until)


async def resume(connection: AsyncConnection, code: str) -> bool:
    """End a source's pause; whether there is such a source."""
    resumed = await connection.execute(sa.update(sources).where(sources.c.code == code).values(paused_until=None))
    return bool(resumed.rowcount)


async def note(connection: AsyncConnection, code: str, *, accepted: int = 0, quarantined: int = 0, **facts: Any) -> None:
    """Write down how a pull went."""
    counts = {
        "items_accepted": sources.c.items_accepted + accepted,
        "items_quarantined": sources.c.items_quarantined + quarantined,
    }
    await connection.execute(sa.update(sources).where(sources.c.code == code).values(facts | counts))
