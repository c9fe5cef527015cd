"""Mines: the look-up that posting needs."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import RecordKind
from hub.storage.json_text import one_of
from hub.storage.records import TABLES

table = TABLES[RecordKind.MINE]


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
