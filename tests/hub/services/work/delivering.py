"""A hub that delivers to a node, and what became of each delivery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import sqlalchemy as sa

from hub.services.log.sequencer import Sequencer
from hub.services.work.delivery import Delivery, Patience
from hub.services.work.destinations import credit_disclosure
from hub.services.work.standing import Standing
from hub.storage.engine.database import Database
from hub.storage.work import deliveries
from tests.background import at_work
from tests.conftest import NOW
from tests.hub.services.work.nodes import Node, connector
from tests.makers import LOCAL, penalty

NUMBER = "示例罚〔2025〕{}号"
SOON = Patience(first_wait=timedelta(milliseconds=5))


def decided(number: int, **more: Any) -> dict[str, Any]:
    return penalty(number, mines=[]) | more


def a_delivery(number: int, state: str, version: int = 1, destination: str = "credit_disclosure") -> dict[str, Any]:
    """A delivery as it is stored: of the record numbered by its tens."""
    return {
        "id": f"delivery_{number}",
        "destination": destination,
        "record_id": f"penalty_{number // 10}",
        "version": version,
        "kind": "penalty",
        "department": "ECOLOGY",
        "client_id": LOCAL.client_id,
        "document_number": "示例1号",
        "action": "REPORT",
        "position": number,
        "state": state,
        "recorded_at": NOW,
        "attempts": 7,
        "first_sent_at": NOW,
        "detail": "why",
    }


@asynccontextmanager
async def delivering(database: Database, node: Node, patience: Patience = SOON) -> AsyncIterator[None]:
    """A hub that numbers what is posted and delivers it to a node."""
    to = connector("http://node.example", transport=httpx.ASGITransport(node.app))
    delivery = Delivery(database, to, credit_disclosure("credit_disclosure"), clock=lambda: NOW, patience=patience)
    async with at_work(Sequencer(database), Standing(database, [delivery.piece], grace=2.0)):
        yield


async def rows(database: Database) -> list[Any]:
    async with database.connection() as connection:
        return list(await connection.execute(sa.select(deliveries.table).order_by(deliveries.table.c.position)))


async def settled(database: Database, number: int, *states: str, seconds: float = 15) -> list[Any]:
    """All deliveries, once there are so many, each in one of these states."""
    async with asyncio.timeout(seconds):
        while True:
            found = await rows(database)
            if len(found) >= number and all(row.state in (states or ("ACKNOWLEDGED",)) for row in found):
                return found
            await asyncio.sleep(0.02)


def orders(node: Node, number: int) -> list[tuple[str, str]]:
    """What a node was told of a decision, in order: its state there, and its content."""
    return [(row.get("CF_ZT", "0"), row["CF_NR"]) for row in node.rows() if row["CF_WSH"] == NUMBER.format(number)]
