"""Authorities: the look-ups that posting and screening need."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import RecordKind
from hub.storage.records.versions import TABLES
from hub.storage.sql.json_text import one_of
from hub.storage.sql.live import live

table = TABLES[RecordKind.AUTHORITY]


async def registered(connection: AsyncConnection, codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The department and the division of each registered authority among `codes`; the others are not registered."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    rows = await connection.execute(
        sa.select(table.c.code, table.c.belongs_to, table.c.division_code).where(
            one_of(connection, table.c.code, wanted), *live(table.c)
        )
    )
    return {row.code: (row.belongs_to, row.division_code) for row in rows}


async def organs_of(connection: AsyncConnection, department: str, division: str) -> dict[str, str]:
    """The registered organs of a department in a division: code and name."""
    rows = await connection.execute(
        sa.select(table.c.code, table.c.name).where(
            table.c.belongs_to == department,
            table.c.division_code == division,
            *live(table.c),
        )
    )
    return dict(rows.all())
