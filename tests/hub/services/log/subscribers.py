"""Following the log in tests."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from hub.domain.log import Posted
from hub.services.log.followers import Followers

PATIENCE_SECONDS = 60


async def take(following: Followers, count: int, position: int = 0) -> list[Posted]:
    """The next so many postings after a position."""
    found: list[Posted] = []
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(following.follow(position)) as log:
        async for some in log:
            found += some
            if len(found) >= count:
                return found
    return found
