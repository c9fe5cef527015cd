"""Successions of licences: the mine goes on under its new number, in the transaction that says so; taken back, it goes back.

All that is about it goes along: its record with its history, the records that name it, what follows from them, what is
searched, what banks watch, and who read it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Protocol

from hub.domain.log import Action
from hub.domain.record_kinds import RecordKind
from hub.domain.records.mines import Mine
from hub.domain.records.successions import (
    Branch,
    Licence,
    LicenceSuccession,
    Step,
    Validity,
    Way,
    forget_first,
    misdated,
    misfits,
    precede,
    revert,
    succeed,
)
from hub.domain.rules.rule_set import rules_of
from hub.domain.rules.timelines import Subject
from hub.domain.words.errors import ErrorCode, HubError, Problem
from hub.services.posting import searching
from hub.services.posting.drafts import Draft, digest
from hub.services.posting.licences import Led
from hub.storage.banks import portfolios
from hub.storage.engine.database import Connection
from hub.storage.records import branches, licences, log, mines, pointing, versions
from hub.storage.records.commitments import Commitment, commit
from hub.storage.records.envelope import Envelope
from hub.storage.records.mines import Registered
from hub.storage.timelines.keeping import keep
from hub.storage.timelines.locks import lock_decisions, lock_mines, lock_reached
from hub.storage.timelines.reaching import decisions_of, reaching
from hub.storage.views import read_ledger

#: How the reason begins for which a mine stands no more by itself.
_MARK = "采矿许可证沿革"
_TABLE = versions.TABLES[RecordKind.MINE]


class MakesEnvelopes(Protocol):
    """Who posts, and by which way."""

    def envelope(self, record_id: str, version: int, department: str, commitment: Commitment, at: datetime) -> Envelope: ...


@dataclass(slots=True)
class Succession:
    """What successions are held against: the numbers of mines that have had several, and the mines that are registered.
    `never_had` are the numbers under which no mine was ever registered here, `validity` is what was last told of the licences
    of the others; `branches` are the numbers that have gone into others or come out of them."""

    licences: dict[str, Licence] = field(default_factory=dict)
    registered: dict[str, Registered] = field(default_factory=dict)
    never_had: set[str] = field(default_factory=set)
    validity: dict[str, Validity] = field(default_factory=dict)
    branches: dict[tuple[str, Way], Branch] = field(default_factory=dict)

    def misfits(self, draft: Draft) -> Iterator[Problem]:
        """Why a draft cannot be, as the numbers stand: of a succession, and of a mine under a number that it has no more."""
        if isinstance(draft.record, Mine):
            if (today := self.today(draft.record.licence_no)) != draft.record.licence_no:
                yield Problem("licenceNo", ErrorCode.ALREADY_SUCCEEDED, today)
        elif isinstance(draft.record, LicenceSuccession):
            yield from self.unfit(draft.record, draft.id)

    def today(self, licence_no: str) -> str:
        """The number that the mine of a number has today."""
        if gone := self.branches.get((licence_no, Way.JOINED)):
            return gone.goes_on
        return self.licences[licence_no].leads_to if licence_no in self.licences else licence_no

    def unfit(self, record: LicenceSuccession, own_id: str) -> Iterator[Problem]:
        """Why a succession cannot be."""
        without = dict(self.licences)
        there = {no for no, one in self.registered.items() if not one.withdrawn}
        if given := next((one for one in self.licences.values() if one.succession_id == own_id), None):
            lineage = self._lineage(given.mine_id)
            began = lineage[0].licence_no in self.never_had and lineage[1] == given
            if (today := self.today(given.licence_no)) != given.licence_no and not began:
                yield Problem("", ErrorCode.ALREADY_SUCCEEDED, today)
                return
            without = {no: one for no, one in without.items() if one.mine_id != given.mine_id}
            without |= {one.licence_no: one for one in (forget_first(lineage) if began else revert(lineage))}
            if not began:
                there = {*there, lineage[-2].licence_no} - {given.licence_no}
        others = {record.new} if self._is_another(record, given) else set()
        branches = {key: one for key, one in self.branches.items() if one.succession_id != own_id}
        yield from misfits(record, without, there, others, branches)
        joining = [self.validity[no] for no in record.joining if no in self.validity]
        yield from misdated(record, self._before(record, given), joining)

    def _before(self, record: LicenceSuccession, given: Licence | None) -> Validity | None:
        """The days of the licence that the mine has where a succession states none: of the new one, where it was registered."""
        old, new = record.old, record.new
        if (given and given.licence_no == new) or new not in self.registered or self.registered[new].withdrawn:
            return self.validity.get(old)
        return self.validity.get(new)

    def _lineage(self, mine_id: str) -> list[Licence]:
        """The numbers of a mine, in the order in which it had them."""
        return sorted(
            (one for one in self.licences.values() if one.mine_id == mine_id), key=lambda one: str(one.from_day or "")
        )

    def _is_another(self, record: LicenceSuccession, given: Licence | None) -> bool:
        """Whether the new number is that of a mine with another holder, or elsewhere.  The same mine may have been registered
        under it before anybody said that it came after the old; one of several that are merged may have been another's."""
        has = self.registered.get(record.new)
        if has is None or has.withdrawn or (given and given.licence_no == record.new):
            return False
        before = [self.registered[one] for one in record.predecessors if one in self.registered]
        return bool(before) and all((has.holder, has.division) != (one.holder, one.division) for one in before)

    def take(self, draft: Draft) -> None:
        """Let later drafts of a batch be held against a succession that is taken."""
        if not isinstance(draft.record, LicenceSuccession):
            return
        record, old, new = draft.record, draft.record.old, draft.record.new
        self.branches = {key: one for key, one in self.branches.items() if one.succession_id != draft.id}
        self.branches |= {(one.licence_no, one.way): one for one in branches_of(record, draft.id)}
        if old not in self.registered:
            if known := self.registered.get(new):
                lineage = self._lineage(known.id)
                self.never_had.add(old)
                self.licences |= {one.licence_no: one for one in precede(draft.record, draft.id, known.id, lineage)}
            return
        mine = self.registered.pop(old)
        for one in succeed(draft.record, draft.id, mine.id, self._lineage(mine.id), None):
            self.licences[one.licence_no] = one
        if before := self._before(draft.record, None):
            self.validity[new] = draft.record.validity(before)
        self.registered[new] = mine


