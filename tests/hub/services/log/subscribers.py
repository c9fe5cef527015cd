"""Following the log in tests."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from hub.domain.log import BEGINNING, Cursor, Posted
from hub.services.log.followers import Followers

PATIENCE_SECONDS = 60


async def take(following: Followers, count: int, after: Cursor = BEGINNING) -> list[Posted]:
    """The next so many postings after a cursor."""
    found: list[Posted] = []
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(following.follow(after)) as log:
        async for some in log:
            found += some.entries
            if len(found) >= count:
                return found
    return found
