"""Administrative divisions, those that are shipped and those that operators added, as a table of the database; and codes of
before that operators added."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.read_plan import Order
from hub.domain.words.divisions import Division, Former, is_shipped
from hub.storage.sql.metadata import Instant, Plain, metadata, text
from hub.storage.views.view import Relation, table_view

table = sa.Table(
    "divisions",
    metadata,
    sa.Column("code", Plain(), primary_key=True),
    sa.Column("name", text(), nullable=False),
    sa.Column("level", Plain(), nullable=False),
    sa.Column("parent_code", Plain()),
)

former = sa.Table(
    "former_divisions",
    metadata,
    sa.Column("code", Plain(), primary_key=True),
    sa.Column("ended", sa.Integer(), nullable=False),
    sa.Column("today", Plain(), nullable=False),
    sa.Column("added_at", Instant(), nullable=False),
)

view = table_view(
    "division",
    table,
    (Order("code", False),),
    "code",
    parent=Relation("division", {"parent_code": "code"}),
)


async def added(connection: AsyncConnection) -> tuple[list[Division], list[Former]]:
    """What operators have added, by code: divisions, and codes of before."""
    places = await connection.execute(sa.select(table.c.code, table.c.name, table.c.parent_code).order_by(table.c.code))
    before = await connection.execute(sa.select(former.c.code, former.c.ended, former.c.today).order_by(former.c.code))
    return [Division(*row) for row in places if not is_shipped(row.code)], [Former(*row) for row in before]


async def put_division(connection: AsyncConnection, division: Division) -> None:
    """Keep a division in place of an earlier one of its code."""
    await connection.execute(sa.delete(table).where(table.c.code == division.code))
    await connection.execute(
        sa.insert(table).values(
            code=division.code, name=division.name, level=division.level.value, parent_code=division.parent_code
        )
    )


async def put_former(connection: AsyncConnection, one: Former, at: datetime) -> None:
    """Keep a code of before in place of what was said of it earlier."""
    await connection.execute(sa.delete(former).where(former.c.code == one.code))
    await connection.execute(sa.insert(former).values(code=one.code, ended=one.ended, today=one.today, added_at=at))
