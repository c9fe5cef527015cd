"""Retention: what is kept for a time only is removed when it is over.  The log and records are never removed.

A clock that is ahead, by an hour or by years, must not end what is kept: the day by which things are old goes on by one in
each run at most, so that who was away catches up, and who sees a wrong clock has days to set it right.
"""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.services.evidence.read_ledger import ReadLedger
from hub.services.once import KeptAnswers
from hub.services.posting.unread import Unread
from hub.services.work.leases import Lease
from hub.services.work.standing import Piece
from hub.storage.engine.database import Database
from hub.storage.work import positions

_NAME = "retention"
_EVERY = timedelta(hours=1)
#: Between two parts of what is removed, so that nobody waits for it.
_PAUSE_SECONDS = 1.0


class Retention:
    """Removes old rows of the read ledger, of what was refused, and of what clients marked with a key."""

    def __init__(
        self,
        database: Database,
        ledger: ReadLedger,
        unread: Unread,
        kept_answers: KeptAnswers,
        clock: Clock = utc_now,
        *,
        pause: float = _PAUSE_SECONDS,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._unread = unread
        self._kept_answers = kept_answers
        self._clock = clock
        self._pause = pause

    @property
    def piece(self) -> Piece:
        return Piece(_NAME, self.run, _EVERY)

    async def run(self, lease: Lease) -> str:
        """Remove what is old, a part at a time; how it went."""
        now, day = await self._reached(lease)
        while await self._ledger.forget(now):
            lease.go_on()
            await asyncio.sleep(self._pause)
        await self._unread.sweep(now)
        await self._kept_answers.forget(now)
        return "OK" if day == china_day(self._clock()) else f"OK: by {day}, a day further each hour"

    async def _reached(self, lease: Lease) -> tuple[datetime, date]:
        """The moment by which things are old, and its day."""
        now = self._clock()
        today = china_day(now).toordinal()
        async with self._database.transaction() as connection:
            await lease.hold(connection)
            before = await positions.begin(connection, _NAME, today)
            reached = min(before + 1, today)
            await positions.move(connection, _NAME, before, reached)
        return now - timedelta(days=today - reached), date.fromordinal(reached)
