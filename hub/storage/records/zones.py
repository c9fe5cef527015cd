"""Zones: what screening needs of them."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.declaring.fields import restored
from hub.domain.record_kinds import RecordKind
from hub.domain.records.zones import Zone, ZoneKind
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live

table = TABLES[RecordKind.ZONE]


async def in_force(connection: AsyncConnection, kind: ZoneKind, on: date) -> list[Zone]:
    """The zones of a kind that stand and are in force on a day."""
    rows = await connection.execute(
        sa.select(table)
        .where(
            table.c.zone_kind == kind.value,
            table.c.effective_on <= on,
            *live(table.c),
        )
        .order_by(table.c.zone_code)
    )
    return [restored(Zone, dict(row)) for row in rows.mappings()]


async def boundaries_of(connection: AsyncConnection, kind: ZoneKind, code: str) -> list[str]:
    """Every boundary that a zone has or had: mines that it has left are concerned as well."""
    rows = await connection.execute(
        sa.select(table.c.boundary).where(table.c.zone_kind == kind.value, table.c.zone_code == code).distinct()
    )
    return list(rows.scalars())
