"""Numbers that are places of readers are given once each, also behind what is gone; whatever made the tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from hub.storage.engine.database import Database
from hub.storage.sql.numbering import last_given
from hub.storage.work import digests, watch_events

AT = datetime(2026, 11, 2, tzinfo=UTC)
EVENT = {"portfolio_id": "p", "client_id": "b", "change": "NEW", "code": "x", "log_position": 1, "at": AT}
DIGEST = {"portfolio_id": "p", "client_id": "b", "from_day": date(2026, 11, 1), "made_at": AT, "content": "{}"}


@pytest.mark.parametrize(("table", "row"), [(watch_events.table, EVENT), (digests.table, DIGEST)], ids=["events", "digests"])
async def test_a_number_is_given_once(database: Database, table: sa.Table, row: dict[str, Any]) -> None:
    async with database.transaction() as connection:
        assert await last_given(connection, table) == 0
        for day in (1, 2):
            more = {"until_day": date(2026, 11, day)} if table is digests.table else {}
            await connection.execute(sa.insert(table).values(row | more))
        assert await last_given(connection, table) == 2
        await connection.execute(sa.delete(table))
        assert await last_given(connection, table) == 2
        again = {"until_day": date(2026, 11, 3)} if table is digests.table else {}
        await connection.execute(sa.insert(table).values(row | again))
        assert await connection.scalar(sa.select(table.c.entry)) == 3
