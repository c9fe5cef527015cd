"""Followers the log in tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from hub.domain.log import Posted
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer

PATIENCE_SECONDS = 60


@asynccontextmanager
async def at_work(*services: Followers | Sequencer) -> AsyncIterator[None]:
    """The services' own work, as in a running hub."""
    tasks = [asyncio.create_task(service.run()) for service in services]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def take(following: Followers, count: int, position: int = 0) -> list[Posted]:
    """The next so many postings after a position."""
    found: list[Posted] = []
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(following.follow(position)) as log:
        async for some in log:
            found += some
            if len(found) >= count:
                return found
    return found
