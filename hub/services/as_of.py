"""Which versions were known at a moment that a read names: an instant, or a place in the log."""

from __future__ import annotations

from datetime import datetime

from hub.domain.as_of import FIRST_DAY, KNOWN_AT, ON, Asked, AsOf
from hub.domain.calendar.moments import china_day
from hub.domain.log import Cursor
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.identifiers import version_id
from hub.domain.words.notation import written
from hub.storage.engine.database import Connection
from hub.storage.records import log, mines


async def resolve(connection: Connection, asked: Asked, now: datetime) -> AsOf:
    """What can be answered for.  Without a day it is the day of the moment, in China.

    Raises IN_THE_FUTURE, OUT_OF_RANGE, BEFORE_THE_LOG, BEYOND_THE_LOG, LOG_CHANGED for a cursor of another log, and
    CURSOR_TOO_OLD where the log no longer goes back so far.
    """
    at: datetime | None = None
    later: tuple[str, ...] = ()
    match asked.known_at:
        case Cursor() as place:
            at, later = await _known_by(connection, place)
        case datetime() as at:
            await check(connection, at, now)
    on = asked.on or china_day(at or now)
    if on > china_day(now):
        raise HubError(ErrorCode.IN_THE_FUTURE, on.isoformat(), field=ON)
    if on < FIRST_DAY:
        raise HubError(ErrorCode.OUT_OF_RANGE, f"≥ {FIRST_DAY}", field=ON)
    renumbered = () if at is None else await mines.renumbered_since(connection, at, at_once=bool(later))
    return AsOf(on, at, later, renumbered)


async def check(connection: Connection, at: datetime, now: datetime) -> None:
    """Raises IN_THE_FUTURE, and BEFORE_THE_LOG for an instant at which nothing was known of anything."""
    if at > now:
        raise HubError(ErrorCode.IN_THE_FUTURE, written(at), field=KNOWN_AT)
    began = await log.began(connection)
    if began is None or at < began:
        raise HubError(ErrorCode.BEFORE_THE_LOG, f"≥ {written(began)}" if began else "", field=KNOWN_AT)


async def _known_by(connection: Connection, place: Cursor) -> tuple[datetime, tuple[str, ...]]:
    """The instant by which all was recorded that the log tells up to a place, and the versions that it tells of later."""
    if place.position < 1:
        raise HubError(ErrorCode.BEFORE_THE_LOG, "≥ 1", field=KNOWN_AT)
    entry = await log.at(connection, place.position)
    if entry is None:
        last = await log.last_position(connection)
        if place.position > last:
            raise HubError(ErrorCode.BEYOND_THE_LOG, f"≤ {last}", field=KNOWN_AT)
        raise HubError(ErrorCode.CURSOR_TOO_OLD, f"≥ {await log.first_position(connection)}", field=KNOWN_AT)
    if place.mark and place != entry.cursor:
        raise HubError(ErrorCode.LOG_CHANGED, field=KNOWN_AT)
    at, later = await log.recorded_around(connection, place.position)
    return at, tuple(version_id(record, version) for record, version in later)
