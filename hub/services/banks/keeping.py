"""Keeping loan checks: those that wait at once are kept by one statement, which costs little more than one of them alone."""

from __future__ import annotations

import asyncio

from hub.storage.banks import checks
from hub.storage.banks.checks import Check
from hub.storage.engine.database import Database

#: So many are kept at once: of each number of rows the statement is another.
_MOST = 16


class Keeping:
    """Keeps checks.  None is told before it is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = asyncio.Lock()
        #: What is not kept yet, by id, the longest waiting first.
        self._waiting: dict[str, Check] = {}

    async def keep(self, check: Check) -> None:
        """Return once a check is kept; UNAVAILABLE where it cannot be."""
        self._waiting[check.id] = check
        try:
            async with self._turn:
                if check.id not in self._waiting:
                    return
                others = [one for one in self._waiting.values() if one is not check]
                several = [check, *others[: _MOST - 1]]
                # What fails, or breaks off, waits on: each of the others comes to its own turn.
                async with self._database.each_alone() as connection:
                    await checks.keep(connection, several)
                for one in several:
                    self._waiting.pop(one.id, None)
        finally:
            self._waiting.pop(check.id, None)
