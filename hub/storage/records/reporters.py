"""Who tells the hub of records by a way of its own, and not through another system's list alone."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.departments import Department
from hub.storage.records.versions import TABLES


@dataclass(frozen=True, slots=True)
class Reporters:
    """Departments whose systems tell for all their organs, and organs that tell for themselves."""

    departments: frozenset[Department]
    organs: frozenset[str]


async def of(connection: AsyncConnection, kind: RecordKind, *, but: str, systems: str) -> Reporters:
    """Who has told records of a kind by another way than the source `but`; `systems` is how sources begin that are a
    department's system."""
    table = TABLES[kind]
    by_system = table.c.source.startswith(systems, autoescape=True)
    told = sa.select(table.c.department, table.c[KINDS[kind].payload.organ], by_system).where(table.c.source != but)
    rows = (await connection.execute(told.distinct())).all()
    return Reporters(
        frozenset(Department(department) for department, _, is_system in rows if is_system),
        frozenset(code for _, code, is_system in rows if not is_system),
    )
