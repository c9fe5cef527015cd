"""What was refused or given up is sent anew on request, but never after a later version of its record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from auth.principals import Principal, Role
from auth.scopes import OPERATE
from hub.domain.words.deliveries import DeliveryState
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.services.work import redelivery
from hub.services.work.redelivery import Deliveries
from hub.storage.engine.database import Database
from hub.storage.work import deliveries
from schema.execution import Graph
from schema.root import build_schema
from tests.conftest import NOW
from tests.hub.services.work.delivering import a_delivery
from tests.makers import BANK, CREDIT, ECOLOGY, FINANCE, LOCAL, OPERATOR, PUBLIC, Ask, caller

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


@pytest.fixture
async def desk(database: Database, posting: Posting, reading: Reading) -> Ask:
    async with database.transaction() as connection:
        await deliveries.add(connection, ROWS)
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
    rows = [ROWS[0] | owed, ROWS[1] | late, ROWS[2] | late, ROWS[3] | late, ROWS[4] | late, ROWS[5] | owed]
    async with database.transaction() as connection:
        await deliveries.add(connection, rows)
    known = Deliveries(database, lambda: NOW)
    assert await known.owed() == {"credit_disclosure": (2, 2)}
    assert [row["id"] for row in await known.listed(overdue=True)] == ["delivery_20", "delivery_41"]
    assert [row["id"] for row in await known.listed(due_soon=True)] == ["delivery_10", "delivery_50"]
    # The day itself still counts; it is overdue on the day after.
    later = Deliveries(database, lambda: NOW + timedelta(days=3))
    assert await later.owed() == {"credit_disclosure": (4, 0)}
    counts = await known.counts()
    assert counts["credit_disclosure", DeliveryState.DEAD] == 2
