"""A process that does standing work until it is killed: says a line when its piece begins, and never ends it."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from hub.services.work.leases import Lease, Leases
from hub.services.work.standing import Piece, Standing
from hub.storage.engine.database import Database
from tests.background import at_work


async def hold(address: str, name: str, seconds: float) -> None:
    database = Database(address, pool_size=2)

    async def run(lease: Lease) -> str:
        print(f"began {lease.token}", flush=True)
        await asyncio.Event().wait()
        return "never"

    async with at_work(Standing(database, [Piece(name, run, timedelta(hours=1))], Leases(database, seconds))):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(hold(sys.argv[1], sys.argv[2], float(sys.argv[3])))
