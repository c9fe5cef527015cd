"""What follows from records, kept by posting in its own transaction: the mines are locked first, their lines are kept last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from hub.domain.record_kinds import RecordKind
from hub.domain.rules.rule_set import concerned, reading
from hub.services.posting.drafts import Draft
from hub.storage.engine.database import Connection
from hub.storage.records import mines, versions
from hub.storage.timelines.keeping import keep
from hub.storage.timelines.locks import lock_holders, lock_mines


async def hold(connection: Connection, kind: RecordKind, drafts: Iterable[Draft]) -> None:
    """Lock the mines whose lines these drafts may change, before anything is read that they are judged by."""
    if reading(kind):
        meant = [draft for draft in drafts if concerned(kind, draft.record)]
        await _lock(connection, kind, [draft.record for draft in meant], (no for draft in meant for no in draft.mines))


async def hold_mines_of(connection: Connection, kind: RecordKind, record_id: str) -> None:
    """Lock the mines of a record that is to be taken back or to stand again."""
    if not reading(kind):
        return
    records = [stored.record for stored in (await versions.current_records(connection, kind, [record_id])).values()]
    numbers = [] if kind is RecordKind.ENTERPRISE else await versions.mines_named(connection, kind, [record_id])
    await _lock(connection, kind, records, numbers)


async def _lock(connection: Connection, kind: RecordKind, records: Sequence[Any], licence_nos: Iterable[str]) -> None:
    if holders := _holders(kind, records):
        await lock_holders(connection, holders)
    if kind is RecordKind.ENTERPRISE:
        licence_nos = await mines.held_by(connection, holders)
    await lock_mines(connection, licence_nos)


def _holders(kind: RecordKind, records: Sequence[Any]) -> list[str]:
    """The enterprises on whose mines these records say something."""
    match kind:
        case RecordKind.ENTERPRISE:
            return [record.uscc for record in records]
        case RecordKind.MINE:
            return [record.enterprise_uscc for record in records]
    return []


async def follow(connection: Connection, kind: RecordKind, stored: Sequence[tuple[Draft, int]], now: datetime) -> None:
    """Keep the lines that the drafts which became these versions may have changed."""
    if not (rules := reading(kind)):
        return
    meant = [draft for draft, version in stored if version > 1 or concerned(kind, draft.record)]
    if kind is RecordKind.ENTERPRISE:
        held = await mines.held_by(connection, _holders(kind, [draft.record for draft in meant])) if meant else []
        await keep(connection, rules, held, now)
        return
    touched = {no for draft in meant for no in draft.mines}
    if revised := [draft.id for draft, version in stored if version > 1]:
        # What the versions before them named is touched too.  Another mine is locked only now, out of order: should two such
        # revisions wait for one another, the database ends one of them and it is done again.
        touched |= set(await versions.mines_named(connection, kind, revised))
        await lock_mines(connection, touched)
    await keep(connection, rules, touched, now)


async def follow_mines(
    connection: Connection, kind: RecordKind, record: Any, licence_nos: Sequence[str], now: datetime
) -> None:
    """Keep the lines of the mines of a record that was taken back or stands again."""
    if rules := reading(kind):
        held = kind is RecordKind.ENTERPRISE
        await keep(connection, rules, await mines.held_by(connection, [record.uscc]) if held else licence_nos, now)
