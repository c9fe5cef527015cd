"""What follows from records, kept by posting in its own transaction: the mines are locked first, their lines are kept last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from hub.domain.record_kinds import RecordKind
from hub.domain.rules.reached import NAMED_BY, THROUGH, keys
from hub.domain.rules.rule_set import concerned, reading
from hub.domain.rules.timelines import Subject
from hub.services.posting import successions
from hub.services.posting.drafts import Draft
from hub.storage.engine.database import Connection
from hub.storage.records import versions
from hub.storage.timelines.keeping import keep
from hub.storage.timelines.locks import lock_decisions, lock_mines, lock_parties, lock_reached
from hub.storage.timelines.reaching import reached


async def hold(connection: Connection, kind: RecordKind, drafts: Iterable[Draft]) -> None:
    """Lock the mines whose lines these drafts may change, before anything is read that they are judged by."""
    if kind is RecordKind.LICENCE_SUCCESSION:
        await successions.hold(connection, [draft.record for draft in drafts])
    elif reading(kind):
        meant = [draft for draft in drafts if concerned(kind, draft.record)]
        await _lock(connection, kind, [draft.record for draft in meant], (no for draft in meant for no in draft.mines))


async def hold_mines_of(connection: Connection, kind: RecordKind, record_id: str) -> None:
    """Lock the mines of a record that is to be taken back or to stand again."""
    if not reading(kind) and kind is not RecordKind.LICENCE_SUCCESSION:
        return
    records = [stored.record for stored in (await versions.current_records(connection, kind, [record_id])).values()]
    if kind is RecordKind.LICENCE_SUCCESSION:
        await successions.hold(connection, records)
        return
    numbers = [] if kind in THROUGH[Subject.MINE] else await versions.mines_named(connection, kind, [record_id])
    await _lock(connection, kind, records, numbers)


async def _lock(connection: Connection, kind: RecordKind, records: Sequence[Any], licence_nos: Iterable[str]) -> None:
    names = list(keys(Subject.MINE, kind, records))
    if kind in THROUGH[Subject.MINE]:
        # Which mines they reach is asked when nobody can change it any more.
        await lock_reached(connection, names)
        names = []
    await lock_mines(connection, await _mines(connection, kind, records, licence_nos), reached=names)


async def _mines(connection: Connection, kind: RecordKind, records: Sequence[Any], licence_nos: Iterable[str]) -> Iterable[str]:
    """The mines whose lines these records may change: those that they name, or from which they are reached."""
    if (through := THROUGH[Subject.MINE].get(kind)) is None:
        return licence_nos
    return await reached(connection, Subject.MINE, through, [getattr(record, through.key) for record in records])


async def follow(connection: Connection, kind: RecordKind, stored: Sequence[tuple[Draft, int]], now: datetime) -> None:
    """Keep the lines that the drafts which became these versions may have changed."""
    if rules := reading(kind):
        meant = [draft for draft, version in stored if version > 1 or concerned(kind, draft.record)]
        named = (no for draft in meant for no in draft.mines)
        touched = set(await _mines(connection, kind, [draft.record for draft in meant], named))
        revised = [] if kind in THROUGH[Subject.MINE] else [draft.id for draft, version in stored if version > 1]
        if revised:
            # What the versions before them named is touched too.  Another mine is locked only now, out of order: should two
            # such revisions wait for one another, the database ends one of them and it is done again.
            touched |= set(await versions.mines_named(connection, kind, revised))
            await lock_mines(connection, touched)
        await keep(connection, rules, touched, now)
    await _follow_decisions(connection, kind, [draft.record for draft, _ in stored], now)


async def follow_mines(
    connection: Connection, kind: RecordKind, record: Any, licence_nos: Sequence[str], now: datetime
) -> None:
    """Keep the lines of the mines and of the decision of a record that was taken back or stands again."""
    if rules := reading(kind):
        await keep(connection, rules, await _mines(connection, kind, [record], licence_nos), now)
    await _follow_decisions(connection, kind, [record], now)


async def _follow_decisions(connection: Connection, kind: RecordKind, records: Sequence[Any], now: datetime) -> None:
    """Keep the lines of decisions: nothing is judged by them, so that they are locked only now, and writers of other penalties
    go on meanwhile."""
    rules = reading(kind, Subject.DECISION)
    if not rules or not records:
        return
    names = list(keys(Subject.DECISION, kind, records))
    if through := THROUGH[Subject.DECISION].get(kind):
        await lock_parties(connection, names)
        numbers = await reached(connection, Subject.DECISION, through, names)
        await lock_decisions(connection, numbers)
    else:
        numbers = [getattr(record, NAMED_BY[Subject.DECISION]) for record in records]
        await lock_decisions(connection, numbers, parties=names)
    await keep(connection, rules, numbers, now)
