"""Mines: the look-ups that posting, screening and the drawing of experts need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import RecordKind
from hub.domain.words.divisions import PROVINCE
from hub.storage.records.versions import TABLES
from hub.storage.sql.json_text import one_of
from hub.storage.sql.live import live

table = TABLES[RecordKind.MINE]


async def divisions_of(connection: AsyncConnection, licence_nos: Iterable[str]) -> dict[str, str]:
    """The division of each registered mine among `licence_nos`; the others are not registered."""
    wanted = sorted(set(licence_nos))
    if not wanted:
        return {}
    found = await connection.execute(
        sa.select(table.c.licence_no, table.c.division_code).where(
            one_of(connection, table.c.licence_no, wanted), *live(table.c)
        )
    )
    return dict(found.all())


async def holder_of(connection: AsyncConnection, licence_no: str) -> str | None:
    """The credit code of a registered mine's holder."""
    found = await connection.execute(sa.select(table.c.enterprise_uscc).where(table.c.licence_no == licence_no, *live(table.c)))
    return found.scalar_one_or_none()


async def boundaries_within(
    connection: AsyncConnection, division: str, licence_nos: Sequence[str] | None = None
) -> dict[str, str | None]:
    """The boundary of each mine that stands within a division, or of some of these; None where it has none."""
    where: list[sa.ColumnElement[bool]] = live(table.c)
    if division != PROVINCE:
        where.append(sa.or_(table.c.division_code == division, table.c.prefecture_code == division))
    if licence_nos is not None:
        where.append(one_of(connection, table.c.licence_no, licence_nos))
    found = await connection.execute(sa.select(table.c.licence_no, table.c.boundary).where(*where).order_by(table.c.licence_no))
    return dict(found.all())
