"""The sequencer: numbers what was committed, in the background, on one process at a time."""

from __future__ import annotations

import time
from collections.abc import Callable

from hub.services.bells import Bell
from hub.storage.engine.database import Database
from hub.storage.records import log

TICK_SECONDS = 0.25
_AT_ONCE = 5000


class Sequencer:
    """Gives log positions.  Any number of processes may run one: only one works at a time.

    It is woken by `posted`, and rings `numbered` when there are new positions.
    """

    def __init__(
        self,
        database: Database,
        *,
        posted: Bell | None = None,
        numbered: Bell | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self.posted = posted or Bell()
        self.numbered = numbered or Bell()
        self._ticks = ticks
        self._reached = 0
        self._well = ticks()

    def behind(self) -> float:
        """For how many seconds postings have waited without that any got a position, or nobody knows whether they do."""
        return self._ticks() - self._well

    async def step(self) -> int:
        """Number what waits; returns how many entries got a position."""
        waits, reached = await self._look()
        done = 0
        if waits:
            async with self._database.transaction() as connection:
                done = await log.sequence(connection, _AT_ONCE)
        if done:
            self.numbered.ring()
        elif waits:
            # Another process is at it, and may have looked before the last of what waits was there.
            self.posted.ring()
        # Another process may be at it; that it gets on shows in the positions.
        if done or not waits or reached > self._reached:
            self._well = self._ticks()
        self._reached = max(reached, self._reached)
        return done

    async def work(self) -> bool:
        """One round: whether more waits than it numbered."""
        return await self.step() == _AT_ONCE

    async def _look(self) -> tuple[bool, int]:
        # Looking first keeps an idle hub from taking SQLite's one place for writers.
        async with self._database.connection() as connection:
            waits = await log.waits(connection)
            return waits, await log.last_position(connection) if waits else self._reached
