"""A process that numbers what is posted and delivers it to a node, until it is killed."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from hub.services.log.sequencer import Sequencer
from hub.services.work.delivery import Delivery, Patience
from hub.services.work.destinations import credit_disclosure
from hub.services.work.leases import Leases
from hub.services.work.standing import Standing
from hub.storage.engine.database import Database
from tests.background import at_work
from tests.conftest import NOW
from tests.hub.services.work.nodes import connector

SOON = Patience(first_wait=timedelta(milliseconds=20))


async def deliver(address: str, node: str) -> None:
    database = Database(address, pool_size=3)
    to = credit_disclosure("credit_disclosure")
    delivery = Delivery(database, connector(node), to, clock=lambda: NOW, patience=SOON)
    async with at_work(Sequencer(database), Standing(database, [delivery.piece], Leases(database, 1.0))):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(deliver(sys.argv[1], sys.argv[2]))
