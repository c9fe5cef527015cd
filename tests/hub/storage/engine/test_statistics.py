"""PostgreSQL is told how its tables have grown before it looks by itself."""

from __future__ import annotations

import sqlalchemy as sa

from hub.storage.engine import statistics
from hub.storage.engine.database import Database
from hub.storage.work import leases


async def grown_by(database: Database, first: int, last: int) -> list[str]:
    """Which tables are looked at after so many rows of a kilobyte."""
    rows = [{"name": f"{number:0>1000}", "token": 1} for number in range(first, last + 1)]
    async with database.transaction() as connection:
        await connection.execute(sa.insert(leases.table), rows)
    async with database.transaction() as connection:
        return await statistics.renew(connection)


async def test_a_table_is_looked_at_once_it_is_four_times_as_large(database: Database) -> None:
    async with database.transaction() as connection:
        await statistics.renew(connection)
        assert await statistics.renew(connection) == []
    if database.is_sqlite:
        assert await grown_by(database, 1, 225) == []
        return
    # Seven such rows fill a page, and 32 pages are four times eight.
    assert await grown_by(database, 1, 224) == []
    assert await grown_by(database, 225, 225) == ["standing_work"]
    assert await grown_by(database, 226, 924) == []
    assert await grown_by(database, 925, 925) == ["standing_work"]
    async with database.connection() as connection:
        estimate = await connection.execute(sa.text("SELECT reltuples FROM pg_class WHERE relname = 'standing_work'"))
        assert estimate.scalar() == 925
