"""Numbers of before: what names a mine by one that was succeeded is led to the mine, and keeps what it states beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hub.domain.record_kinds import KINDS, RecordKind, identify
from hub.domain.records.successions import Licence, LicenceSuccession, Step, leads_on
from hub.domain.rules.rule_set import reading
from hub.services.posting.drafts import Draft, naming
from hub.storage.engine.database import Connection
from hub.storage.records import branches, licences, mines, versions
from hub.storage.timelines.locks import lock_mines


@dataclass(frozen=True, slots=True)
class Led:
    """Drafts that name their mines by today's numbers; the numbers of mines that have had several; where the mines lie."""

    drafts: list[Draft]
    licences: dict[str, Licence]
    divisions: dict[str, str]


async def lead(connection: Connection, kind: RecordKind, drafts: Sequence[Draft]) -> Led:
    """Lead drafts to the mines that they name.  Their mines are held (`timelines.hold`), and those to which they lead are."""
    if kind is RecordKind.MINE:
        known = await licences.named(connection, {no for draft in drafts for no in draft.mines})
        # A mine keeps its record under each of its numbers.
        own = {no: one.mine_id for no, one in known.items()}
        return Led([replace(draft, id=own.get(draft.mines[0], draft.id)) for draft in drafts], known, {})
    numbers = {no for draft in drafts for no in draft.mines}
    places, on = await divisions(connection, numbers)
    if kind is RecordKind.LICENCE_SUCCESSION:
        named = (no for draft in drafts if isinstance(draft.record, LicenceSuccession) for no in draft.record.successors)
        known = await licences.named(connection, {*numbers, *named})
        lineages = await licences.lineages(connection, {one.mine_id for one in known.values()})
        return Led(list(drafts), {one.licence_no: one for some in lineages.values() for one in some}, places)
    led = [_led(kind, draft, on) for draft in drafts]
    if on and reading(kind):
        # Locked only now, out of order: should two wait for one another, the database ends one and it is done again.
        await lock_mines(connection, {no for draft in led if draft.stated for no in draft.mines})
    if KINDS[kind].is_known_by_mine:
        led = await _by_any_number(connection, kind, led)
    return Led(led, {}, places)


async def divisions(connection: Connection, licence_nos: Iterable[str]) -> tuple[dict[str, str], dict[str, list[Step]]]:
    """Where the registered mines among these numbers lie, by whatever number they are named; and where those lead, by days,
    that are not their mines' any more or whose mines went into others."""
    wanted = set(licence_nos)
    places, gone = await mines.divisions_of(connection, wanted)
    if not (missing := wanted - places.keys()) and not gone:
        return places, {}
    former = {no: one.leads_to for no, one in (await licences.named(connection, missing)).items() if one.leads_to != no}
    on: dict[str, list[Step]] = {no: [Step(None, today)] for no, today in former.items()}
    on |= await branches.ways_on(connection, {*gone, *former})
    ahead = {step.number for steps in on.values() for step in steps} - places.keys()
    there, _ = await mines.divisions_of(connection, ahead)
    return places | there | {no: there[today] for no, today in former.items() if today in there}, on


def _led(kind: RecordKind, draft: Draft, on: dict[str, list[Step]]) -> Draft:
    if on.keys().isdisjoint(draft.mines):
        return draft
    day = KINDS[kind].day_of(draft.record)
    stays = KINDS[kind].stays
    numbers = ((on[no][0].number if stays else leads_on(on[no], day)) if no in on else no for no in draft.mines)
    if (today := tuple(numbers)) == draft.mines:
        return draft
    return replace(draft, record=naming(draft.record, today), mines=tuple(dict.fromkeys(today)), stated=draft.mines)


async def _by_any_number(connection: Connection, kind: RecordKind, drafts: list[Draft]) -> list[Draft]:
    """Where a record is known by its mine's number, one that stands under another of the mine's numbers is the same, or under
    one that leads to the mine on its day."""
    known = await licences.named(connection, {no for draft in drafts for no in draft.mines})
    if not known:
        return drafts
    lineages = await licences.lineages(connection, {one.mine_id for one in known.values()})
    into = await branches.going_into(connection, {one.licence_no for some in lineages.values() for one in some})
    on = await branches.ways_on(connection, into)
    meant: list[list[str]] = []
    for draft in drafts:
        day = KINDS[kind].day_of(draft.record)
        numbers = [one.licence_no for no in draft.mines if no in known for one in lineages[known[no].mine_id]]
        numbers += sorted(no for no, steps in on.items() if leads_on(steps, day) in draft.mines)
        meant.append([identify(kind, draft.department, naming(draft.record, (no,))) for no in numbers])
    there = await versions.heads(connection, versions.TABLES[kind], (one for ids in meant for one in ids))
    return [
        draft if draft.id in there else replace(draft, id=next((one for one in ids if one in there), draft.id))
        for draft, ids in zip(drafts, meant, strict=True)
    ]
