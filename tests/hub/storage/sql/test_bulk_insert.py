"""Many rows are stored as few are, whichever way they go, in the transaction that they belong to."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from hub.storage.engine.database import Connection, Database
from hub.storage.records.searching import found_by
from hub.storage.sql.bulk_insert import Inserts, insert
from hub.storage.timelines.table import timelines

COLUMNS = ("subject", "rule", "about", "from_day", "until_day", "state", "because", "due_on", "label", "recorded_at")
NOW = datetime(2026, 11, 2, 3, 4, 5, 678901, tzinfo=UTC)
FEW, MANY = 2, 120


def rows(many: int) -> list[tuple[object, ...]]:
    """Lines whose values need care: lists, no values, days, moments with microseconds, and text of every sort."""
    days = date(1, 1, 1), date(9000, 1, 1)
    labels = (None, "", "示例\t“甲”\n\\N\\.", "\U0001f7e9")
    return [(f"C{n}", "RULE", "", *days, "HOLDS", [f"a{n}", "b"], None, labels[n % 4], NOW) for n in range(many)]


@pytest.mark.parametrize("many", [FEW, MANY])
async def test_rows_are_kept_as_they_were_given_and_in_their_order(database: Database, many: int) -> None:
    async with database.transaction() as connection:
        await insert(connection, timelines, COLUMNS, rows(many))
    kept = sa.select(*(timelines.c[name] for name in COLUMNS)).order_by(timelines.c.id)
    async with database.connection() as connection:
        found = [tuple(row) for row in await connection.execute(kept)]
    assert found == [(*row[:6], f'["{row[6][0]}","b"]', *row[7:]) for row in rows(many)]  # type: ignore[index]


@pytest.mark.parametrize("many", [FEW, MANY])
async def test_what_was_inserted_is_not_when_the_transaction_ends_badly(database: Database, many: int) -> None:
    """Also where they are its first words: nothing is stored beside the transaction."""

    async def change_ones_mind(connection: Connection) -> None:
        await insert(connection, timelines, COLUMNS, rows(many))
        raise RuntimeError("changed its mind")

    with pytest.raises(RuntimeError, match="changed its mind"):
        await database.commit(change_ones_mind)
    async with database.connection() as connection:
        assert await connection.scalar(sa.select(sa.func.count()).select_from(timelines)) == 0


@pytest.mark.parametrize("many", [FEW, MANY])
async def test_a_row_that_may_not_be_is_told_as_of_any_statement(database: Database, many: int) -> None:
    """What the driver says of it is what tells that another was faster."""
    columns = ("id", "record_id", "version", "kind", "matched", "part", "term")
    twice = [(1, f"r{n}", 1, "mine", "CODE", "", "x") for n in range(many)]
    async with database.transaction() as connection:
        with pytest.raises(sa.exc.IntegrityError):
            await insert(connection, found_by, columns, twice)


@pytest.mark.parametrize("many", [1, FEW, MANY])
async def test_rows_of_several_tables_are_written_at_once(database: Database, many: int) -> None:
    found = [(f"r{n}", 1, "mine", "CODE", "", f"示例 $1 {n}") for n in range(many)]
    named = ("record_id", "version", "kind", "matched", "part", "term")
    async with database.transaction() as connection:
        written = Inserts(connection)
        written.add(timelines, COLUMNS, rows(many))
        written.add(timelines, COLUMNS, ())
        written.add(found_by, named, found)
        await written.write()
        await written.write()
    async with database.connection() as connection:
        labels = await connection.execute(sa.select(timelines.c.label).order_by(timelines.c.id))
        assert [label for (label,) in labels] == [row[8] for row in rows(many)]
        terms = await connection.execute(sa.select(*(found_by.c[name] for name in named)).order_by(found_by.c.id))
        assert [tuple(row) for row in terms] == found
