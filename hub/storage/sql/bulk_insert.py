"""Many whole rows into a table: the statement is prepared once, and the driver gets plain tuples.

SQLAlchemy's own way costs as much for each row as the database does.  PostgreSQL takes very many rows by COPY, which runs no
statement for each and keeps its indexes in fewer steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.dialects import dialect_of

#: From so many rows on COPY, which asks twice, is the shorter way.
_MANY = 50


class _Insert:
    """An INSERT compiled for a dialect, and what turns Python values into the driver's, by place."""

    def __init__(self, table: sa.Table, columns: Sequence[str], dialect: sa.Dialect) -> None:
        values = {name: sa.bindparam(name, type_=table.c[name].type) for name in columns}
        compiled = sa.insert(table).values(values).compile(dialect=dialect)
        assert list(compiled.positiontup or ()) == list(columns), "columns in the table's order"
        self.sql = str(compiled)
        self.copy = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"
        readers = (
            (place, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for place, name in enumerate(columns)
        )
        self._readers: list[tuple[int, Callable[[Any], Any]]] = [(place, reader) for place, reader in readers if reader]

    def row(self, values: Iterable[Any]) -> tuple[Any, ...]:
        row = list(values)
        for place, reader in self._readers:
            if row[place] is not None:
                row[place] = reader(row[place])
        return tuple(row)


@lru_cache(maxsize=64)
def _prepared(table: sa.Table, columns: tuple[str, ...], dialect_name: str) -> _Insert:
    return _Insert(table, columns, dialect_of(dialect_name))


def insert_unless_there(connection: AsyncConnection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say, in the database's own words, what becomes of rows that are there already (`on_conflict_…`)."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


async def insert(connection: AsyncConnection, table: sa.Table, columns: tuple[str, ...], rows: Iterable[Iterable[Any]]) -> None:
    """Insert rows whose values stand in the order of `columns`, which is the table's order."""
    prepared = _prepared(table, columns, connection.dialect.name)
    values = [prepared.row(row) for row in rows]
    copies = len(values) >= _MANY and connection.dialect.name == "postgresql"
    await connection.exec_driver_sql(prepared.copy if copies else prepared.sql, values)
