"""Posting: the one way in.  Mutation, pull, push and import all end here.

read → resolve → judge → store → keep, in one transaction.  A bad item never sinks the good ones, and what is refused is kept
where it can be found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from auth.principals import Principal, Role
from auth.rights import wrongs
from auth.rules import may_post, refusal_to_post
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.declaring.references import ReferenceSet, Stored
from hub.domain.log import Action
from hub.domain.record_kinds import KINDS, RecordKind, kind_of
from hub.domain.records.successions import LicenceSuccession
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.outcomes import Outcome
from hub.services.bells import Bell
from hub.services.posting import discrepancies, searching, successions, timelines
from hub.services.posting.drafts import Draft, Refused, Submission, digest, read, taken_back
from hub.services.posting.judging import Repeated, Stale, Taken, Verdict, concerned, judge, places_of, references, resolve
from hub.services.posting.licences import lead
from hub.services.posting.receipts import Result
from hub.services.posting.refusals import refusal
from hub.services.posting.room import Room
from hub.services.posting.sources import is_of_system
from hub.storage.engine.database import Connection, Database
from hub.storage.engine.steps import in_steps
from hub.storage.records import last_words, log, mines, versions
from hub.storage.records.commitments import Commitment, commit
from hub.storage.records.envelope import Envelope
from hub.storage.sql.bulk_insert import Inserts
from hub.storage.views import rejections

#: What a writer says at the beginning of its transaction, lest it write what is no longer its to write.
Fence = Callable[[Connection], Awaitable[None]]

MOST_ITEMS = 1000


@dataclass(frozen=True, slots=True)
class Post:
    """Who posts what kind, and by which way."""

    caller: Principal
    kind: RecordKind
    source: str

    def envelope(
        self,
        record_id: str,
        version: int,
        department: str,
        commitment: Commitment,
        at: datetime,
        *,
        changed_at: datetime | None = None,
    ) -> Envelope:
        return Envelope(
            record_id=record_id,
            version=version,
            department=department,
            source=self.source,
            posted_by=self.caller.client_id,
            recorded_at=at,
            commitment=commitment,
            changed_at=changed_at,
        )


class _RehearsedError(Exception):
    """Ends a transaction that was not meant to be stored."""

    def __init__(self, results: list[Result]) -> None:
        super().__init__()
        self.results = results


class Posting:
    """The pipeline over one database.  `posted` is rung for what waits for its position in the log."""

    def __init__(self, database: Database, clock: Clock = utc_now, *, posted: Bell | None = None) -> None:
        self._database = database
        self._clock = clock
        self._posted = posted or Bell()
        self._room = Room()
        self._on_the_way: set[asyncio.Future[None]] = set()

    async def post(
        self,
        caller: Principal,
        kind: RecordKind,
        submissions: Sequence[Submission],
        *,
        source: str,
        keep_refused: bool = True,
        fence: Fence | None = None,
    ) -> list[Result]:
        """Post up to 1,000 items of one kind; one result each, in order.

        Raises FORBIDDEN when the caller may not post the kind, BATCH_TOO_LARGE for more items.  `source` names the way in.
        What is refused is kept, unless it is kept already (`keep_refused`).  `fence` may end the transaction before it writes.
        """
        with self._passing():
            items = await self._read(caller, kind, submissions)
            post = Post(caller, kind, source)

            async def take(connection: Connection) -> list[Result]:
                return await self._take(connection, post, items, keep_refused=keep_refused)

            return await self._commit(take, fence) if items else []

    @contextmanager
    def _passing(self) -> Iterator[None]:
        done = asyncio.get_running_loop().create_future()
        self._on_the_way.add(done)
        try:
            yield
        finally:
            self._on_the_way.remove(done)
            done.set_result(None)

    async def passed(self) -> None:
        """Wait until what is on its way now is stored or has failed: it was read by the calendar of before."""
        if self._on_the_way:
            await asyncio.wait(tuple(self._on_the_way))

    async def rehearse(
        self, caller: Principal, kind: RecordKind, submissions: Sequence[Submission], *, source: str
    ) -> list[Result]:
        """What `post` would answer, and raise, as things stand; nothing is stored, and no receipt proves anything."""
        items = await self._read(caller, kind, submissions)

        async def take(connection: Connection) -> None:
            raise _RehearsedError(await self._take(connection, Post(caller, kind, source), items, keep_refused=False))

        try:
            await self._database.commit(take)
        except _RehearsedError as rehearsed:
            return [_unrecorded(result) for result in rehearsed.results]
        return []

    async def _read(self, caller: Principal, kind: RecordKind, submissions: Sequence[Submission]) -> list[Draft | Refused]:
        if not may_post(caller, kind):
            raise refusal_to_post(kind)
        if len(submissions) > MOST_ITEMS:
            raise HubError(ErrorCode.BATCH_TOO_LARGE, f"≤ {MOST_ITEMS}")
        items: list[Draft | Refused] = []
        now = self._clock()
        async for index, submission in in_steps(enumerate(submissions)):
            items.append(read(caller, kind, index, submission, now))
        return items

    async def _take(
        self, connection: Connection, post: Post, items: Sequence[Draft | Refused], *, keep_refused: bool
    ) -> list[Result]:
        """Judge what was read and store what is taken, in the transaction of `connection`."""
        # What a judgement needs is locked before anything is read; the moment is that of after it.
        drafts = [item for item in items if isinstance(item, Draft)]
        await timelines.hold(connection, post.kind, drafts)
        led = await lead(connection, post.kind, drafts)
        graph = await resolve(connection, post.caller, post.kind, led)
        now, said_before = self._clock(), dict(graph.words)
        meant = {draft.index: draft for draft in led.drafts}
        verdicts = [
            item if isinstance(item, Refused) else judge(post.caller, post.kind, post.source, meant[item.index], graph)
            async for item in in_steps(items)
        ]
        await _store(connection, post, [verdict for verdict in verdicts if isinstance(verdict, Taken)], graph.references, now)
        said = {word.record_id: word for v in verdicts for word in _words(v)}
        await last_words.note(
            connection, post.caller.client_id, [word for word in said.values() if said_before.get(word.record_id) != word]
        )
        await discrepancies.follow_copies(connection, post.caller, graph.copies, now)
        if post.kind is RecordKind.PENALTY and post.caller.role is not Role.CREDIT_DISCLOSURE:
            own = {v.draft.id: v.draft.record for v in verdicts if isinstance(v, Taken | Repeated) and _follows_others(v)}
            await discrepancies.follow_originals(connection, post.caller, own, now)
        if keep_refused:
            await _keep(
                connection, self._room, post, [verdict for verdict in verdicts if isinstance(verdict, Refused | Stale)], now
            )
        return [_receipt(verdict, now) for verdict in verdicts]

    async def withdraw(
        self,
        caller: Principal,
        record_id: str,
        reason: str,
        *,
        expected: int | None = None,
        source: str,
        changed_at: datetime | None = None,
        fence: Fence | None = None,
    ) -> Result:
        """Take a record back: a version that says why, and when its source did (`changed_at`).  The history stays.

        Withdrawing what is withdrawn changes nothing.  Raises NOT_FOUND, FORBIDDEN (what stands is not the caller's to change),
        and CONFLICT when `expected` is not the newest version.
        """
        return await self._restate(
            caller, record_id, reason, expected, source, withdrawn=True, changed_at=changed_at, fence=fence
        )

    async def reinstate(
        self,
        caller: Principal,
        record_id: str,
        reason: str,
        *,
        expected: int | None = None,
        source: str,
    ) -> Result:
        """Bring back a record that was taken back: a version that says why.  Raises as `withdraw` does."""
        return await self._restate(caller, record_id, reason, expected, source, withdrawn=False)

    async def _restate(
        self,
        caller: Principal,
        record_id: str,
        reason: str,
        expected: int | None,
        source: str,
        *,
        withdrawn: bool,
        changed_at: datetime | None = None,
        fence: Fence | None = None,
    ) -> Result:
        kind = kind_of(record_id)
        if kind is None:
            raise HubError(ErrorCode.NOT_FOUND, record_id[:80])
        if not may_post(caller, kind):
            raise refusal_to_post(kind)
        post = Post(caller, kind, source)

        async def restate(connection: Connection) -> list[Result]:
            await timelines.hold_mines_of(connection, kind, record_id)
            head, stored = await _changeable(connection, post, record_id, expected)
            told = Result(
                index=0,
                outcome=Outcome.UNCHANGED,
                record_id=record_id,
                version=head.version,
                payload_hash=head.commitment.hash,
            )
            content = digest(stored.record, stored.stated)
            if changed_at:
                word = last_words.Word(record_id, min(changed_at, self._clock()), taken_back(content))
                await last_words.note(connection, caller.client_id, [word])
            if head.withdrawn is withdrawn:
                return [told]
            known = await references(connection, [stored.record]) if withdrawn or KINDS[kind].by_way_of else ReferenceSet()
            if withdrawn:
                for wrong in stored.record.check_withdrawal(known, record_id):
                    raise HubError(ErrorCode.CONFLICT, wrong.message, field=wrong.path or None)
            elif isinstance(stored.record, LicenceSuccession):
                await successions.check_again(connection, stored.record, record_id)
            envelope = post.envelope(
                record_id, head.version + 1, head.department, commit(content), self._clock(), changed_at=changed_at
            )
            table, links = versions.TABLES[kind], versions.LINKS.get(kind)
            await versions.restate(connection, table, links, envelope, reason, withdrawn=withdrawn)
            action = Action.WITHDRAWN if withdrawn else Action.REINSTATED
            await log.append(connection, [log.Entry(envelope, kind, action, concerned(kind, stored.record, known))])
            mines = KINDS[kind].mines(stored.record)
            await timelines.follow_mines(connection, kind, stored.record, mines, envelope.recorded_at)
            await searching.follow_restated(connection, kind, record_id, stored.record, envelope.version, withdrawn=withdrawn)
            if isinstance(stored.record, LicenceSuccession):
                renumbering = successions.Renumbering(connection, post, envelope.recorded_at)
                await (renumbering.undo(record_id) if withdrawn else renumbering.follow(stored.record, record_id))
            if kind is RecordKind.PENALTY:
                at = envelope.recorded_at
                await discrepancies.follow_withdrawal(connection, caller, record_id, at, withdrawn=withdrawn)
            done = replace(
                told,
                outcome=Outcome.NEW_VERSION,
                version=envelope.version,
                payload_hash=envelope.commitment.hash,
                recorded_at=envelope.recorded_at,
            )
            return [done]

        [done] = await self._commit(restate, fence)
        return done

    async def _commit(self, work: Callable[[Connection], Awaitable[list[Result]]], fence: Fence | None) -> list[Result]:
        async def fenced(connection: Connection) -> list[Result]:
            if fence:
                await fence(connection)
            return await work(connection)

        done = await self._database.commit(fenced)
        self._posted.ring()
        return done

    async def resolve_discrepancy(self, caller: Principal, discrepancy_id: str, reason: str) -> dict[str, Any]:
        """Settle by hand what a copy says otherwise, and say why; the row as it is then.

        Raises NOT_FOUND for who is neither side of it, CONFLICT when it is settled.
        """

        async def settle(connection: Connection) -> dict[str, Any]:
            return await discrepancies.resolve(connection, caller, discrepancy_id, reason, self._clock())

        return await self._database.commit(settle)


async def _changeable(connection: Connection, post: Post, record_id: str, expected: int | None) -> tuple[versions.Head, Stored]:
    """The record that stands, locked, which the caller may change."""
    table = versions.TABLES[post.kind]
    head = await versions.head(connection, table, record_id)
    if head is None:
        raise HubError(ErrorCode.NOT_FOUND, record_id)
    stored = (await versions.current_records(connection, post.kind, [record_id]))[record_id]
    # What is no longer registered still lay somewhere: its records are not everybody's.
    gone = await mines.last_divisions(connection, KINDS[post.kind].mines(stored.record))
    places = await places_of(connection, post.kind, [stored.record], gone)
    for wrong in wrongs(post.caller, post.kind, stored.department, stored.record, places):
        raise HubError(ErrorCode.FORBIDDEN, wrong.message, field=wrong.path or None)
    if post.caller.role is Role.CREDIT_DISCLOSURE and await versions.posted_by_others(
        connection, table, [record_id], post.caller.client_id
    ):
        raise HubError(ErrorCode.FORBIDDEN, stored.department)
    if expected is not None and expected != head.version:
        raise HubError(ErrorCode.CONFLICT, f"version {head.version}", field="expectedVersion")
    return head, stored


async def _store(connection: Connection, post: Post, taken: Sequence[Taken], known: ReferenceSet, now: datetime) -> None:
    """Write the versions and their log entries.  What follows from records is kept here too: after them, before the commit."""
    if not taken:
        return
    stored, entries = [], []
    for verdict in taken:
        draft = verdict.draft
        envelope = post.envelope(
            draft.id, verdict.version, draft.department.value, verdict.commitment, now, changed_at=draft.changed_at
        )
        stored.append(versions.Version(envelope, draft.record, draft.stated, draft.sent_forms))
        action = Action.REINSTATED if verdict.reinstates else Action.REVISED if verdict.version > 1 else Action.POSTED
        entries.append(log.Entry(envelope, post.kind, action, _mines_told(post.kind, verdict, known)))
    rows = Inserts(connection)
    await versions.prepare(connection, rows, versions.TABLES[post.kind], versions.LINKS.get(post.kind), stored)
    log.prepare(rows, entries)
    became = [(verdict.draft, verdict.version) for verdict in taken]
    if any(version > 1 for _, version in became):
        # By what a record was called before it is found too.
        await rows.write()
    await searching.follow(connection, rows, post.kind, became)
    await rows.write()
    await timelines.follow(connection, post.kind, taken, now)
    for draft, _ in became:
        if isinstance(draft.record, LicenceSuccession):
            await successions.Renumbering(connection, post, now).follow(draft.record, draft.id)


def _mines_told(kind: RecordKind, verdict: Taken, known: ReferenceSet) -> tuple[str, ...]:
    """The mines whose followers are told of a version: those that it concerns, and those that it concerned before, for whom it
    is about others now."""
    now = concerned(kind, verdict.draft.record, known)
    before = concerned(kind, verdict.before.record, known) if verdict.before else now
    return now if before == now else tuple(dict.fromkeys((*now, *before)))


async def _keep(connection: Connection, room: Room, post: Post, refused: Sequence[Refused | Stale], now: datetime) -> None:
    """Keep what was refused or came too late, where its sender finds it."""
    if not refused:
        return
    rows = [
        refusal(
            post.caller,
            post.source,
            now,
            verdict.problems,
            verdict.submission.data,
            kind=post.kind,
            reference=verdict.submission.reference,
            withdrawn=verdict.submission.withdrawn,
            changed_at=verdict.submission.changed_at,
            place=verdict.submission.place,
            is_settled=isinstance(verdict, Stale),
        )
        for verdict in refused
    ]
    if is_of_system(post.source):
        await rejections.tell(connection, rows)
        return
    rows, count = room.fit(post.caller, post.source, rows, now)
    if rows:
        await rejections.insert(connection, rows)
    if count:
        await rejections.put(connection, count)


def _follows_others(verdict: Taken | Repeated) -> bool:
    """Whether somebody may have told the record before."""
    return isinstance(verdict, Repeated) or verdict.version > 1


def _words(verdict: Verdict) -> Iterator[last_words.Word]:
    """What a source says by this of how a record stands since when."""
    match verdict:
        case Taken(draft) | Repeated(draft) if draft.changed_at:
            yield last_words.Word(draft.id, draft.changed_at, draft.sent)


def _unrecorded(result: Result) -> Result:
    """A receipt without what would prove that something was kept."""
    is_kept = result.outcome not in (Outcome.ACCEPTED, Outcome.NEW_VERSION)
    return replace(result, payload_hash=result.payload_hash if is_kept else None, recorded_at=None)


def _receipt(verdict: Verdict, now: datetime) -> Result:
    match verdict:
        case Refused(index, submission, problems):
            return Result(index=index, outcome=Outcome.REJECTED, problems=problems, reference=submission.reference)
        case Stale(draft, version, commitment):
            outcome = Outcome.STALE
        case Repeated(draft, version, commitment):
            outcome = Outcome.UNCHANGED
        case Taken(draft, version, commitment):
            outcome = Outcome.NEW_VERSION if version > 1 else Outcome.ACCEPTED
    return Result(
        index=draft.index,
        outcome=outcome,
        record_id=draft.id,
        version=version,
        payload_hash=commitment.hash,
        recorded_at=now,
        problems=verdict.problems,
        reference=draft.submission.reference,
    )
