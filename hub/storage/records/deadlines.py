"""Deadlines in working days: those that are provisional, and counting them again once a year's notice is out or amended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.deadlines import Deadline
from hub.domain.record_kinds import RecordKind
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live

#: No deadline in working days spans more days than these.
_LONGEST = timedelta(days=60)


async def provisional_by_year(connection: AsyncConnection, kind: RecordKind, deadline: Deadline) -> dict[int, int]:
    """How many records that stand have the deadline provisionally, by the year that it is counted from."""
    table = TABLES[kind]
    year = sa.extract("year", table.c[deadline.since])
    counts = sa.select(year, sa.func.count()).where(table.c[deadline.mark], *live(table.c)).group_by(year).order_by(year)
    return {int(since): int(count) for since, count in await connection.execute(counts)}


async def settle(
    connection: AsyncConnection,
    kind: RecordKind,
    name: str,
    deadline: Deadline,
    *,
    years: Iterable[int],
    due_on: Callable[[date], tuple[date, bool]],
) -> int:
    """Count deadlines again in all versions: those that are provisional, and those that may reach into the years whose notice
    is new or amended.  `due_on` gives the day, and whether it is provisional.

    Returns how many changed.
    """
    table = TABLES[kind]
    since, due, mark = table.c[deadline.since], table.c[name], table.c[deadline.mark]
    counted = [table.c[deadline.unless].is_(None)] if deadline.unless else []
    spans = [since.between(date(year, 1, 1) - _LONGEST, date(year, 12, 31)) for year in years]
    touched = sa.and_(since.is_not(None), *counted, sa.or_(mark, *spans))
    changed = 0
    for day in (await connection.execute(sa.select(since).where(touched).distinct())).scalars().all():
        new_due, provisional = due_on(day)
        differs = sa.or_(due.is_distinct_from(new_due), mark.is_distinct_from(provisional))
        again = sa.update(table).where(touched, since == day, differs).values({name: new_due, deadline.mark: provisional})
        changed += (await connection.execute(again)).rowcount
    return changed
