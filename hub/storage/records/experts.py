"""Experts: what drawing them needs."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.declaring.fields import restored
from hub.domain.record_kinds import RecordKind
from hub.domain.records.experts import Expert
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live

table = TABLES[RecordKind.EXPERT]


async def pool(connection: AsyncConnection) -> list[Expert]:
    """All experts whose records stand."""
    rows = await connection.execute(sa.select(table).where(*live(table.c)).order_by(table.c.expert_no))
    return [restored(Expert, dict(row)) for row in rows.mappings()]
