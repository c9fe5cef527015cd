"""What stands in a read ledger."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.services.evidence.read_ledger import ReadLedger
from hub.storage.engine.database import Database
from hub.storage.views import read_ledger


async def kept(ledger: ReadLedger, database: Database) -> list[dict[str, Any]]:
    """All rows, those that wait written first."""
    await ledger.write()
    async with database.connection() as connection:
        found = await connection.execute(sa.select(read_ledger.table).order_by("asked", "licence_no", "key", "outcome"))
        return [dict(row) for row in found.mappings()]
