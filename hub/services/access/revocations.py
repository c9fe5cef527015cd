"""Revocation: what one process ends, every process refuses within `REVOCATION_SECONDS`, open websockets included.

Each process looks at the short list of what has ended every other second.  A look that is too old counts for nothing: the next
caller waits for a new one, and where none can be had nobody is let in.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from auth.tokens import Access
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.access import revocations
from hub.storage.access.revocations import Ended
from hub.storage.engine.database import Connection, Database, Unreachable

#: What is revoked is refused by every process after this many seconds at the latest.
REVOCATION_SECONDS = 5.0
TICK_SECONDS = 2.0


class Revocations:
    """Knows what has ended.  `now` gives seconds since 1970, `ticks` such as only ever go forward."""

    def __init__(
        self, database: Database, *, now: Callable[[], float] = time.time, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._now = now
        self._ticks = ticks
        self._ended = Ended(frozenset(), frozenset())
        #: Until when the last look counts.
        self._until = float("-inf")
        self._looking = asyncio.Lock()
        self._changed = asyncio.Event()

    async def is_good(self, access: Access) -> bool:
        """Whether a verified token still holds; true to within `REVOCATION_SECONDS`.  UNAVAILABLE where nobody can tell."""
        if self._ticks() >= self._until:
            await self._look_again()
        return self._holds(access)

    async def is_revoked(self, access: Access) -> bool:
        """Whether a token was ended before its time, as `is_good` tells it.  Who was let in by one that has ended by itself
        goes on with what was begun."""
        await self._look_again()
        return self._is_gone(access)

    async def _look_again(self) -> None:
        if self._ticks() >= self._until:
            async with self._looking:
                if self._ticks() >= self._until:
                    await self.look()

    async def ended(self, access: Access) -> None:
        """Return when the token ends: by itself, by revocation, or because nobody can tell any more."""
        while self._holds(access) and self._ticks() < self._until:
            changed = self._changed
            left = access.ends - self._now()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, REVOCATION_SECONDS)):
                    await changed.wait()

    async def revoke(self, access: Access) -> None:
        """End a token before its time."""
        until, now = (datetime.fromtimestamp(moment, UTC) for moment in (access.ends, self._now()))

        async def store(connection: Connection) -> None:
            await revocations.revoke(connection, access.id, access.principal.client_id, until, now)

        await self._database.commit(store)
        await self.look()

    async def look(self) -> None:
        """See what has ended."""
        # The time is taken before the look: what a slow look found is no younger than its asking.
        asked, now = self._ticks(), datetime.fromtimestamp(self._now(), UTC)
        try:
            async with asyncio.timeout(REVOCATION_SECONDS), self._database.connection() as connection:
                await self._database.clock.look(connection)
                ended = await revocations.look(connection, now)
        except (Unreachable, OSError, TimeoutError):
            raise HubError(ErrorCode.UNAVAILABLE) from None
        if (until := asked + REVOCATION_SECONDS) >= self._until:
            self._until = until
            if ended != self._ended:
                self._ended = ended
                self._wake()

    async def work(self) -> bool:
        """One round: look again; whoever is open by what nobody can tell of any more is woken."""
        try:
            await self.look()
        finally:
            if self._ticks() >= self._until:
                self._wake()
        return False

    def _holds(self, access: Access) -> bool:
        return not self._is_gone(access) and access.ends > self._now()

    def _is_gone(self, access: Access) -> bool:
        ended, who = self._ended, access.principal
        # A person of a bank goes with the bank's client.
        return access.id in ended.tokens or who.client_id in ended.clients or who.bank in ended.clients

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
