"""Posting: the one way in.  Mutation, pull, push and import all end here.

validate → authorise → recognise repeats → store version → log → receipt, in one transaction.  A bad item never sinks the good
ones, and what is refused is kept where it can be found.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from auth.principals import Principal, Role
from auth.rules import may_post
from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.declaring.references import ReferenceQuery, ReferenceSet, Stored
from hub.domain.log import Action
from hub.domain.record_kinds import RecordKind, kind_of
from hub.domain.words.divisions import lies_within
from hub.domain.words.errors import ErrorCode, HubError, Problem
from hub.services.posting.drafts import Draft, Submission, read
from hub.services.posting.refusals import refusal
from hub.storage.engine.database import Connection, Database
from hub.storage.records import authorities, log, mines
from hub.storage.records import versions as records
from hub.storage.records.envelope import Envelope
from hub.storage.records.versions import LINKS, TABLES
from hub.storage.views import rejections

MOST_ITEMS = 1000
_BREATH = 100


class Outcome(StrEnum):
    """已接收, 内容未变, 新版本, 已拒绝."""

    ACCEPTED = "ACCEPTED"
    UNCHANGED = "UNCHANGED"
    NEW_VERSION = "NEW_VERSION"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The receipt of one item.  A rejected item has problems and nothing else."""

    index: int
    outcome: Outcome
    record_id: str | None = None
    version: int | None = None
    payload_hash: str | None = None
    recorded_at: datetime | None = None
    problems: Sequence[Problem] = ()
    reference: str | None = None


