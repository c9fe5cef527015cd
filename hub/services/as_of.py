"""Which versions were known at a moment that a read names: an instant, or a place in the log."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.domain.as_of import FIRST_DAY, KNOWN_AT, ON, Asked, AsOf
from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.log import Cursor
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.notation import written
from hub.storage.engine.database import Connection, Database
from hub.storage.records import log, moments
from hub.storage.records.moments import Seen

#: No transaction lasts so long: what was recorded longer ago stands in the log.
_SETTLED = timedelta(hours=1)
_MOST_PLACES = 10_000


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in the log, the instant by which all was recorded that the log tells up to it, and the versions that come later
    though they were recorded until then: None while some may still be on their way."""

    cursor: Cursor
    at: datetime
    later: tuple[str, ...] | None = None


class Moments:
    """Resolves the moments that reads name; places that were asked for once are remembered."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock
        self._places: OrderedDict[int, _Place] = OrderedDict()

    async def resolve(self, asked: Asked) -> AsOf:
        """What can be answered for.  Without a day it is the day of the moment, in China.

        Raises IN_THE_FUTURE, OUT_OF_RANGE, BEFORE_THE_LOG, BEYOND_THE_LOG, LOG_CHANGED for a cursor of another log, and
        CURSOR_TOO_OLD where the log no longer goes back so far.
        """
        now = self._clock()
        at: datetime | None = None
        later: tuple[str, ...] = ()
        renumbered: tuple[str, ...] = ()
        match asked.known_at:
            case Cursor() as cursor:
                at, seen = await self._at(cursor, now)
                later, renumbered = seen.later, seen.renumbered
            case datetime() as at:
                seen = await moments.look(self._database, at)
                _check(at, seen.began, now)
                renumbered = seen.renumbered
        on = asked.on or china_day(at or now)
        if on > china_day(now):
            raise HubError(ErrorCode.IN_THE_FUTURE, on.isoformat(), field=ON)
        if on < FIRST_DAY:
            raise HubError(ErrorCode.OUT_OF_RANGE, f"≥ {FIRST_DAY}", field=ON)
        return AsOf(on, at, later, renumbered)

    async def _at(self, cursor: Cursor, now: datetime) -> tuple[datetime, Seen]:
        """The instant of a place, and what there is to know of it."""
        place = self._places.get(cursor.position)
        if place is None:
            async with self._database.connection() as connection:
                place = await _place(connection, cursor)
        seen = await moments.look(self._database, place.at, cursor.position, place.later)
        if seen.place != place.cursor:
            # The log is another one by now, or goes back no longer so far.
            self._places.pop(cursor.position, None)
            return await self._at(cursor, now)
        if cursor.mark and cursor != place.cursor:
            raise HubError(ErrorCode.LOG_CHANGED, field=KNOWN_AT)
        self._places[cursor.position] = replace(place, later=seen.later if now - place.at > _SETTLED else None)
        self._places.move_to_end(cursor.position)
        if len(self._places) > _MOST_PLACES:
            self._places.popitem(last=False)
        return place.at, seen


async def check(connection: Connection, at: datetime, now: datetime) -> None:
    """Raises IN_THE_FUTURE, and BEFORE_THE_LOG for an instant at which nothing was known of anything."""
    _check(at, await log.began(connection), now)


def _check(at: datetime, began: datetime | None, now: datetime) -> None:
    if at > now:
        raise HubError(ErrorCode.IN_THE_FUTURE, written(at), field=KNOWN_AT)
    if began is None or at < began:
        raise HubError(ErrorCode.BEFORE_THE_LOG, f"≥ {written(began)}" if began else "", field=KNOWN_AT)


async def _place(connection: Connection, cursor: Cursor) -> _Place:
    """A place as the log tells it."""
    if cursor.position < 1:
        raise HubError(ErrorCode.BEFORE_THE_LOG, "≥ 1", field=KNOWN_AT)
    entry = await log.at(connection, cursor.position)
    if entry is None:
        last = await log.last_position(connection)
        if cursor.position > last:
            raise HubError(ErrorCode.BEYOND_THE_LOG, f"≤ {last}", field=KNOWN_AT)
        raise HubError(ErrorCode.CURSOR_TOO_OLD, f"≥ {await log.first_position(connection)}", field=KNOWN_AT)
    return _Place(entry.cursor, await log.recorded_by(connection, cursor.position))
