"""Mines: what the database works out of them, and the look-ups that posting needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.directory import DirectoryLevel, DirectoryStep
from hub.domain.record_kinds import RecordKind
from hub.domain.standing import CLOSING_YEARS, Standing
from hub.storage.json_text import one_of
from hub.storage.metadata import Plain, Scaled
from hub.storage.records import TABLES
from hub.storage.views import Expression, Row, Source

table = TABLES[RecordKind.MINE]
entries = TABLES[RecordKind.DIRECTORY_ENTRY]


def _latest_step(mine: Row, level: DirectoryLevel) -> sa.ScalarSelect[Any]:
    entry = entries.alias()
    return (
        sa.select(entry.c.step)
        .where(
            entry.c.licence_no == mine.licence_no,
            entry.c.level == level.value,
            entry.c.superseded_at.is_(None),
            entry.c.withdrawn_at.is_(None),
        )
        .order_by(entry.c.effective_on.desc(), entry.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _standing(mine: Row) -> sa.ColumnElement[Any]:
    """`hub.domain.standing.standing` as SQL; tests/schema/test_standing.py holds the two together."""
    provincial = _latest_step(mine, DirectoryLevel.PROVINCIAL)
    national = _latest_step(mine, DirectoryLevel.NATIONAL)
    closing = sa.func.coalesce(mine.remaining_years < sa.literal(CLOSING_YEARS, Scaled(2)), sa.false())
    return sa.case(
        (provincial == DirectoryStep.REMOVED.value, Standing.REMOVED.value),
        (
            sa.or_(provincial == DirectoryStep.RECTIFICATION.value, national == DirectoryStep.RECTIFICATION.value),
            Standing.WARNED.value,
        ),
        (national == DirectoryStep.LISTED.value, Standing.LISTED_NATIONAL.value),
        (provincial == DirectoryStep.LISTED.value, Standing.LISTED_PROVINCIAL.value),
        (closing, Standing.EXEMPT_CLOSING.value),
        (provincial == DirectoryStep.PUBLIC_NOTICE.value, Standing.PUBLIC_NOTICE.value),
        else_=Standing.NOT_STARTED.value,
    )


#: Fields of a mine that the database works out.
WORKED_OUT: dict[str, Source] = {"standing": Expression(_standing, Plain())}


async def divisions_of(connection: AsyncConnection, licence_nos: Iterable[str]) -> dict[str, str]:
    """The division of each registered mine among `licence_nos`; the others are not registered."""
    wanted = sorted(set(licence_nos))
    if not wanted:
        return {}
    found = await connection.execute(
        sa.select(table.c.licence_no, table.c.division_code).where(
            one_of(connection, table.c.licence_no, wanted), table.c.superseded_at.is_(None), table.c.withdrawn_at.is_(None)
        )
    )
    return dict(found.all())
