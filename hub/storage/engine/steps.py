"""Long work on many items in short steps, between which the process serves others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

#: Whoever else is served waits so long each time that the work goes on.
STEP_SECONDS = 0.001


async def in_steps(items: Iterable[T], *, ticks: Callable[[], float] = time.perf_counter) -> AsyncIterator[T]:
    """The items; when what was done with some of them has taken `STEP_SECONDS`, others go on before the next.

    `ticks` gives seconds that only ever go forward.
    """
    began = ticks()
    for item in items:
        if ticks() - began >= STEP_SECONDS:
            await asyncio.sleep(0)
            began = ticks()
        yield item
