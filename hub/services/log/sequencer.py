"""The sequencer: numbers what was committed, in the background, on one process at a time."""

from __future__ import annotations

import asyncio
import logging

from hub.domain.words.errors import HubError
from hub.storage.engine.database import Database, Unreachable
from hub.storage.records import log

_TICK_SECONDS = 0.25
_AT_ONCE = 5000
_log = logging.getLogger("hub.log")


class Sequencer:
    """Gives log positions.  Any number of processes may run one: only one works at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def step(self) -> int:
        """Number what waits; returns how many entries got a position."""
        if not await self._waiting():
            return 0
        async with self._database.transaction() as connection:
            return await log.sequence(connection, _AT_ONCE)

    async def _waiting(self) -> bool:
        # Looking first keeps an idle hub from taking SQLite's one place for writers.
        async with self._database.connection() as connection:
            return await log.waits(connection)

    async def run(self) -> None:
        """Number what waits, until cancelled."""
        while True:
            try:
                done = await self.step()
            except (HubError, Unreachable, OSError) as error:
                _log.warning("numbering failed: %s", type(error).__name__)
                done = 0
            if done < _AT_ONCE:
                await asyncio.sleep(_TICK_SECONDS)
