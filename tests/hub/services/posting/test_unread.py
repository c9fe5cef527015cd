"""What could not be read is kept once for each client and hour, with its beginning and its number, and costs its sender."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from auth.principals import Principal, Role
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.unread import COST, MOST_KEPT, Unread
from hub.storage.engine.database import Database
from hub.storage.views import rejections

BANK = Principal("bank-1", Role.BANK, frozenset({"read"}))
OTHER = Principal("bank-2", Role.BANK, frozenset({"read"}))
ERROR = HubError(ErrorCode.MALFORMED_REQUEST)


class Desk:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = datetime(2026, 11, 2, 3, 59, tzinfo=UTC)
        self.owed: list[tuple[str, int]] = []
        self.unread = Unread(database, lambda client, cost: self.owed.append((client, cost)), lambda: self.now)

    async def rows(self) -> list[tuple[str, dict[str, Any]]]:
        async with self.database.connection() as connection:
            columns = rejections.table.c.client_id, rejections.table.c.payload
            found = await connection.execute(sa.select(*columns).order_by(rejections.table.c.received_at, columns[0]))
            return [(client, payload if isinstance(payload, dict) else json.loads(payload)) for client, payload in found]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


async def test_a_thousand_in_an_hour_are_one_row_with_the_beginning_of_the_first(desk: Desk) -> None:
    for number in range(1000):
        await desk.unread.keep(BANK, ERROR, b"%03d" % number + b"x" * 100_000)
    assert desk.owed == [(BANK.client_id, COST + 100_003)] * 1000
    await desk.unread.keep(OTHER, ERROR, b"\xff\x00")
    await desk.unread.work()
    kept = {"body": "000" + "x" * (MOST_KEPT - 3), "bytes": 100_003, "times": 1000}
    assert await desk.rows() == [("bank-1", kept), ("bank-2", {"body": "\ufffd\x00", "bytes": 2, "times": 1})]


async def test_the_next_hour_has_a_row_of_its_own_and_the_last_is_told_in_full(desk: Desk) -> None:
    for _ in range(3):
        await desk.unread.keep(BANK, ERROR, b"a")
    desk.now += timedelta(minutes=59, seconds=59)
    await desk.unread.keep(BANK, ERROR, b"b")
    desk.now += timedelta(seconds=1)
    await desk.unread.keep(BANK, ERROR, b"c")
    assert [(row["body"], row["times"]) for _, row in await desk.rows()] == [("a", 4), ("c", 1)]


async def test_it_goes_after_thirty_days_and_refused_items_stay(desk: Desk) -> None:
    await desk.unread.keep(BANK, ERROR, b"a")
    async with desk.database.transaction() as connection:
        item = sa.insert(rejections.table).values(
            id="rejection_item",
            received_at=desk.now,
            seen_at=desk.now,
            client_id=OTHER.client_id,
            source="graphql",
            kind="opinion",
            problems=[],
            payload="{}",
            outline="{}",
        )
        await connection.execute(item)
    desk.now += timedelta(days=30)
    await desk.unread.sweep(desk.now)
    assert len(await desk.rows()) == 2
    desk.now += timedelta(microseconds=1)
    await desk.unread.sweep(desk.now)
    assert [client for client, _ in await desk.rows()] == ["bank-2"]
