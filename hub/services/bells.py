"""Bells: who works in rounds is woken when there is something to do, by whoever knows of it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

#: Rounds follow one another no faster: what comes meanwhile is done together.
SPACING_SECONDS = 0.02


class Bell:
    """Wakes the one who waits.  A bell that was rung before it is waited for counts, however often it was rung."""

    def __init__(self, spacing: float = SPACING_SECONDS) -> None:
        self._rung = asyncio.Event()
        self._spacing = spacing
        self._woken = -spacing

    def ring(self) -> None:
        """Say that there is something to do."""
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Return when the bell is rung, after so many seconds at the latest."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
                await asyncio.sleep(max(0.0, self._woken + self._spacing - time.monotonic()))
        self._rung.clear()
        self._woken = time.monotonic()
