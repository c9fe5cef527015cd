"""Long work on many rows in short steps, between which the process serves others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")


async def in_steps(items: Iterable[T], at_once: int) -> AsyncIterator[T]:
    """The items, so many at once: others go on before the next."""
    for number, item in enumerate(items):
        if number and number % at_once == 0:
            await asyncio.sleep(0)
        yield item
