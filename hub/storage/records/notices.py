"""The notices of working days that operators have added: a row for each year, and one for each day that differs."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.working_days import Notice
from hub.storage.sql.metadata import Instant, metadata, text

years = sa.Table(
    "working_day_notices",
    metadata,
    sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("number", text(), nullable=False),
    sa.Column("last_day", sa.Date(), nullable=False),
    sa.Column("added_at", Instant(), nullable=False),
)

days = sa.Table(
    "working_day_exceptions",
    metadata,
    sa.Column("day", sa.Date(), primary_key=True),
    sa.Column("working", sa.Boolean(), nullable=False),
)


async def stored(connection: AsyncConnection) -> list[Notice]:
    """All notices, by year."""
    by_year: defaultdict[int, dict[date, bool]] = defaultdict(dict)
    for day, working in await connection.execute(sa.select(days.c.day, days.c.working)):
        by_year[day.year][day] = working
    rows = await connection.execute(sa.select(years.c.year, years.c.number).order_by(years.c.year))
    return [Notice(year, number, by_year[year]) for year, number in rows]


async def put(connection: AsyncConnection, notice: Notice, at: datetime) -> None:
    """Keep a notice in place of the year's earlier one."""
    first, last = date(notice.year, 1, 1), date(notice.year, 12, 31)
    await connection.execute(sa.delete(days).where(days.c.day.between(first, last)))
    await connection.execute(sa.delete(years).where(years.c.year == notice.year))
    await connection.execute(sa.insert(years).values(year=notice.year, number=notice.number, last_day=last, added_at=at))
    if notice.days:
        await connection.execute(
            sa.insert(days), [{"day": day, "working": working} for day, working in sorted(notice.days.items())]
        )
