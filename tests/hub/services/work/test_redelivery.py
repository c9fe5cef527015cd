"""What was refused or given up is sent anew on request, but never after a later version of its record."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from auth.principals import Principal, Role
from auth.scopes import OPERATE
from hub.domain.log import Action
from hub.domain.record_kinds import RecordKind
from hub.domain.words.deliveries import DeliveryChoice, DeliveryState
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.services.work import redelivery
from hub.services.work.redelivery import Deliveries
from hub.storage.engine.database import Database
from hub.storage.records import log
from hub.storage.records.commitments import commit
from hub.storage.records.envelope import Envelope
from hub.storage.work import deliveries
from schema.execution import Graph
from schema.root import build_schema
from tests.conftest import NOW
from tests.hub.services.work.delivering import NUMBER, a_delivery, decided, delivering, rows, settled
from tests.hub.services.work.nodes import Node
from tests.makers import BANK, CREDIT, ECOLOGY, FINANCE, LOCAL, OPERATOR, PUBLIC, Ask, caller, posted

OPERATING = replace(OPERATOR, scopes=OPERATOR.scopes | {OPERATE})
AGAIN = """mutation ($choice: DeliveryChoice!, $reason: String) {
  redeliver(choice: $choice, reason: $reason) { done left } }"""
SEEN = "{ deliveries { nodes { id state attempts detail acts { doneBy reason state detail } } } }"


ROWS = [
    a_delivery(10, "DEAD"),
    a_delivery(20, "REFUSED"),
    a_delivery(30, "ACKNOWLEDGED"),
    a_delivery(40, "DEAD"),
    a_delivery(41, "WAITING", 2),
    a_delivery(50, "SENT"),
    a_delivery(60, "DEAD", destination="other"),
]


async def store(database: Database, stored: Sequence[dict[str, Any]]) -> None:
    """Store deliveries, and that there is a second version of a record of which one is."""
    second = Envelope("penalty_4", 2, Department.ECOLOGY, "graphql", LOCAL.client_id, NOW, commit("00"))
    async with database.transaction() as connection:
        await log.append(connection, [log.Entry(second, RecordKind.PENALTY, Action.REVISED, [])])
        await deliveries.add(connection, stored)


@pytest.fixture
async def desk(database: Database, posting: Posting, reading: Reading) -> Ask:
    await store(database, ROWS)
    async with database.transaction() as connection:
        # What is there already is not added again.
        await deliveries.add(connection, [ROWS[0] | {"id": "delivery_x", "state": "WAITING"}])
    return Ask(Graph(build_schema(), reading, posting, deliveries=Deliveries(database, lambda: NOW)))


async def again(desk: Ask, who: Principal, reason: str | None = None, **choice: Any) -> dict[str, Any] | str:
    """What is said of sending anew, or the code of its refusal."""
    told = await desk(who, AGAIN, choice=choice, reason=reason)
    return told["data"]["redeliver"] if "errors" not in told else str(told["errors"][0]["extensions"]["code"])


async def states(desk: Ask) -> dict[str, str]:
    return {one["id"]: one["state"] for one in (await desk(OPERATOR, SEEN))["data"]["deliveries"]["nodes"]}


async def test_what_ended_badly_is_sent_anew_with_its_budget_whole_and_it_is_kept_who_wanted_it(desk: Ask) -> None:
    assert await again(desk, ECOLOGY, "节点已恢复", ids=["delivery_10", "delivery_20"]) == {"done": 2, "left": 0}
    seen = {one["id"]: one for one in (await desk(ECOLOGY, SEEN))["data"]["deliveries"]["nodes"]}
    for number, before in ((10, "DEAD"), (20, "REFUSED")):
        act = {"doneBy": ECOLOGY.client_id, "reason": "节点已恢复", "state": before, "detail": "why"}
        said = {"state": "WAITING", "attempts": 0, "detail": None, "acts": [act]}
        assert seen[f"delivery_{number}"] == {"id": f"delivery_{number}", **said}


@pytest.mark.parametrize(
    ("number", "code"), [(30, "CONFLICT"), (40, "CONFLICT"), (41, "CONFLICT"), (50, "CONFLICT"), (99, "NOT_FOUND")]
)
async def test_what_is_under_way_has_arrived_or_was_followed_is_not_nor_what_is_named_with_it(
    desk: Ask, number: int, code: str
) -> None:
    before = await states(desk)
    assert await again(desk, OPERATING, ids=["delivery_10", f"delivery_{number}"]) == code
    assert await states(desk) == before


async def test_what_is_meant_by_a_filter_is_sent_anew_but_for_what_was_followed(
    desk: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redelivery, "MOST", 1)
    assert await again(desk, OPERATING, destination="credit_disclosure") == {"done": 1, "left": 1}
    assert await again(desk, OPERATING, destination="credit_disclosure", state="DEAD") == {"done": 0, "left": 0}
    assert await again(desk, OPERATING, destination="credit_disclosure") == {"done": 1, "left": 0}
    found = await states(desk)
    waiting = {name for name, state in found.items() if state == "WAITING"}
    assert waiting == {"delivery_10", "delivery_20", "delivery_41"}
    assert (found["delivery_40"], found["delivery_60"]) == ("DEAD", "DEAD")
    assert await again(desk, OPERATING, ids=["delivery_60", "delivery_20"]) == "INVALID_INPUT"


async def test_what_was_refused_is_not_sent_anew_once_its_record_was_taken_back_though_nothing_of_that_is_told_there(
    database: Database, posting: Posting
) -> None:
    known, node = Deliveries(database, lambda: NOW), Node()
    node.refuses = {NUMBER.format(number) for number in (1, 2, 3)}
    late = {"decidedOn": "2026-10-21", "publishedOn": None}
    results = await posted(posting, ECOLOGY, RecordKind.PENALTY, *(decided(number, **late) for number in (1, 2, 3)))
    async with delivering(database, node):
        await settled(database, 3, "REFUSED")
        assert await known.owed() == {"credit_disclosure": (3, 0)}
        assert results[0].record_id
        await posting.withdraw(ECOLOGY, results[0].record_id, "示例撤回", source="graphql")
        await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(2, **late, annulledOn="2026-10-30"))
        by_record = {row.record_id: row.id for row in await rows(database)}
        for one in results[:2]:
            assert one.record_id
            with pytest.raises(HubError, match="REFUSED") as refused:
                await known.redeliver(OPERATING, DeliveryChoice(ids=[by_record[one.record_id]]))
            assert refused.value.code is ErrorCode.CONFLICT
        # Nobody owes it any more, nor is it one of those that are left.
        assert await known.owed() == {"credit_disclosure": (1, 0)}
        node.refuses.clear()
        both = await asyncio.gather(*(known.redeliver(OPERATING, DeliveryChoice()) for _ in range(2)))
        assert sorted((one.done, one.left) for one in both) == [(0, 0), (1, 0)]
        async with asyncio.timeout(10):
            while not node.taken:  # noqa: ASYNC110 - another task
                await asyncio.sleep(0.02)
    assert [row["CF_WSH"] for row in node.rows()] == [NUMBER.format(3)]


async def test_each_sends_anew_what_is_its_own(desk: Ask) -> None:
    # An office below the province: what it posted itself; another department: nothing of it; a bank has no desk.
    assert await again(desk, caller(Role.DEPARTMENT, ECOLOGY.department, "530300")) == {"done": 0, "left": 0}
    assert await again(desk, FINANCE, ids=["delivery_10"]) == "NOT_FOUND"
    assert await again(desk, FINANCE, department="ECOLOGY") == "FORBIDDEN"
    assert await again(desk, BANK) == "FORBIDDEN"
    assert await again(desk, PUBLIC) == "FORBIDDEN"
    assert await again(desk, CREDIT) == {"done": 0, "left": 0}
    assert await again(desk, LOCAL, kind="case_transfer") == {"done": 0, "left": 0}
    assert await again(desk, LOCAL, kind="penalty") == {"done": 3, "left": 0}
    assert await again(desk, ECOLOGY, "  ") == "INVALID_INPUT"


async def test_what_is_owed_is_counted_and_listed_but_for_what_a_later_version_owes(database: Database) -> None:
    owed = {"due_on": date(2026, 11, 4), "remind_on": date(2026, 11, 2)}
    late = {"due_on": date(2026, 11, 1), "remind_on": date(2026, 10, 30)}
    days = [owed, late, late, late, late, owed]
    await store(database, [row | day for row, day in zip(ROWS, days, strict=False)])
    known = Deliveries(database, lambda: NOW)
    assert await known.owed() == {"credit_disclosure": (2, 2)}
    assert [row["id"] for row in await known.listed(overdue=True)] == ["delivery_20", "delivery_41"]
    assert [row["id"] for row in await known.listed(due_soon=True)] == ["delivery_10", "delivery_50"]
    # The day itself still counts; it is overdue on the day after.
    later = Deliveries(database, lambda: NOW + timedelta(days=3))
    assert await later.owed() == {"credit_disclosure": (4, 0)}
    counts = await known.counts()
    assert counts["credit_disclosure", DeliveryState.DEAD] == 2
