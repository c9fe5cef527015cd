"""What PostgreSQL plans by: how many rows its tables hold, and how their values are spread.

It looks by itself, once a minute.  Until it has, it takes every partial index of a table for nearly empty, and may read a whole
one for each of the rows that are posted meanwhile.
"""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.engine.database import Connection

#: A table is looked at anew once it is this many times as large as when it was last looked at, or as this many pages.
_TIMES, _PAGES = 4, 8

_GROWN = sa.text(
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = CAST(current_schema() AS regnamespace)"
    " AND pg_relation_size(oid) > :times * greatest(relpages, :pages) * current_setting('block_size')::bigint ORDER BY relname"
)


async def renew(connection: Connection) -> list[str]:
    """Let the database look at the tables that have grown since it last did; which they are.  SQLite plans without."""
    if connection.dialect.name == "sqlite":
        return []
    grown = list((await connection.execute(_GROWN, {"times": _TIMES, "pages": _PAGES})).scalars())
    for name in grown:
        await connection.execute(sa.text(f'ANALYZE "{name}"'))
    return grown
