"""Followers the log: whoever waits for what is posted is woken when there is more of it, by whichever process it came."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Collection, Sequence

from hub.domain.log import Posted
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.database import Database, Unreachable
from hub.storage.records import log

#: What has a position is known to every process after about this long.
TICK_SECONDS = 0.2
_AT_ONCE = 200

_log = logging.getLogger("hub.following")


class Followers:
    """Knows how far the log is.  One look serves all who follow, and nobody looks while nobody follows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last = 0
        self._followers = 0
        self._wanted = asyncio.Event()
        self._grown = asyncio.Event()

    async def start(self, after: int | None) -> int:
        """Where to follow from: after a position, or from now on.

        Raises INVALID_INPUT for a position that the log has not reached, UNAVAILABLE when the log cannot be read.
        """
        last = await self.last()
        if after is None:
            return last
        if not 0 <= after <= last:
            raise HubError(ErrorCode.INVALID_INPUT, f"0..{last}", field="after")
        return after

    async def follow(
        self, position: int, kinds: Collection[RecordKind] = (), departments: Collection[Department] = ()
    ) -> AsyncGenerator[Sequence[Posted]]:
        """What was posted after a position, in order and without gap, for ever; some at a time.

        Only entries of these kinds and departments are told, where any are named.  Raises UNAVAILABLE when the log cannot be
        read.
        """
        self._followers += 1
        self._wanted.set()
        try:
            while True:
                # Known before the look: what comes while it is on its way is looked for again.
                grown, reached = self._grown, self._last
                found = await self._after(position, kinds, departments)
                if found:
                    position = found[-1].position
                    yield found
                if len(found) < _AT_ONCE:
                    # What was passed over by kind or department need not be looked at again.
                    position = max(position, reached)
                    await grown.wait()
        finally:
            self._followers -= 1
            if not self._followers:
                self._wanted.clear()

    async def last(self) -> int:
        """The newest position of the log; UNAVAILABLE where it cannot be told."""
        try:
            async with self._database.connection() as connection:
                return await log.last_position(connection)
        except (Unreachable, OSError):
            raise HubError(ErrorCode.UNAVAILABLE) from None

    async def _after(
        self, position: int, kinds: Collection[RecordKind], departments: Collection[Department]
    ) -> Sequence[Posted]:
        try:
            async with self._database.connection() as connection:
                return await log.after(connection, position, _AT_ONCE, kinds, departments)
        except (Unreachable, OSError):
            raise HubError(ErrorCode.UNAVAILABLE) from None

    async def run(self) -> None:
        """Look how far the log is, again and again while somebody follows, until cancelled."""
        while True:
            await self._wanted.wait()
            try:
                last = await self.last()
            except HubError as error:
                _log.warning("the log could not be looked at: %s", error.code)
                last = self._last
            if last > self._last:
                self._last = last
                self._grown.set()
                self._grown = asyncio.Event()
            await asyncio.sleep(TICK_SECONDS)
