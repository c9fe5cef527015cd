"""What was posted, as followers that send it on need it: entries of the log with their versions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.declaring.fields import Payload, restored
from hub.domain.record_kinds import KINDS, RecordKind
from hub.storage.records.log import POSTED, log
from hub.storage.records.versions import TABLES
from hub.storage.sql.json_text import one_of


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log, and by which way and whom it came."""

    position: int
    record_id: str
    version: int
    kind: str
    department: str
    source: str
    posted_by: str
    payload_hash: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What a version says; `withdrawn` is why it takes the record back."""

    payload: Payload
    withdrawn: str | None


async def after(connection: AsyncConnection, position: int, limit: int, kinds: Collection[RecordKind]) -> list[Entry]:
    """Up to `limit` entries of these kinds that come after a position, in order."""
    columns = (log.c[name] for name in Entry.__dataclass_fields__)
    found = await connection.execute(
        sa.select(*columns)
        .where(log.c.position > position, log.c.kind.in_([kind.value for kind in kinds]), POSTED)
        .order_by(log.c.position)
        .limit(limit)
    )
    return [Entry(*row) for row in found]


async def versions(connection: AsyncConnection, kind: RecordKind, ids: Iterable[str]) -> dict[tuple[str, int], Said]:
    """What every version of these records says."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    table = TABLES[kind]
    found = await connection.execute(sa.select(table).where(one_of(connection, table.c.id, wanted)))
    payload = KINDS[kind].payload
    return {
        (row["id"], row["version"]): Said(
            restored(payload, dict(row)),
            (row["withdrawal_reason"] or "withdrawn") if row["withdrawn_at"] is not None else None,
        )
        for row in found.mappings()
    }
