"""Departments and the state of the systems that feed the hub's copy."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.moments import LEEWAY
from hub.domain.read_plan import Order
from hub.domain.words.departments import LONGEST_PAUSE, Freshness, PullState
from hub.storage.sql.bulk_insert import insert_unless_there
from hub.storage.sql.elapsed import Elapsed
from hub.storage.sql.metadata import Instant, Json, Plain, metadata, text
from hub.storage.views.access_conditions import NOW, SOON
from hub.storage.views.view import Day, Expression, Relation, Row, Source, table_view
from hub.storage.work import leases

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
    sa.Column("drift_since", Instant()),
    sa.Column("counted_since", Instant()),
    sa.Column("items_told", sa.BigInteger()),
    sa.Column("items_unchanged", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("items_stale", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("items_missing", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("items_vanished", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("compared_at", Instant()),
    sa.Column("compare_at", Instant()),
    sa.Column("kinds", Json(), nullable=False, server_default="[]"),
    sa.Column("of_mines", sa.Boolean(), nullable=False, server_default=sa.false()),
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


def _now() -> sa.ColumnElement[Any]:
    return sa.bindparam(NOW, None, type_=Instant())


def _of_work(source: Row, column: str) -> sa.ColumnElement[Any]:
    """What is known of the work that pulls a source."""
    work = leases.table.alias().c
    # As `hub.services.work.ingest` names it.
    named = work.name == sa.type_coerce(sa.literal_column("'pull:'"), sa.Text()).concat(sa.type_coerce(source.code, sa.Text()))
    found: sa.ColumnElement[Any] = sa.select(work[column]).where(named).correlate(source.code.table).scalar_subquery()
    return found


def _next_pull(source: Row, _: Day) -> sa.ColumnElement[Any]:
    """When a source is pulled next: as its work says, but not before a pause ends."""
    work_at, paused = leases.moment(_of_work(source, "next_at")), source.paused_until
    return sa.case((sa.and_(_is_paused(source), sa.or_(work_at.is_(None), work_at < paused)), paused), else_=work_at)


def _is_paused(source: Row) -> sa.ColumnElement[Any]:
    """Whether it is left alone.  A pause that ends later than any was noted by a clock that was wrong, and binds nobody."""
    longest = int((LONGEST_PAUSE + LEEWAY).total_seconds())
    return sa.and_(source.paused_until > _now(), Elapsed(_now(), source.paused_until) <= longest)


def _state(source: Row, _: Day) -> sa.ColumnElement[Any]:
    return sa.case(
        (leases.is_held(_of_work(source, "until"), _now()), PullState.PULLING.value),
        (_is_paused(source), PullState.PAUSED.value),
        (leases.moment(_of_work(source, "next_at")) > _now(), PullState.WAITING.value),
        else_=PullState.DUE.value,
    )


def _lag(source: Row, _: Day) -> sa.ColumnElement[Any]:
    """How old the copy is.  A pull that is still to come was noted by a clock that was wrong: nobody knows."""
    elapsed = Elapsed(source.last_success_at, _now())
    of_now = source.last_success_at <= sa.bindparam(SOON, None, type_=Instant())
    return sa.case((sa.and_(of_now, elapsed < 0), sa.literal_column("0")), (of_now, elapsed), else_=sa.null())


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
    state=Expression(_state, Plain()),
    next_pull_at=Expression(_next_pull, Instant()),
    lag_seconds=Expression(_lag, sa.BigInteger()),
)


def _of_mines(_: Row, source: Row, __: Day) -> list[sa.ColumnElement[Any]]:
    return [source.of_mines]


#: What every mine stands on: the systems that tell of mines, be it that there is nothing to tell of this one.
MINE: dict[str, Source] = {"sources": Relation("source", where=_of_mines)}


@dataclass(frozen=True, slots=True)
class SourceState:
    """Where pulling from a system stands."""

    cursor: str | None
    failures: int
    paused_until: datetime | None
    drift: str | None
    drift_since: datetime | None
    items_vanished: int
    compare_at: datetime | None


async def declare(connection: AsyncConnection, **facts: Any) -> None:
    """Make a source known, or bring its description up to date."""
    code = facts["code"]
    updated = await connection.execute(sa.update(sources).where(sources.c.code == code).values(facts))
    if not updated.rowcount:
        counts = {"failures": 0, "items_accepted": 0, "items_quarantined": 0}
        await connection.execute(insert_unless_there(connection, sources).values(facts | counts).on_conflict_do_nothing())


async def state(connection: AsyncConnection, code: str) -> SourceState | None:
    """None for a source that nobody knows."""
    columns = [sources.c[one.name] for one in fields(SourceState)]
    row = (await connection.execute(sa.select(*columns).where(sources.c.code == code))).first()
    return SourceState(*row) if row else None


async def shown(connection: AsyncConnection, code: str) -> dict[str, Any] | None:
    """All that is known of a source; None where nobody knows it."""
    row = (await connection.execute(sa.select(sources).where(sources.c.code == code))).mappings().first()
    return dict(row) if row else None


async def resume(connection: AsyncConnection, code: str) -> bool:
    """End a source's pause; whether there is such a source."""
    resumed = await connection.execute(sa.update(sources).where(sources.c.code == code).values(paused_until=None))
    return bool(resumed.rowcount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of items: those that were not quarantined, and how many of them changed nothing, as they stand here already
    or are older than what was said since.  `told` is how many the system itself says there were."""

    accepted: int = 0
    unchanged: int = 0
    stale: int = 0
    quarantined: int = 0
    told: int | None = None


async def note(connection: AsyncConnection, code: str, counts: Counts | None = None, **facts: Any) -> None:
    """Write down how a pull went."""
    added = {f"items_{one.name}": getattr(counts, one.name) for one in fields(Counts)} if counts else {}
    sums = {name: sa.func.coalesce(sources.c[name], 0) + more for name, more in added.items() if more is not None}
    await connection.execute(sa.update(sources).where(sources.c.code == code).values(facts | sums))


async def count_from(connection: AsyncConnection, code: str, at: datetime) -> None:
    """Since when items are counted, unless they are already."""
    uncounted = sources.c.code == code, sources.c.counted_since.is_(None)
    await connection.execute(sa.update(sources).where(*uncounted).values(counted_since=at))
