"""Authorities: the look-ups that posting and screening need."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import RecordKind
from hub.storage.records.versions import TABLES
from hub.storage.sql.json_text import Sought, sought
from hub.storage.sql.live import live

table = TABLES[RecordKind.AUTHORITY]


async def registered(connection: AsyncConnection, codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The department and the division of each registered authority among `codes`; the others are not registered."""
    if not (known := set(codes)):
        return {}
    by, wanted = sought(connection, known)
    rows = await connection.execute(_registered(by), wanted)
    return {row.code: (row.belongs_to, row.division_code) for row in rows}


@cache
def _registered(by: Sought) -> sa.Select[Any]:
    return sa.select(table.c.code, table.c.belongs_to, table.c.division_code).where(by.has(table.c.code), *live(table.c))


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
