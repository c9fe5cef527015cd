"""A province so many times over, by the database itself: posting a million records takes longer than asking all that can be.

Each copy has mines, enterprises, numbers and ids of its own, which lead to one another as those that were posted do: their
records, links, timelines, search terms and lines of the log are copied together.  Days, amounts, words of lists and places are
those of the first, so that what passes a filter is the same part of all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import KINDS, RecordKind
from hub.storage.engine.database import Database
from hub.storage.records.log import log
from hub.storage.records.searching import found_by
from hub.storage.records.versions import LINKS, TABLES
from hub.storage.sql.json_text import Expr, Writer, concat
from hub.storage.sql.metadata import Json, Plain
from hub.storage.timelines.table import timelines
from hub.storage.views.constant_rows import written_rows

#: The mines of a province that is copied, and its copies, are fewer.
MOST = 1_000
#: What is about mines; and who holds them.
_KINDS = [kind for kind, facts in KINDS.items() if facts.names_mines or kind is RecordKind.ENTERPRISE]
#: The beginnings of what `tests.makers` numbers, and those that they have in a copy, around its number of so many digits.
_MARKS = (
    ("C5301002020017110000", "C5301002020017110", 3, ""),
    ("91530100MA6K00", "91530100MB", 4, ""),
    ("示例", "示例", 3, "之"),
)
_IDS = ("id", "record_id")
#: No word is as long as an id.
_WORD = 30
#: Whole numbers that tell one row from another.
_COUNTED = (log.c.entry, log.c.position, found_by.c.id, timelines.c.id)
#: A table's indexes, with the words that make each; what keeps its key stays.
_INDEXES = {
    "postgresql": "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
    "WHERE indrelid = CAST(CAST(:name AS text) AS regclass) "
    "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name AND sql <> ''",
}


async def copy(database: Database, copies: int) -> None:
    """Let a province that was posted stand in the database `copies` times more."""
    assert copies < MOST
    numbers = written_rows("copies", {"number": sa.Integer()}, [(number,) for number in range(1, copies + 1)])
    async with database.unhurried() as connection:
        for table, where in _tables():
            async with _without_indexes(connection, table):
                values = await _copied(connection, table, numbers.number)
                rows = sa.select(*values).select_from(table.join(numbers.number.table, sa.true())).where(*where)
                await connection.execute(sa.insert(table).from_select([column.name for column in table.c], rows))


def _tables() -> Iterator[tuple[sa.Table, Sequence[sa.ColumnElement[bool]]]]:
    named = [kind.value for kind in _KINDS]
    yield from ((TABLES[kind], []) for kind in _KINDS)
    yield from ((table, []) for table in LINKS.values())
    yield log, [log.c.kind.in_(named)]
    yield found_by, [found_by.c.kind.in_(named)]
    yield timelines, []


async def _copied(connection: AsyncConnection, table: sa.Table, number: Expr) -> list[Expr]:
    """The values of a row's copy, in the order of the table's columns."""
    writer = Writer(connection.dialect.name)
    marked = {
        (column.name, mark[0]): sa.func.max(sa.case((writer.position(column, sa.literal(mark[0])) > 0, 1), else_=0))
        for column in table.c
        if _is_text(column)
        for mark in _MARKS
    }
    found = (await connection.execute(sa.select(*marked.values()))).one()
    there = {place for place, is_there in zip(marked, found, strict=True) if is_there}
    values: list[Expr] = []
    for column in table.c:
        value: Expr = column
        if column in _COUNTED:
            most = (await connection.execute(sa.select(sa.func.max(column)))).scalar_one() or 0
            value = column + number * most
        elif column.name in _IDS:
            value = concat([column, "x", sa.cast(number, sa.Text())])
        elif column is timelines.c.about:
            # Ids of records, or a word that tells the lines of one rule apart.
            ids = concat(
                [sa.func.replace(column, ":", concat(["x", sa.cast(number, sa.Text()), ":"])), "x", sa.cast(number, sa.Text())]
            )
            value = sa.case((sa.func.length(column) > _WORD, ids), else_=column)
        elif column is timelines.c.because:
            mark = concat(["x", sa.cast(number, sa.Text()), '"'])
            value = sa.func.replace(sa.func.replace(column, '",', concat([mark, ","])), '"]', concat([mark, "]"]))
        for begins, begins_then, digits, after in _MARKS:
            if (column.name, begins) in there:
                padded = sa.func.substr(sa.cast(number + 10**digits, sa.Text()), 2)
                value = sa.func.replace(value, begins, concat([begins_then, padded, after]))
        values.append(value)
    return values


def _is_text(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.Text | Plain | Json) and column is not found_by.c.grams


@asynccontextmanager
async def _without_indexes(connection: AsyncConnection, table: sa.Table) -> AsyncIterator[None]:
    """Fill a table first, and make its indexes of all rows then, by the migrations' own words."""
    words = _INDEXES[connection.dialect.name]
    indexes = [(name, made) for name, made in await connection.execute(sa.text(words), {"name": table.name})]
    for name, _ in indexes:
        await connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    for _, made in indexes:
        await connection.exec_driver_sql(made)