def branches_of(record: LicenceSuccession, record_id: str, ends: Mapping[str, date] = MappingProxyType({})) -> list[Branch]:
    """The numbers that by a succession go into the mine that goes on, or come out of it."""
    joined = [(no, Way.JOINED, ends.get(no)) for no in record.joining]
    left = [(no, Way.LEFT, None) for no in record.leaving]
    return [Branch(no, record_id, way, record.new, record.succeeded_on, until) for no, way, until in (*joined, *left)]


async def surroundings(connection: Connection, led: Led) -> Succession:
    """What drafts are held against, where they are successions or mines."""
    records = [draft.record for draft in led.drafts if isinstance(draft.record, LicenceSuccession)]
    named = {no for record in records for no in (*record.predecessors, *record.successors)}
    registering = {draft.record.licence_no for draft in led.drafts if isinstance(draft.record, Mine)}
    return await _as_it_stands(connection, dict(led.licences), named, registering)


async def _as_it_stands(
    connection: Connection, numbers: dict[str, Licence], named: set[str], registering: Collection[str] = ()
) -> Succession:
    parted = await branches.named(connection, {*named, *registering, *numbers})
    strange = set(numbers) - await mines.ever_had(connection, numbers) if named else set()
    validity = await mines.last_told(connection, named)
    return Succession(numbers, await mines.registered(connection, named), strange, validity, parted)


async def hold(connection: Connection, records: list[Any]) -> None:
    """Lock the mines that successions concern, under each of their numbers, and what they are reached by."""
    named = {no for record in records for no in (*record.predecessors, *record.successors)}
    known = await licences.named(connection, named)
    lineages = await licences.lineages(connection, {one.mine_id for one in known.values()})
    named |= {one.licence_no for some in lineages.values() for one in some}
    await lock_reached(connection, await reaching(connection, Subject.MINE, named))
    await lock_mines(connection, named)


async def check_again(connection: Connection, record: LicenceSuccession, record_id: str) -> None:
    """Raise CONFLICT where a succession that was taken back cannot stand again, as the numbers are now."""
    named = {*record.predecessors, *record.successors}
    known = await licences.named(connection, named)
    lineages = await licences.lineages(connection, {one.mine_id for one in known.values()})
    numbers = {one.licence_no: one for some in lineages.values() for one in some}
    stands = await _as_it_stands(connection, numbers, named)
    for wrong in stands.unfit(record, record_id):
        raise HubError(ErrorCode.CONFLICT, wrong.message, field=wrong.path or None)


