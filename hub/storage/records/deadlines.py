"""Deadlines that could not be worked out when their records were posted: counting them, and filling them in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.deadlines import Deadline
from hub.domain.record_kinds import RecordKind
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live


def _empty(kind: RecordKind, name: str, deadline: Deadline) -> tuple[sa.Table, list[sa.ColumnElement[Any]]]:
    table = TABLES[kind]
    named = [deadline.unless] if deadline.unless else []
    return table, [table.c[deadline.since].is_not(None), *(table.c[one].is_(None) for one in (name, *named))]


async def empty_by_year(connection: AsyncConnection, kind: RecordKind, name: str, deadline: Deadline) -> dict[int, int]:
    """How many records that stand lack the deadline, by the year that it is counted from."""
    table, where = _empty(kind, name, deadline)
    year = sa.extract("year", table.c[deadline.since])
    found = await connection.execute(
        sa.select(year, sa.func.count()).where(*where, *live(table.c)).group_by(year).order_by(year)
    )
    return {int(one): int(count) for one, count in found}


async def fill(
    connection: AsyncConnection, kind: RecordKind, name: str, deadline: Deadline, due_on: Callable[[date], date | None]
) -> int:
    """Write the deadlines that can be told by now, in all versions; returns how many."""
    table, where = _empty(kind, name, deadline)
    since = table.c[deadline.since]
    filled = 0
    for day in (await connection.execute(sa.select(since).where(*where).distinct())).scalars().all():
        if (due := due_on(day)) is not None:
            filled += (await connection.execute(sa.update(table).where(*where, since == day).values({name: due}))).rowcount
    return filled
