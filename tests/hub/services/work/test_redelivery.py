"""What was refused or given up is sent anew on request, but never after a later version of its record."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from hub.domain.words.errors import ErrorCode, HubError
from hub.services.work.redelivery import Deliveries
from hub.storage.engine.database import Database
from hub.storage.work import deliveries
from tests.conftest import NOW


def row(number: int, state: str, version: int = 1, destination: str = "credit_disclosure") -> dict[str, Any]:
    return {
        "id": f"delivery_{number}",
        "destination": destination,
        "record_id": f"penalty_{number // 10}",
        "version": version,
        "kind": "penalty",
        "department": "ECOLOGY",
        "client_id": "x",
        "document_number": "示例1号",
        "action": "REPORT",
        "position": number,
        "state": state,
        "recorded_at": NOW,
        "attempts": 7,
        "first_sent_at": NOW,
        "detail": "why",
    }


ROWS = [
    row(10, "DEAD"),
    row(20, "REFUSED"),
    row(30, "ACKNOWLEDGED"),
    row(40, "DEAD"),
    row(41, "WAITING", 2),
    row(50, "SENT"),
    row(60, "DEAD", destination="other"),
]


@pytest.fixture
async def known(database: Database) -> Deliveries:
    async with database.transaction() as connection:
        await deliveries.add(connection, ROWS)
        # What is there already is not added again.
        await deliveries.add(connection, [ROWS[0] | {"id": "delivery_x", "state": "WAITING"}])
    return Deliveries(database)


@pytest.mark.parametrize("number", [10, 20, 60])
async def test_what_ended_badly_is_sent_anew_with_its_budget_whole(database: Database, known: Deliveries, number: int) -> None:
    await known.redeliver(f"delivery_{number}")
    async with database.connection() as connection:
        found = (
            await connection.execute(sa.select(deliveries.table).where(deliveries.table.c.id == f"delivery_{number}"))
        ).one()
    assert (found.state, found.attempts, found.first_sent_at, found.detail) == ("WAITING", 0, None, None)


@pytest.mark.parametrize(
    ("delivery", "code"),
    [
        ("delivery_30", ErrorCode.CONFLICT),
        ("delivery_40", ErrorCode.CONFLICT),
        ("delivery_41", ErrorCode.CONFLICT),
        ("delivery_50", ErrorCode.CONFLICT),
        ("delivery_99", ErrorCode.NOT_FOUND),
    ],
)
async def test_what_is_under_way_has_arrived_or_was_followed_is_not(known: Deliveries, delivery: str, code: ErrorCode) -> None:
    with pytest.raises(HubError) as refused:
        await known.redeliver(delivery)
    assert refused.value.code is code


async def test_all_that_was_given_up_at_one_destination_is_sent_anew(known: Deliveries) -> None:
    assert await known.redeliver_dead("credit_disclosure") == 1
    assert await known.redeliver_dead("credit_disclosure") == 0
    counts = {(destination, state.value): count for (destination, state), count in (await known.counts()).items()}
    assert counts == {
        ("credit_disclosure", "ACKNOWLEDGED"): 1,
        ("credit_disclosure", "DEAD"): 1,
        ("credit_disclosure", "REFUSED"): 1,
        ("credit_disclosure", "SENT"): 1,
        ("credit_disclosure", "WAITING"): 2,
        ("other", "DEAD"): 1,
    }
