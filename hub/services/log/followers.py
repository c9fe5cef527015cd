"""Following the log: whoever waits for what is posted is woken when there is more of it, by whichever process it came."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import suppress
from itertools import islice

from hub.domain.log import EVERYTHING, Cursor, Posted, Wanted
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.bells import Bell
from hub.services.log import places
from hub.services.log.places import Stretch
from hub.storage.engine.database import Database, Unreachable
from hub.storage.records import log

#: What has a position is known to every process after about this long, also where no bell tells of it.
TICK_SECONDS = 0.2
#: Who works on what was posted is woken by it no oftener: several entries are one look.
SPACING_SECONDS = 0.5
#: What gets nowhere for longer than this is late, and whoever follows is sent away to come back.
LATE_SECONDS = 10.0
_PATIENCE_SECONDS = 5.0
_AT_ONCE = 200
#: So many of the newest entries are kept for all who follow.
_KEPT = 5000
#: What was posted is asked for its position again after this long.
_AGAIN_SECONDS = 0.03


async def woken(grown: asyncio.Event, behind: Callable[[], float]) -> None:
    """Return when it is set.  Raises UNAVAILABLE where whoever sets it is `LATE_SECONDS` behind: who waits in silence does not
    know."""
    while not grown.is_set():
        if behind() > LATE_SECONDS:
            raise HubError(ErrorCode.UNAVAILABLE)
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await grown.wait()


class Followers:
    """Knows the end of the log.  One look serves all who follow.

    `unnumbered` tells for how many seconds what was posted has waited for its position; `grown` are rung when there is more.
    """

    def __init__(
        self,
        database: Database,
        *,
        unnumbered: Callable[[], float] = lambda: 0.0,
        grown: Iterable[Bell] = (),
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._unnumbered = unnumbered
        self._bells = tuple(grown)
        self._ticks = ticks
        self._looked = ticks()
        #: The newest entries that are known, without a gap; none while nobody follows.
        self._recent: deque[Posted] = deque(maxlen=_KEPT)
        #: The position before the first of them.
        self._before: int | None = None
        #: A place that the log has reached, if that is known.  All before it was there when that was seen.
        self.end: Cursor | None = None
        #: How often the log was found to be another one than it was.
        self._changes = 0
        self._followers = 0
        self._grown = asyncio.Event()

    async def start(self, after: Cursor | None) -> Cursor:
        """Where to follow from: after a cursor, or from now on.

        Raises LOG_CHANGED, CURSOR_TOO_OLD, INVALID_INPUT for a bare position that the log has not reached, UNAVAILABLE when the
        log cannot be read.
        """
        try:
            async with self._database.connection() as connection:
                return await (places.end(connection) if after is None else places.check(connection, after))
        except (Unreachable, OSError):
            raise HubError(ErrorCode.UNAVAILABLE) from None

    async def stretch(self, cursor: Cursor, wanted: Wanted, most: int) -> Stretch:
        """Some of what comes after a cursor, out of the database.  Raises as `start` does."""
        try:
            async with self._database.connection() as connection:
                return await places.stretch(connection, await places.check(connection, cursor), wanted, most)
        except (Unreachable, OSError):
            raise HubError(ErrorCode.UNAVAILABLE) from None

    async def follow(self, cursor: Cursor, wanted: Wanted = EVERYTHING) -> AsyncGenerator[Stretch]:
        """What was posted after a cursor, in order and without gap, for ever; some at a time.

        A stretch may hold nothing that is wanted, and tell how far was looked.  Raises UNAVAILABLE when the log cannot be read,
        or has been late for `LATE_SECONDS`: who waits in silence does not know; LOG_CHANGED when it is another log than it was.
        """
        if not self._followers:
            self._looked = self._ticks()
            self._forget()
        self._followers += 1
        changes = self._changes
        try:
            while True:
                # Known before the look: what comes while it is on its way is looked for again.
                grown = self._grown
                some = self._kept(cursor, wanted) or await self.stretch(cursor, wanted, _AT_ONCE)
                if changes != self._changes:
                    raise HubError(ErrorCode.LOG_CHANGED, field="after")
                if some.reached != cursor:
                    cursor = some.reached
                    yield some
                else:
                    await self._more(grown)
        finally:
            self._followers -= 1

    async def _more(self, grown: asyncio.Event) -> None:
        """Return when the log has grown."""
        await woken(grown, lambda: max(self.behind(), self._unnumbered()))

    def behind(self) -> float:
        """For how many seconds nobody has known how far the log is, though somebody follows."""
        return self._ticks() - self._looked if self._followers else 0.0

    async def last(self) -> Cursor:
        """The place after everything; UNAVAILABLE where it cannot be told."""
        return await self.start(None)

    async def numbered(self, record_id: str, version: int, seconds: float) -> Cursor | None:
        """The place after what was posted, once it has its position; None where it gets none in this time."""
        until = self._ticks() + seconds
        while True:
            with suppress(Unreachable, OSError, HubError):
                async with self._database.connection() as connection:
                    if entry := await log.of_version(connection, record_id, version):
                        return entry.cursor
            if self._ticks() >= until:
                return None
            await asyncio.sleep(_AGAIN_SECONDS)

    async def reached(self, after: Cursor, seconds: float, at: Database | None = None) -> Cursor:
        """A place that the log (`at` a copy) holds as soon as it holds that one, be it that or a later one.

        Raises DEADLINE_EXCEEDED where it does not in this time, LOG_CHANGED for a place of another log, CURSOR_TOO_OLD.
        """
        until = self._ticks() + seconds
        while True:
            if not after.mark and self.end is not None and after.position <= self.end.position:
                return self.end
            try:
                async with (at or self._database).connection() as connection:
                    return await places.check(connection, after)
            except HubError as error:
                if error.code in (ErrorCode.LOG_CHANGED, ErrorCode.CURSOR_TOO_OLD):
                    raise HubError(error.code, error.detail, field="Hub-After") from None
                if error.code is not ErrorCode.INVALID_INPUT:
                    raise
            # A bare position may be another process's, which knew of it a moment earlier.
            if self._ticks() >= until:
                raise HubError(ErrorCode.DEADLINE_EXCEEDED, str(after), field="Hub-After")
            await asyncio.sleep(_AGAIN_SECONDS)

    @property
    def _reached(self) -> int:
        """How far the entries go that are kept."""
        return (self._before or 0) + len(self._recent)

    def _kept(self, cursor: Cursor, wanted: Wanted) -> Stretch | None:
        """Some of what comes after a cursor, out of what is kept, if it goes back so far."""
        if self._before is None or not self._before <= cursor.position <= self._reached:
            return None
        place = cursor.position - self._before
        if place and cursor.mark and self._recent[place - 1].cursor != cursor:
            raise HubError(ErrorCode.LOG_CHANGED, field="after")
        newer = list(islice(self._recent, place, place + _AT_ONCE))
        return Stretch.of(newer, wanted, newer[-1].cursor if newer else cursor)

    def _forget(self) -> None:
        self._recent.clear()
        self._before = None

    async def work(self) -> bool:
        """One round: look what is new in the log; whether there is more of it."""
        known = self.end, self._before, self._reached
        entries: Sequence[Posted] = ()
        try:
            async with self._database.connection() as connection:
                last = await places.end(connection)
                if self.end is not None and self.end != last:
                    await places.check(connection, self.end)
                if self._before is not None and self._followers and self._reached < last.position:
                    entries = await log.after(connection, self._reached, _AT_ONCE)
        except HubError as error:
            if error.code is ErrorCode.UNAVAILABLE:
                raise
            self._changed()
            return True
        except (Unreachable, OSError):
            raise HubError(ErrorCode.UNAVAILABLE) from None
        if self.end != last:
            for bell in self._bells:
                bell.ring()
        if known != (self.end, self._before, self._reached):
            # All who followed have gone meanwhile, and others have come.
            return True
        if not self._followers:
            self._forget()
            self.end = last
            return False
        begins = self._before is None
        self._recent.extend(entries)
        self._before = (last.position if begins else known[2] + len(entries)) - len(self._recent)
        self.end = entries[-1].cursor if entries else self.end or last
        if begins:
            self.end = last
        self._looked = self._ticks()
        if entries or begins:
            self._wake()
        return len(entries) == _AT_ONCE

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    def _changed(self) -> None:
        """Forget all that was known of a log that is another one now, and send away who followed it."""
        self._changes += 1
        self.end = None
        self._forget()
        self._wake()
