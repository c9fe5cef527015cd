"""Whether the log is still the one in which a cursor stands, and what comes after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain.log import BEGINNING, Cursor, Posted, Wanted
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.database import Connection
from hub.storage.records import log


async def end(connection: Connection) -> Cursor:
    """The place after everything."""
    newest = await log.last(connection)
    return newest.cursor if newest else BEGINNING


async def check(connection: Connection, cursor: Cursor) -> Cursor:
    """The cursor with its digest, when the log still says there what it said, and all that came after it is kept.

    Raises LOG_CHANGED, CURSOR_TOO_OLD, and INVALID_INPUT for a bare position that the log has not reached.
    """
    entry = await log.at(connection, cursor.position)
    if entry is not None:
        if cursor.mark and cursor != entry.cursor:
            raise HubError(ErrorCode.LOG_CHANGED, field="after")
        return entry.cursor
    first, last = await log.first_position(connection), await log.last_position(connection)
    if cursor.position > last:
        if cursor.mark:
            raise HubError(ErrorCode.LOG_CHANGED, field="after")
        raise HubError(ErrorCode.INVALID_INPUT, f"0..{last}", field="after")
    if cursor.position + 1 < first:
        raise HubError(ErrorCode.CURSOR_TOO_OLD, f"{first}..{last}", field="after")
    return cursor


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of the log: what is wanted of it, and the place up to which it was looked through."""

    entries: Sequence[Posted]
    reached: Cursor


async def stretch(connection: Connection, cursor: Cursor, wanted: Wanted, most: int) -> Stretch:
    """What comes after a cursor that is checked, up to `most` entries of the kinds and departments that are wanted."""
    last = await end(connection)
    entries = await log.after(connection, cursor.position, most, wanted.kinds, wanted.departments)
    newest = entries[-1].cursor if entries else cursor
    # What is wanted of no kind or department is passed over by the statement, to the end.
    reached = newest if len(entries) == most or newest.position >= last.position else last
    return Stretch([entry for entry in entries if wanted.holds(entry)], reached)
