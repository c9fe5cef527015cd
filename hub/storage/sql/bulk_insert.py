"""Many whole rows into a table: the statement is prepared once, and the driver gets plain tuples.

SQLAlchemy's own way costs as much for each row as the database does.  PostgreSQL takes very many rows by COPY, which runs no
statement for each and keeps its indexes in fewer steps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.storage.sql.dialects import dialect_of

#: From so many rows on COPY, which asks twice, is the shorter way.
_MANY = 50
#: Of a table so few rows go with those of others by one statement; of each number of rows it is another.
_FEW = 8
_PLACE = re.compile(r"\$(\d+)")


class _Insert:
    """An INSERT compiled for a dialect, and what turns Python values into the driver's, by place."""

    def __init__(self, table: sa.Table, columns: Sequence[str], dialect: sa.Dialect) -> None:
        values = {name: sa.bindparam(name, type_=table.c[name].type) for name in columns}
        compiled = sa.insert(table).values(values).inline().compile(dialect=dialect)
        assert list(compiled.positiontup or ()) == list(columns), "columns in the table's order"
        self.sql = str(compiled)
        self.columns = tuple(columns)
        self.copy = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN"
        readers = (
            # The driver takes a list of numbers as it is.
            None
            if isinstance(kind := table.c[name].type.dialect_impl(dialect), postgresql.ARRAY)
            else kind.bind_processor(dialect)
            for name in columns
        )
        self._readers: list[tuple[int, Callable[[Any], Any]]] = [
            (place, reader) for place, reader in enumerate(readers) if reader
        ]

    def several(self, rows: int, first: int) -> str:
        """The statement for so many rows, whose values stand from the place `first` on."""
        head, _, values = self.sql.partition(" VALUES ")
        moved = (_moved(values, first - 1 + row * len(self.columns)) for row in range(rows))
        return f"{head} VALUES {', '.join(moved)}"

    def rows(self, rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Rows as the driver takes them: most go as they are."""
        readers, read = self._readers, []
        for values in rows:
            row = None
            for place, reader in readers:
                if (value := values[place]) is not None:
                    row = row or list(values)
                    row[place] = reader(value)
            read.append(tuple(row or values))
        return read


def _moved(values: str, by: int) -> str:
    return _PLACE.sub(lambda place: f"${int(place[1]) + by}", values)


@lru_cache(maxsize=64)
def _prepared(table: sa.Table, columns: tuple[str, ...], dialect_name: str) -> _Insert:
    return _Insert(table, columns, dialect_of(dialect_name))


def insert_unless_there(connection: AsyncConnection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say, in the database's own words, what becomes of rows that are there already (`on_conflict_…`)."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


async def insert(connection: AsyncConnection, table: sa.Table, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of `columns`, which is the table's order."""
    prepared = _prepared(table, columns, connection.dialect.name)
    await _insert(connection, prepared, prepared.rows(rows))


async def _insert(connection: AsyncConnection, prepared: _Insert, values: list[tuple[Any, ...]]) -> None:
    copies = len(values) >= _MANY and connection.dialect.name == "postgresql"
    await connection.exec_driver_sql(prepared.copy if copies else prepared.sql, values)


async def insert_new(
    connection: AsyncConnection, table: sa.Table, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]
) -> Sequence[Any]:
    """Insert those of a few hundred rows at most whose key is not there, as `insert` does; their keys.  The key stands in the
    first column."""
    prepared = _prepared(table, columns, connection.dialect.name)
    values = prepared.rows(rows)
    fresh = await connection.exec_driver_sql(_new(prepared, len(values)), tuple(chain.from_iterable(values)))
    return fresh.scalars().all()


@lru_cache(maxsize=512)
def _new(prepared: _Insert, rows: int) -> str:
    return f"{prepared.several(rows, 1)} ON CONFLICT DO NOTHING RETURNING {prepared.columns[0]}"


class Inserts:
    """Rows for several tables that are written at once: few of them by one statement, where each costs a way to the server."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._parts: list[tuple[_Insert, list[tuple[Any, ...]]]] = []

    def add(self, table: sa.Table, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> None:
        """Rows as `insert` takes them, to be written."""
        prepared = _prepared(table, columns, self._connection.dialect.name)
        if values := prepared.rows(rows):
            self._parts.append((prepared, values))

    async def write(self) -> None:
        """Write what was added, and begin anew."""
        parts, self._parts = self._parts, []
        are_few = all(len(values) <= _FEW for _, values in parts)
        if len(parts) > 1 and are_few and self._connection.dialect.name == "postgresql":
            sql = _at_once(tuple((prepared, len(values)) for prepared, values in parts))
            every = chain.from_iterable(values for _, values in parts)
            await self._connection.exec_driver_sql(sql, tuple(chain.from_iterable(every)))
            return
        for prepared, values in parts:
            await _insert(self._connection, prepared, values)


@lru_cache(maxsize=512)
def _at_once(parts: tuple[tuple[_Insert, int], ...]) -> str:
    """One statement for so many rows of each."""
    statements, first = [], 1
    for prepared, rows in parts:
        statements.append(prepared.several(rows, first))
        first += len(prepared.columns) * rows
    *others, last = statements
    named = ", ".join(f"part_{number} AS ({statement})" for number, statement in enumerate(others))
    return f"WITH {named} {last}"
