"""Mines: table, view, and the look-ups that posting needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.directory import DirectoryLevel, DirectoryStep
from hub.domain.mines import AnnualOutput
from hub.domain.read_plan import Order
from hub.domain.record_kinds import RecordKind
from hub.domain.standing import CLOSING_YEARS, Standing
from hub.storage import directory, penalties
from hub.storage.json_text import one_of
from hub.storage.metadata import Plain, Scaled
from hub.storage.records import current_index, live_index, record_table
from hub.storage.views import Expression, Relation, Row, part_view, record_view

table = record_table(
    "mines",
    RecordKind.MINE,
    current_index("uq_mines_licence_no", "licence_no", unique=True),
    live_index("ix_mines_enterprise", "enterprise_uscc", "licence_no"),
    live_index("ix_mines_prefecture", "prefecture_code", "licence_no"),
    live_index("ix_mines_division", "division_code", "licence_no"),
    live_index("ix_mines_name", "name", "id"),
    live_index("ix_mines_valid_until", "licence_valid_until", "id"),
)


def _latest_step(mine: Row, level: DirectoryLevel) -> sa.ScalarSelect[Any]:
    entry = directory.table.alias()
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


view = record_view(
    RecordKind.MINE,
    table,
    (Order("licence_no", False),),
    enterprise=Relation("enterprise", {"enterprise_uscc": "uscc"}),
    division=Relation("division", {"division_code": "code"}),
    prefecture=Relation("division", {"prefecture_code": "code"}),
    opinions=Relation("opinion", {"licence_no": "licence_no"}),
    directory_entries=Relation("directory_entry", {"licence_no": "licence_no"}),
    penalties=Relation("penalty", {"licence_no": "licence_no"}, through=penalties.links, by_mine=True),
    standing=Expression(_standing, Plain()),
)

annual_output = part_view(AnnualOutput)


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
