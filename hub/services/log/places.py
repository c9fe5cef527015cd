"""Whether the log is still the one in which a cursor stands, and what comes after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from hub.domain.log import BEGINNING, Cursor, Posted, Wanted
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.database import Connection
from hub.storage.records import log
from hub.storage.work import positions


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
        return _in(entry, cursor)
    first, last = await log.first_position(connection), await log.last_position(connection)
    if cursor.position > last:
        if cursor.mark:
            raise HubError(ErrorCode.LOG_CHANGED, field="after")
        raise HubError(ErrorCode.INVALID_INPUT, f"0..{last}", field="after")
    if cursor.position + 1 < first:
        raise HubError(ErrorCode.CURSOR_TOO_OLD, f"{first}..{last}", field="after")
    # It may have been given its position between the two looks.
    entry = await log.at(connection, cursor.position)
    return _in(entry, cursor) if entry is not None else cursor


def _in(entry: Posted, cursor: Cursor) -> Cursor:
    """The cursor with its digest, by what the log says at its position; LOG_CHANGED where it said something else."""
    if cursor.mark and cursor != entry.cursor:
        raise HubError(ErrorCode.LOG_CHANGED, field="after")
    return entry.cursor


async def of_follower(connection: Connection, name: str, *, from_end: bool = False) -> int:
    """The position up to which a follower of the hub's own has come; a new one begins at the beginning, or at the end.

    One beyond the end was written by hand: it looks at everything again, and finds most of it done.
    """
    reached = await positions.begin(connection, name, await log.last_position(connection) if from_end else 0)
    # The end is looked for after the place: another process may have moved that meanwhile, but no further.
    if reached <= await log.last_position(connection):
        return reached
    await positions.move(connection, name, reached, 0)
    return 0


async def held(connection: Connection, name: str) -> int:
    """How far a follower of the hub's own that begins at the end has come; until this transaction ends it moves no further."""
    reached = await positions.begin(connection, name, await log.last_position(connection))
    await positions.hold(connection, name)
    return reached


async def passed(
    connection: Connection, name: str, most: int, is_wanted: Callable[[Connection], Awaitable[bool]]
) -> Sequence[Posted]:
    """Move a follower of the hub's own that begins at the end past what came since, and tell of it; to the end, and of nothing,
    where nobody wants to hear of it.

    Until the transaction ends it moves no further.  Whoever keeps what is to be looked at by later entries holds it
    (`held`) from before it is judged until it is kept: what came before is judged by then, and what comes later finds
    it.
    """
    began = await of_follower(connection, name, from_end=True)
    reached = await log.last_position(connection)
    if reached == began:
        return ()
    await positions.hold(connection, name)
    entries: Sequence[Posted] = ()
    if await is_wanted(connection):
        entries = await log.after(connection, began, most)
        reached = entries[-1].position
    # Who moves it first does it; the other finds nothing left.
    return entries if await positions.move(connection, name, began, reached) else ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of the log: what is wanted of it, and the place up to which it was looked through.

    It ends with what `renumbers` mines that are wanted by their numbers: what comes after that may name them by others.
    """

    entries: Sequence[Posted]
    reached: Cursor
    renumbers: bool = False

    @classmethod
    def of(cls, entries: Iterable[Posted], wanted: Wanted, reached: Cursor) -> Stretch:
        """What is wanted of these entries, which were looked through up to a place."""
        held: list[Posted] = []
        for entry in entries:
            if wanted.holds(entry):
                held.append(entry)
                if wanted.renumbers(entry):
                    return cls(held, entry.cursor, renumbers=True)
        return cls(held, reached)


async def stretch(connection: Connection, cursor: Cursor, wanted: Wanted, most: int) -> Stretch:
    """What comes after a cursor that is checked, up to `most` entries of the kinds and departments that are wanted."""
    last = await end(connection)
    entries = await log.after(connection, cursor.position, most, wanted.of_kinds, wanted.of_departments)
    newest = entries[-1].cursor if entries else cursor
    # What is wanted of no kind or department is passed over by the statement, to the end.
    reached = newest if len(entries) == most or newest.position >= last.position else last
    return Stretch.of(entries, wanted, reached)