@dataclass(frozen=True, slots=True)
class Renumbering:
    """Gives mines the numbers that successions say, in one transaction and at one moment, in the name of who posts them."""

    connection: Connection
    post: MakesEnvelopes
    now: datetime

    async def follow(self, record: LicenceSuccession, record_id: str) -> None:
        """Let the mine go on under the number that a succession gives, in place of what the same record said before."""
        await self.undo(record_id)
        old, new = record.old, record.new
        there = await mines.registered(self.connection, (*record.predecessors, new))
        ends = {no: (await self._mine(there[no].id)).licence_valid_until for no in record.joining}
        await branches.put(self.connection, branches_of(record, record_id, ends))
        if old not in there:
            await self._precede(record, record_id)
            return
        for number in record.joining:
            await self._end(there[number].id, number, min(ends[number], record.last_day), new)
        mine_id = there[old].id
        lineage = (await licences.lineages(self.connection, [mine_id])).get(mine_id, [])
        told = await self._absorb(there[new], f"{_MARK} {record.document_number}") if new in there else None
        changed: dict[str, Any] = {"licence_no": new}
        for name in ("licence_valid_from", "licence_valid_until"):
            if (value := getattr(record, name)) is not None:
                changed[name] = value
        mine = replace(told or await self._mine(mine_id), **changed)
        after = succeed(record, record_id, mine_id, lineage, there[new].id if new in there else None)
        await self._revise(mine_id, mine, (old, new))
        await self._go_along(mine_id, after, {old, new}, new, record.joining)
        for number in record.joining:
            await portfolios.watch_too(self.connection, number, new)

    async def undo(self, record_id: str) -> None:
        """Let the mine go back to the number that it had before a succession; nothing where the succession does not stand.

        Raises CONFLICT where another succession stands on this one, or a mine that went into it was taken back.
        """
        parted = await branches.drop(self.connection, record_id)
        for branch in parted:
            if branch.way is Way.JOINED and branch.valid_until is not None:
                [there] = (await mines.registered(self.connection, [branch.licence_no])).values()
                if there.withdrawn:
                    raise HubError(ErrorCode.CONFLICT, branch.licence_no, field="recordId")
                await self._end(there.id, branch.licence_no, branch.valid_until, branch.goes_on)
        given = await licences.given_by(self.connection, record_id)
        if given is None:
            return
        lineage = (await licences.lineages(self.connection, [given.mine_id]))[given.mine_id]
        if lineage[1] == given and not await mines.ever_had(self.connection, [lineage[0].licence_no]):
            await self._go_along(given.mine_id, forget_first(lineage), {one.licence_no for one in lineage}, given.leads_to)
            return
        gone = (await branches.named(self.connection, [given.licence_no])).get((given.licence_no, Way.JOINED))
        if given.until_day is not None or gone:
            after = gone.goes_on if gone else given.leads_to
            raise HubError(ErrorCode.CONFLICT, f"{given.licence_no} → {after}", field="recordId")
        old = lineage[-2].licence_no
        was = await mines.last_under(self.connection, given.mine_id, old)
        mine = replace(
            await self._mine(given.mine_id),
            licence_no=old,
            licence_valid_from=was.valid_from,
            licence_valid_until=was.valid_until,
        )
        await self._revise(given.mine_id, mine, (old, given.licence_no))
        if given.absorbed_id is not None:
            await self._release(given.absorbed_id)
        parts = [one.licence_no for one in parted if one.way is Way.JOINED]
        await self._go_along(given.mine_id, revert(lineage), {one.licence_no for one in lineage}, old, parts)

    async def _end(self, mine_id: str, number: str, last_day: date, goes_on: str) -> None:
        """Let the licence of a mine end on a day: what stands of it until then stands, and afterwards it counts as one without
        a licence that holds."""
        mine = replace(await self._mine(mine_id), licence_valid_until=last_day)
        await self._revise(mine_id, mine, (number, goes_on))
        await keep(self.connection, rules_of(Subject.MINE), [number], self.now)

    async def _precede(self, record: LicenceSuccession, record_id: str) -> None:
        """Let a number that the hub never had lead to the mine that is said to have had it."""
        number = record.new
        known = (await licences.named(self.connection, [number])).get(number)
        mine_id = known.mine_id if known else (await mines.registered(self.connection, [number]))[number].id
        lineage = (await licences.lineages(self.connection, [mine_id])).get(mine_id, [])
        after = precede(record, record_id, mine_id, lineage)
        await self._go_along(mine_id, after, set(), after[-1].licence_no)

    async def _mine(self, mine_id: str) -> Mine:
        record: Mine = (await versions.current_records(self.connection, RecordKind.MINE, [mine_id]))[mine_id].record
        return record

    async def _revise(self, mine_id: str, mine: Mine, numbers: Sequence[str]) -> None:
        head = await self._head(mine_id)
        envelope = self._next(head, mine)
        await versions.store(self.connection, _TABLE, None, [versions.Version(envelope, mine)])
        # Who follows the mine by either number is told.
        await log.append(self.connection, [log.Entry(envelope, RecordKind.MINE, Action.REVISED, numbers)])
        await self._find(head.id, mine, envelope.version, withdrawn=head.withdrawn)

    async def _restate(self, mine_id: str, reason: str, *, withdrawn: bool) -> None:
        head, mine = await self._head(mine_id), await self._mine(mine_id)
        envelope = self._next(head, mine)
        await versions.restate(self.connection, _TABLE, None, envelope, reason, withdrawn=withdrawn)
        action = Action.WITHDRAWN if withdrawn else Action.REINSTATED
        await log.append(self.connection, [log.Entry(envelope, RecordKind.MINE, action, [mine.licence_no])])
        await self._find(mine_id, mine, envelope.version, withdrawn=withdrawn)

    async def _find(self, mine_id: str, mine: Mine, version: int, *, withdrawn: bool) -> None:
        await searching.follow_restated(self.connection, RecordKind.MINE, mine_id, mine, version, withdrawn=withdrawn)

    async def _head(self, mine_id: str) -> versions.Head:
        return (await versions.heads(self.connection, _TABLE, [mine_id]))[mine_id]

    def _next(self, head: versions.Head, mine: Mine) -> Envelope:
        return self.post.envelope(head.id, head.version + 1, head.department, commit(digest(mine)), self.now)

    async def _absorb(self, other: Registered, reason: str) -> Mine | None:
        """Take in a mine that was registered under the new number: what is last told of it, if it stands."""
        told = None if other.withdrawn else await self._mine(other.id)
        if told is not None:
            await self._restate(other.id, reason, withdrawn=True)
        await mines.close(self.connection, other.id, self.now)
        return told

    async def _release(self, mine_id: str) -> None:
        """Let a mine that was taken in be one of its own again, as it was before."""
        await mines.close(self.connection, mine_id, None)
        if (await mines.why_withdrawn(self.connection, mine_id) or "").startswith(_MARK):
            await self._restate(mine_id, f"{_MARK}撤回", withdrawn=False)

    async def _go_along(
        self, mine_id: str, lineage: list[Licence], numbers: set[str], today: str, parts: Collection[str] = ()
    ) -> None:
        """Let all that names the mine by any of its numbers go along; and by its days what is about the mines of `parts`, which
        go into it or part from it again."""
        every = numbers | {one.licence_no for one in lineage}
        await licences.put(self.connection, mine_id, lineage)
        parted = await licences.with_former(self.connection, parts)
        into = await branches.going_into(self.connection, every | parted)
        leads = {number: [Step(None, number)] for number in every}
        leads |= {no: [Step(None, own)] for no, own in (await licences.leading(self.connection, parted)).items()}
        leads |= {one.licence_no: [Step(None, one.leads_to)] for one in lineage}
        leads |= await branches.ways_on(self.connection, into | parted)
        await pointing.follow(self.connection, leads, every | parted)
        await portfolios.follow(self.connection, every, today)
        await read_ledger.follow(self.connection, every, today)
        touched = every | parted
        await keep(self.connection, rules_of(Subject.MINE), touched, self.now)
        # Lines of decisions tell a mine that they name.
        decisions = await decisions_of(self.connection, touched)
        await lock_decisions(self.connection, decisions)
        await keep(self.connection, rules_of(Subject.DECISION), decisions, self.now)
