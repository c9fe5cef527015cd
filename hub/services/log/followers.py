"""Following the log: whoever waits for what is posted is woken when there is more of it, by whichever process it came."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import suppress
from itertools import islice

from hub.domain.log import Posted
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.database import Database, Unreachable
from hub.storage.records import log

#: What has a position is known to every process after about this long, also where no bell tells of it.
TICK_SECONDS = 0.2
#: What gets nowhere for longer than this is late, and whoever follows is sent away to come back.
LATE_SECONDS = 10.0
_PATIENCE_SECONDS = 5.0
_AT_ONCE = 200
#: So many of the newest entries are kept for all who follow.
_KEPT = 5000


class Followers:
    """Knows the end of the log.  One look serves all who follow, and nobody looks while nobody follows.

    `unnumbered` tells for how many seconds what was posted has waited for its position.
    """

    def __init__(
        self,
        database: Database,
        *,
        unnumbered: Callable[[], float] = lambda: 0.0,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._unnumbered = unnumbered
        self._ticks = ticks
        self._looked = ticks()
        #: The newest entries that are known; the first has the position after `_before`, and no position is missing.
        self._recent: deque[Posted] = deque(maxlen=_KEPT)
        self._before: int | None = None
        self._followers = 0
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
        read, or has been late for `LATE_SECONDS`: who waits in silence would not know.
        """
        if not self._followers:
            self._looked = self._ticks()
            self._recent.clear()
            self._before = None
        self._followers += 1
        try:
            while True:
                # Known before the look: what comes while it is on its way is looked for again.
                grown, reached = self._grown, self._reached
                entries = await self._after(position, kinds, departments)
                if entries:
                    position = entries[-1].position
                    yield entries
                if len(entries) < _AT_ONCE:
                    # What was passed over by kind or department need not be looked at again.
                    position = max(position, reached)
                    await self._more(grown)
        finally:
            self._followers -= 1

    async def _more(self, grown: asyncio.Event) -> None:
        """Return when the log has grown."""
        while not grown.is_set():
            if self.behind() > LATE_SECONDS or self._unnumbered() > LATE_SECONDS:
                raise HubError(ErrorCode.UNAVAILABLE)
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await grown.wait()

    def behind(self) -> float:
        """For how many seconds nobody has known how far the log is, though somebody follows."""
        return self._ticks() - self._looked if self._followers else 0.0

    async def last(self) -> int:
        """The newest position of the log; UNAVAILABLE where it cannot be told."""
        try:
            async with self._database.connection() as connection:
                return await log.last_position(connection)
        except (Unreachable, OSError):
            raise HubError(ErrorCode.UNAVAILABLE) from None

    @property
    def _reached(self) -> int:
        """How far the log is known."""
        return (self._before or 0) + len(self._recent)

    async def _after(
        self, position: int, kinds: Collection[RecordKind], departments: Collection[Department]
    ) -> Sequence[Posted]:
        """Some of what comes after a position, out of what is kept if it goes back so far."""
        if self._before is None or position < self._before:
            return await self._look(position, kinds, departments)
        newer = islice(self._recent, position - self._before, None)
        wanted = (
            entry
            for entry in newer
            if (not kinds or entry.kind in kinds) and (not departments or entry.department in departments)
        )
        return list(islice(wanted, _AT_ONCE))

    async def _look(
        self, position: int, kinds: Collection[RecordKind] = (), departments: Collection[Department] = ()
    ) -> Sequence[Posted]:
        try:
            async with self._database.connection() as connection:
                return await log.after(connection, position, _AT_ONCE, kinds, departments)
        except (Unreachable, OSError):
            raise HubError(ErrorCode.UNAVAILABLE) from None

    async def work(self) -> bool:
        """One round: look what is new in the log, if somebody follows; whether there is more of it."""
        if not self._followers:
            return False
        known = before, reached = self._before, self._reached
        entries: Sequence[Posted] = ()
        last = await self.last() if before is None else reached
        if before is not None:
            entries = await self._look(reached)
        if known != (self._before, self._reached):
            # All who followed have gone meanwhile, and others have come.
            return True
        self._recent.extend(entries)
        self._before = last + len(entries) - len(self._recent)
        self._looked = self._ticks()
        if entries or before is None:
            self._grown.set()
            self._grown = asyncio.Event()
        return len(entries) == _AT_ONCE
