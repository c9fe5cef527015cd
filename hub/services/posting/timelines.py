"""What follows from records, kept by posting in its own transaction: the mines are locked first, their lines are kept last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.rules.reached import NAMED_BY, THROUGH, keys
from hub.domain.rules.rule_set import concerned, only, reading, touched
from hub.domain.rules.timelines import Rule, Subject
from hub.services.posting import successions
from hub.services.posting.drafts import Draft
from hub.services.posting.judging import Taken
from hub.storage.engine.database import Connection
from hub.storage.records import versions
from hub.storage.sql.json_text import FEW
from hub.storage.timelines.keeping import keep, rested
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


async def follow(connection: Connection, kind: RecordKind, stored: Sequence[Taken], now: datetime) -> None:
    """Keep the lines that what was taken may have changed."""
    began = _new_mines(kind, stored)
    if began:
        await keep(connection, reading(kind), began, now, are_new=True)
    for rules, some in _by_rules(kind, Subject.MINE, [one for one in stored if began.isdisjoint(one.draft.mines)]):
        records = [one.draft.record for one in some]
        numbers = set(await _mines(connection, kind, records, (no for one in some for no in one.draft.mines)))
        revised = [] if kind in THROUGH[Subject.MINE] else [one.draft.id for one in some if one.version > 1]
        if revised:
            # What the versions before them named is touched too.  Another mine is locked only now, out of order: should two
            # such revisions wait for one another, the database ends one of them and it is done again.
            numbers |= set(await versions.mines_named(connection, kind, revised))
            await lock_mines(connection, numbers)
        if (resting := only(kind, rules)) and len(numbers) > FEW:
            numbers = await rested(connection, resting, numbers)
        await keep(connection, rules, numbers, now)
    decided = _by_rules(kind, Subject.DECISION, stored)
    await _follow_decisions(connection, kind, [(rules, [one.draft.record for one in some]) for rules, some in decided], now)


def _new_mines(kind: RecordKind, stored: Sequence[Taken]) -> set[str]:
    """The mines that came to be just now: nothing names a mine before it is registered."""
    return {no for one in stored if one.version == 1 for no in one.draft.mines} if kind is RecordKind.MINE else set()


def _by_rules(kind: RecordKind, subject: Subject, stored: Sequence[Taken]) -> list[tuple[tuple[Rule, ...], list[Taken]]]:
    """What was taken, by the rules whose lines it may change; without what can change none."""
    if not reading(kind, subject):
        return []
    found: defaultdict[tuple[Rule, ...], list[Taken]] = defaultdict(list)
    for one in stored:
        found[_touched(kind, subject, one)].append(one)
    return [(rules, some) for rules, some in found.items() if rules]


def _touched(kind: RecordKind, subject: Subject, one: Taken) -> tuple[Rule, ...]:
    draft, before = one.draft, one.before
    if one.version == 1:
        return touched(kind, subject, draft.record)
    if before and before.department is draft.department and KINDS[kind].mines(before.record) == draft.mines:
        return touched(kind, subject, before.record, draft.record)
    return reading(kind, subject)


async def follow_mines(
    connection: Connection, kind: RecordKind, record: Any, licence_nos: Sequence[str], now: datetime
) -> None:
    """Keep the lines of the mines and of the decision of a record that was taken back or stands again."""
    if rules := touched(kind, Subject.MINE, record):
        await keep(connection, rules, await _mines(connection, kind, [record], licence_nos), now)
    if rules := touched(kind, Subject.DECISION, record):
        await _follow_decisions(connection, kind, [(rules, [record])], now)


async def _follow_decisions(
    connection: Connection, kind: RecordKind, by_rules: Sequence[tuple[tuple[Rule, ...], Sequence[Any]]], now: datetime
) -> None:
    """Keep the lines of decisions: nothing is judged by them, so that they are locked only now, and writers of other penalties
    go on meanwhile."""
    if not by_rules:
        return
    records = [record for _, some in by_rules for record in some]
    names = list(keys(Subject.DECISION, kind, records))
    if through := THROUGH[Subject.DECISION].get(kind):
        await lock_parties(connection, names)
        numbers = await reached(connection, Subject.DECISION, through, names)
        await lock_decisions(connection, numbers)
        meant = [(rules, numbers) for rules, _ in by_rules]
    else:
        number = attrgetter(NAMED_BY[Subject.DECISION])
        await lock_decisions(connection, map(number, records), parties=names)
        meant = [(rules, [number(record) for record in some]) for rules, some in by_rules]
    for rules, numbers in meant:
        await keep(connection, rules, numbers, now)
