"""The numbers that rows get in the order in which they are written, which are the places of those who read them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

_GIVEN = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))


async def last_given(connection: AsyncConnection, table: sa.Table) -> int:
    """The last number that any row of a table was given, be it there still or not; 0 where none was."""
    if connection.dialect.name == "sqlite":
        found = sa.select(_GIVEN.c.seq).where(_GIVEN.c.name == table.name)
    else:
        sequence = sa.func.pg_get_serial_sequence(table.name, "entry").cast(postgresql.REGCLASS)
        found = sa.select(sa.func.pg_sequence_last_value(sequence))
    return await connection.scalar(found) or 0