class Posting:
    """The pipeline over one database."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def post(
        self, caller: Principal, kind: RecordKind, submissions: Sequence[Submission], *, source: str, keep_refused: bool = True
    ) -> list[Result]:
        """Post up to 1,000 items of one kind; one result each, in order.

        Raises FORBIDDEN when the caller may not post the kind, BATCH_TOO_LARGE for more items.  `source` names the way in.
        What is refused is kept, unless it is kept already (`keep_refused`).
        """
        if not may_post(caller, kind):
            raise HubError(ErrorCode.FORBIDDEN, f"{kind.value}:post")
        if len(submissions) > MOST_ITEMS:
            raise HubError(ErrorCode.BATCH_TOO_LARGE, f"≤ {MOST_ITEMS}")
        drafts = []
        today = china_day(self._clock())
        for index, submission in enumerate(submissions):
            drafts.append(read(caller, kind, index, submission, today))
            if index % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)

        async def store(connection: Connection) -> list[Result]:
            return await self._store(connection, caller, kind, drafts, source, keep_refused=keep_refused)

        return await self._database.commit(store) if drafts else []

    async def _store(
        self,
        connection: Connection,
        caller: Principal,
        kind: RecordKind,
        drafts: Sequence[Draft],
        source: str,
        *,
        keep_refused: bool,
    ) -> list[Result]:
        now = self._clock()
        late = await self._check_registrations(connection, caller, kind, [d for d in drafts if not d.problems])
        good = [d for d in drafts if not d.problems and d.index not in late]
        heads = await records.heads(connection, TABLES[kind], (d.id for d in good)) if good else {}
        results: dict[int, Result] = {}
        versions: list[records.Version] = []
        entries: list[log.Entry] = []
        known_records = await self._wanted(connection, good)
        for draft in good:
            record, department = draft.record, draft.department
            assert record is not None
            assert department is not None
            head = heads.get(draft.id)
            known = head.version if head else 0
            if head and head.payload_hash == draft.hash:
                results[draft.index] = self._result(draft, Outcome.UNCHANGED, known, now)
                continue
            if draft.expected is not None and draft.expected != known:
                late[draft.index] = [Problem("expectedVersion", ErrorCode.VERSION_CONFLICT, f"{known}")]
                continue
            if misfits := list(record.check_against(known_records, draft.id, department)):
                late[draft.index] = misfits
                continue
            known_records.add(kind.value, Stored(draft.id, department, record))
            envelope = Envelope(
                record_id=draft.id,
                version=known + 1,
                department=department.value,
                source=source,
                posted_by=caller.client_id,
                recorded_at=now,
                payload_hash=draft.hash,
            )
            versions.append(records.Version(envelope, record))
            action = Action.REVISED if head else Action.POSTED
            entries.append(log.Entry(envelope, kind, action, draft.mines))
            heads[draft.id] = records.Head(draft.id, known + 1, draft.hash, False, department.value)
            outcome = Outcome.NEW_VERSION if head else Outcome.ACCEPTED
            results[draft.index] = self._result(draft, outcome, known + 1, now)
        if versions:
            await records.store(connection, TABLES[kind], LINKS.get(kind), versions)
            await log.append(connection, entries)
        refused = [(d, late.get(d.index) or d.problems) for d in drafts if d.index not in results]
        if refused:
            rows = [
                refusal(
                    caller,
                    source,
                    now,
                    problems,
                    d.submission.data,
                    kind=kind,
                    reference=d.submission.reference,
                    withdrawn=d.submission.withdrawn,
                )
                for d, problems in refused
            ]
            if keep_refused:
                await rejections.insert(connection, rows)
            for draft, problems in refused:
                results[draft.index] = Result(
                    index=draft.index,
                    outcome=Outcome.REJECTED,
                    problems=problems,
                    reference=draft.submission.reference,
                )
        return [results[draft.index] for draft in drafts]

    @staticmethod
    async def _wanted(connection: Connection, drafts: Sequence[Draft]) -> ReferenceSet:
        """The stored records that the drafts are held against, one statement for each kind and field."""
        values: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for draft in drafts:
            for wanted in draft.record.references() if draft.record else ():
                values[wanted.kind, wanted.field].update(wanted.values)
        known = ReferenceSet()
        for (kind, field), some in sorted(values.items()):
            for stored in await records.live_records(connection, ReferenceQuery(kind, field, tuple(some))):
                known.add(kind, stored)
        return known

    async def _check_registrations(
        self, connection: Connection, caller: Principal, kind: RecordKind, drafts: Sequence[Draft]
    ) -> dict[int, list[Problem]]:
        """What only the stored graph can tell: unknown mines, mines outside the jurisdiction, another department's organ."""
        found: dict[int, list[Problem]] = {}
        named = {d.index: d.mines for d in drafts} if kind is not RecordKind.MINE else {}
        divisions = await mines.divisions_of(connection, (no for nos in named.values() for no in nos))
        owners = await authorities.departments_of(connection, (d.organ for d in drafts if d.organ))
        for draft in drafts:
            problems = []
            several = hasattr(draft.record, "mines")
            for position, number in enumerate(named.get(draft.index, ())):
                path = f"mines.{position}" if several else "licenceNo"
                if number not in divisions:
                    problems.append(Problem(path, ErrorCode.UNKNOWN_MINE, number))
                elif not lies_within(divisions[number], caller.division_code):
                    problems.append(Problem(path, ErrorCode.OUTSIDE_JURISDICTION, number))
            owner = owners.get(draft.organ or "")
            if owner and owner != draft.department:
                problems.append(Problem("authorityCode", ErrorCode.WRONG_DEPARTMENT, owner))
            if problems:
                found[draft.index] = problems
        return found

    @staticmethod
    def _result(draft: Draft, outcome: Outcome, version: int, now: datetime) -> Result:
        return Result(
            index=draft.index,
            outcome=outcome,
            record_id=draft.id,
            version=version,
            payload_hash=draft.hash,
            recorded_at=now,
            reference=draft.submission.reference,
        )

    async def withdraw(
        self, caller: Principal, record_id: str, reason: str, *, expected: int | None = None, source: str
    ) -> Result:
        """Take a record back: a version that says why.  The history stays.

        Withdrawing what is withdrawn changes nothing.  Raises NOT_FOUND, FORBIDDEN (another department's record), and CONFLICT
        when `expected` is not the newest version.
        """
        kind = kind_of(record_id)
        if kind is None:
            raise HubError(ErrorCode.NOT_FOUND, record_id[:80])
        if not may_post(caller, kind):
            raise HubError(ErrorCode.FORBIDDEN, f"{kind.value}:post")

        async def store(connection: Connection) -> Result:
            head = (await records.heads(connection, TABLES[kind], [record_id])).get(record_id)
            if head is None:
                raise HubError(ErrorCode.NOT_FOUND, record_id)
            if caller.role is Role.DEPARTMENT and head.department != caller.department:
                raise HubError(ErrorCode.FORBIDDEN, head.department)
            if expected is not None and expected != head.version:
                raise HubError(ErrorCode.CONFLICT, f"version {head.version}", field="expectedVersion")
            concerned = await records.mines_of(connection, TABLES[kind], LINKS.get(kind), head)
            inside = await mines.divisions_of(connection, concerned)
            if not all(lies_within(division, caller.division_code) for division in inside.values()):
                raise HubError(ErrorCode.FORBIDDEN, ErrorCode.OUTSIDE_JURISDICTION)
            if head.withdrawn:
                return Result(
                    index=0,
                    outcome=Outcome.UNCHANGED,
                    record_id=record_id,
                    version=head.version,
                    payload_hash=head.payload_hash,
                )
            envelope = Envelope(
                record_id=record_id,
                version=head.version + 1,
                department=head.department,
                source=source,
                posted_by=caller.client_id,
                recorded_at=self._clock(),
                payload_hash=head.payload_hash,
            )
            await records.withdraw(connection, TABLES[kind], LINKS.get(kind), envelope, reason)
            await log.append(connection, [log.Entry(envelope, kind, Action.WITHDRAWN, concerned)])
            return Result(
                index=0,
                outcome=Outcome.NEW_VERSION,
                record_id=record_id,
                version=envelope.version,
                payload_hash=envelope.payload_hash,
                recorded_at=envelope.recorded_at,
            )

        return await self._database.commit(store)
