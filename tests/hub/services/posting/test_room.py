"""Of what is refused a client has its room for an hour: in whole, then by its beginning, then as a number."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from hub.domain.record_kinds import RecordKind
from hub.services.posting import room
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.views import rejections
from tests.conftest import NOW
from tests.makers import ECOLOGY, FORESTRY

LONG = "x" * 5000


class Desk:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.posting = Posting(database, lambda: self.now)

    async def refuse(self, number: int, text: str = "", *, caller: Any = ECOLOGY, source: str = "graphql") -> None:
        items = [Submission({"text": text}) for _ in range(number)]
        results = await self.posting.post(caller, RecordKind.OPINION, items, source=source)
        assert [result.outcome for result in results] == ["REJECTED"] * number

    async def kept(self) -> list[Any]:
        async with self.database.connection() as connection:
            columns = rejections.table.c.kind, rejections.table.c.payload
            rows = await connection.execute(sa.select(*columns).order_by(rejections.table.c.received_at))
            return [(kind, payload if isinstance(payload, dict) else json.loads(payload)) for kind, payload in rows]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


async def test_past_its_room_an_item_is_kept_by_its_beginning_until_the_hour_is_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_CHARACTERS", 2 * (len(LONG) + len('{"text": ""}')))
    await desk.refuse(3, LONG)
    whole, beginning = {"text": LONG}, {"beginning": ('{"text": "' + LONG)[: room.BEGINNING], "characters": 5012}
    payloads = [payload for _, payload in await desk.kept()]
    assert (payloads.count(whole), payloads.count(beginning)) == (2, 1)
    await desk.refuse(1, "short")
    assert ("OPINION", {"text": "short"}) in [(str(kind).upper(), payload) for kind, payload in await desk.kept()]
    await desk.refuse(1, LONG, caller=FORESTRY)
    assert [payload for _, payload in await desk.kept()].count(whole) == 3
    desk.now += timedelta(hours=1)
    await desk.refuse(1, LONG)
    assert [payload for _, payload in await desk.kept()].count(whole) == 4


async def test_past_so_many_rows_one_counts_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_ROWS", 5)
    for number in (3, 4, 10):
        await desk.refuse(number)
    rows = await desk.kept()
    assert [payload for kind, payload in rows if kind is None] == [{"times": 12}]
    assert len(rows) == 6
    desk.now += timedelta(hours=1)
    await desk.refuse(6)
    assert [payload for kind, payload in await desk.kept() if kind is None] == [{"times": 12}, {"times": 1}]


async def test_what_a_departments_system_tells_is_kept_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_CHARACTERS", 0)
    monkeypatch.setattr(room, "MOST_ROWS", 0)
    texts = [LONG, LONG + "1", LONG + "2"]
    for text in texts:
        # What it tells again in the same words is kept already.
        await desk.refuse(2, text, source="connector:ecology")
        await desk.refuse(1, text, source="connector:ecology")
    assert sorted(payload["text"] for _, payload in await desk.kept()) == texts


def test_the_room_is_large_enough_for_who_errs() -> None:
    assert (room.MOST_CHARACTERS, room.MOST_ROWS, room.BEGINNING) == (16 * 1024 * 1024, 10_000, 1024)
