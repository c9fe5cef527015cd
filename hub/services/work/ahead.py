"""The next while this is worked on: what is asked of another machine is waited for meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def one_ahead(source: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """What a source gives, each asked for while the one before it is worked on.  What it raises comes after what it gave."""
    asked = asyncio.create_task(_next(source))
    try:
        while given := await asked:
            asked = asyncio.create_task(_next(source))
            yield given[0]
    finally:
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)


async def _next(source: AsyncIterator[T]) -> tuple[T] | None:
    async for one in source:
        return (one,)
    return None
