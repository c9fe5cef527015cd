"""The numbers of mines that went into others, or came out of them, each by a succession."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.records.successions import Branch, Way
from hub.storage.records import licences
from hub.storage.sql.json_text import one_of
from hub.storage.sql.metadata import Plain, metadata

table = sa.Table(
    "licence_branches",
    metadata,
    sa.Column("licence_no", Plain(), primary_key=True),
    sa.Column("way", Plain(), primary_key=True),
    sa.Column("succession_id", Plain(), nullable=False, index=True),
    sa.Column("goes_on", Plain(), nullable=False, index=True),
    sa.Column("day", sa.Date(), nullable=False),
    sa.Column("valid_until", sa.Date()),
)


async def named(connection: AsyncConnection, licence_nos: Iterable[str]) -> dict[tuple[str, Way], Branch]:
    """Those of these numbers that went into another mine's or came out of it, each with the number that mine has today."""
    if not (wanted := list(licence_nos)):
        return {}
    found = await _read(connection, one_of(connection, table.c.licence_no, wanted))
    today = await licences.leading(connection, {one.goes_on for one in found})
    return {(one.licence_no, one.way): replace(one, goes_on=today[one.goes_on]) for one in found}


async def put(connection: AsyncConnection, branches: Sequence[Branch]) -> None:
    """Keep what a succession says of others than the mine that goes on."""
    if branches:
        await connection.execute(sa.insert(table), [asdict(one) for one in branches])


async def drop(connection: AsyncConnection, succession_id: str) -> list[Branch]:
    """Forget what a succession said, and return it."""
    mine = table.c.succession_id == succession_id
    found = await _read(connection, mine)
    await connection.execute(sa.delete(table).where(mine))
    return found


async def _read(connection: AsyncConnection, wanted: sa.ColumnElement[bool]) -> list[Branch]:
    rows = (await connection.execute(sa.select(table).where(wanted).order_by(table.c.licence_no, table.c.way))).mappings()
    return [Branch(**{**row, "way": Way(row["way"])}) for row in rows]
