"""Expiry: what may be seen until a day and no longer is told of once that day is over, though nobody posts.

The log is the only queue: of each record an entry is written, so that cursors hold and nobody is told twice.
"""

from __future__ import annotations

from datetime import date, timedelta

from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.services.bells import Bell
from hub.services.work.leases import Lease
from hub.services.work.standing import Piece
from hub.storage.engine.database import Database
from hub.storage.statements.gone import note_ended
from hub.storage.work import positions

_NAME = "expiry"
#: A day begins at midnight in China, and nobody is told of it long after.
_EVERY = timedelta(minutes=5)
_AT_ONCE = 500
#: So many days before the last that was looked at are looked at again: a post may have been stored after the day was over.
_LEEWAY = timedelta(days=7)


class Expiry:
    """Notes what has ended.  `posted` is rung for what waits for its position in the log."""

    def __init__(self, database: Database, clock: Clock = utc_now, *, posted: Bell | None = None) -> None:
        self._database = database
        self._clock = clock
        self._posted = posted or Bell()

    @property
    def piece(self) -> Piece:
        return Piece(_NAME, self.run, _EVERY)

    async def run(self, lease: Lease) -> str:
        """Note what has ended by today, some hundred records in each transaction; how it went."""
        ended = 0
        while done := await self._some(lease):
            ended += done
            lease.go_on()
        return f"OK: {ended} ended"

    async def _some(self, lease: Lease) -> int:
        now = self._clock()
        today = china_day(now)
        async with self._database.transaction() as connection:
            await lease.hold(connection)
            before = await positions.begin(connection, _NAME, 0)
            # A clock that was ahead is forgotten.
            reached = min(before, today.toordinal())
            since = date.fromordinal(reached) - _LEEWAY if reached > _LEEWAY.days else date.min
            done = await note_ended(connection, since, today, now, _AT_ONCE)
            if done < _AT_ONCE and before != today.toordinal():
                await positions.move(connection, _NAME, before, today.toordinal())
        if done:
            self._posted.ring()
        return done
