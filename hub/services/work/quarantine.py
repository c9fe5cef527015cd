"""The quarantine of departments' systems: what they tell and could not be taken waits here, and is tried again.

What waits is claimed by a statement before it is tried, so that of several processes one tries it; the claim is held by the
transaction that posts, and ends by itself where its holder is gone.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from auth.principals import Principal
from connectors.base import Direction, Item, Manifest
from connectors.errors import TryAgain
from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.declaring.fields import validate
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.rejections import Choice, RejectionState
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.outcomes import Outcome
from hub.domain.words.places import Place
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Fence, Posting
from hub.services.posting.receipts import Result
from hub.services.posting.refusals import kept_payload, problems_kept, refusal
from hub.services.posting.sources import of_system
from hub.services.work.comparison import Seen
from hub.services.work.systems import submission_of, submit, system_of
from hub.storage.engine.database import Connection, Database
from hub.storage.views import rejections

#: How many of what waits are tried together, and how many such parts by one run: those first that were tried longest ago.
_MOST_TRIED = 500
_MOST_PARTS = 10
#: What is claimed and not settled is free again after this.
CLAIM = timedelta(minutes=2)

#: The item of what a system told and the hub kept, by the mapping as it is now.
ReadAgain = Callable[[str, RecordKind, Mapping[str, Any]], Item | None]


@dataclass(frozen=True, slots=True)
class Waited:
    """What waited before a run: its kind, the file in which it came, and how often it had been told."""

    kind: str
    file: str | None
    times: int


#: What waited, by id.
Before = Mapping[str, Waited]


class ClaimLostError(TryAgain):
    """Another has taken over what was claimed, or has settled it."""


@dataclass(slots=True)
class Claimed:
    """What is one's own to try."""

    token: str
    rows: Sequence[Any]
    #: What is wrong with an item now, by its id, where that is something else than it was.
    wrong: dict[str, list[dict[str, str | None]]] = field(default_factory=dict)


def unread(place: int, item: Item) -> Result:
    """What is told of an item that could not be mapped."""
    problem = Problem(item.field, ErrorCode.UNREADABLE_ITEM, item.error)
    return Result(index=place, outcome=Outcome.REJECTED, problems=[problem], reference=item.reference)


class Quarantine:
    """Keeps and retries what could not be taken."""

    def __init__(
        self,
        database: Database,
        posting: Posting,
        clock: Clock = utc_now,
        *,
        read_again: ReadAgain = lambda _code, _kind, _kept: None,
    ) -> None:
        self._database = database
        self._posting = posting
        self._clock = clock
        self._read_again = read_again

    async def set_aside(self, manifest: Manifest, kind: RecordKind, items: Sequence[Item], fence: Fence) -> list[Result]:
        """Keep items that could not be mapped."""
        now, caller, source = self._clock(), system_of(manifest), of_system(manifest.code)
        results = [unread(place, item) for place, item in enumerate(items)]
        rows = [
            refusal(
                caller,
                source,
                now,
                result.problems,
                item.raw,
                kind=kind,
                reference=item.reference,
                changed_at=item.changed_at,
                place=item.place,
                partial=item.partial or {},
                wrong=_wrong(kind, item.partial or {}, now),
            )
            for item, result in zip(items, results, strict=True)
        ]
        async with self._database.transaction() as connection:
            await fence(connection)
            await rejections.tell(connection, rows)
        return results

    async def taken(self, manifest: Manifest, kind: RecordKind, results: Sequence[Result], fence: Fence) -> int:
        """What was taken waits no longer under its name; how many names that were."""
        last = {result.reference: result for result in results}
        taken = {reference: result for reference, result in last.items() if reference and result.record_id}
        source = of_system(manifest.code)
        if not taken:
            return 0
        async with self._database.connection() as connection:
            waiting = await rejections.waiting_among(connection, source, kind.value, taken)
        if waiting:
            async with self._database.transaction() as connection:
                await fence(connection)
                await self._settle_names(connection, source, kind, {name: taken[name] for name in waiting})
        return len(taken)

    async def _settle_names(self, connection: Connection, source: str, kind: RecordKind, taken: Mapping[str, Result]) -> None:
        for state in (RejectionState.TAKEN, RejectionState.STALE):
            rows = [
                {"of_source": source, "of_kind": kind.value, "of_reference": name, "became": result.record_id}
                for name, result in taken.items()
                if _state(result) is state
            ]
            if rows:
                await rejections.settle(connection, rows, self._clock(), state)

    async def before(self, manifest: Manifest) -> Before:
        """What waits before a run."""
        async with self._database.connection() as connection:
            rows = await rejections.waiting(connection, of_system(manifest.code))
        return {row.id: Waited(row.kind, row.file, row.times) for row in rows}

    async def file_read(self, before: Before, kind: RecordKind, file: str, fence: Fence) -> None:
        """A file was read to its end: what waited of it before, and was not told again, it says otherwise now."""
        of_file = {one: waited for one, waited in before.items() if (waited.kind, waited.file) == (kind, file)}
        await self._end(of_file, RejectionState.REPLACED, fence)

    async def list_read(self, manifest: Manifest, before: Before, fence: Fence) -> None:
        """A system was read from its start to its end: what waited before, and was not told again, it tells no longer.

        Of one that pushes as well nobody knows whether it lists what it pushed.
        """
        if Direction.RECEIVE not in manifest.directions:
            await self._end(before, RejectionState.VANISHED, fence)

    async def _end(self, before: Before, state: RejectionState, fence: Fence) -> None:
        if not before:
            return
        async with self._database.transaction() as connection:
            await fence(connection)
            told = await rejections.times_told(connection, before)
            untold = {one: None for one, times in told.items() if times == before[one].times}
            await rejections.settle_each(connection, untold, self._clock(), state)

    async def retry(self, manifest: Manifest, fence: Fence, seen: Seen) -> int:
        """Post again what waits of a source, for as long as some of it is taken: what it pointed to may have come since, or
        have waited with it.  How many items were taken."""
        source, total = of_system(manifest.code), 0
        async with self._database.connection() as connection:
            if not await rejections.anything_waits(connection, source):
                return 0
        while True:
            before, tried = total, set[str]()
            for _ in range(_MOST_PARTS):
                claimed = await self.claim(Choice(source=source), _MOST_TRIED, tried, fence)
                tried |= {row.id for row in claimed.rows}
                total += await self._try(manifest, claimed, fence, seen)
                if len(claimed.rows) < _MOST_TRIED:
                    break
            if total == before:
                return total

    async def claim(self, choice: Choice, most: int, but: Collection[str] = (), fence: Fence | None = None) -> Claimed:
        """Take up to so many of what is meant and waits for oneself."""
        token = uuid.uuid4().hex
        async with self._database.transaction() as connection:
            if fence:
                await fence(connection)
            now = self._database.clock.now()
            return Claimed(
                token, await rejections.claim(connection, choice, token, now=now, until=now + CLAIM, limit=most, but=but)
            )

    def held(self, claimed: Claimed, ids: Collection[str], fence: Fence | None = None) -> Fence:
        """A fence that lets through only who still holds the claim to these."""

        async def hold(connection: Connection) -> None:
            if fence:
                await fence(connection)
            if not await rejections.hold(connection, claimed.token, ids, self._database.clock.now() + CLAIM):
                raise ClaimLostError("what was to be tried again is tried by another, or was settled meanwhile")

        return hold

    async def release(self, claimed: Claimed) -> None:
        """Give back what is claimed and waits on."""
        async with self._database.transaction() as connection:
            await rejections.release(connection, claimed.token, claimed.wrong)

    async def _try(self, manifest: Manifest, claimed: Claimed, fence: Fence, seen: Seen) -> int:
        count = 0
        try:
            for kind, rows in groupby(sorted(claimed.rows, key=lambda row: str(row.kind)), key=lambda row: str(row.kind)):
                results = await self.post(system_of(manifest), RecordKind(kind), list(rows), claimed, fence)
                seen.take(RecordKind(kind), results.values())
                count += sum(result.record_id is not None for result in results.values())
        except ClaimLostError:
            pass
        finally:
            await self.release(claimed)
        return count

    async def post(
        self,
        caller: Principal,
        kind: RecordKind,
        rows: Sequence[Any],
        claimed: Claimed,
        fence: Fence | None = None,
    ) -> dict[str, Result]:
        """Post rows of one kind and one source again, and settle what is taken; what became of each that could be read."""
        read = [(row, submission) for row in rows if (submission := self.submission(row)) is not None]
        if not read:
            return {}
        source, ids = rows[0].source, [row.id for row, _ in read]
        hold = self.held(claimed, ids, fence)
        submissions = [submission for _, submission in read]
        told = await submit(self._posting, caller, kind, submissions, source=source, fence=hold, keep_refused=False)
        results = {row.id: result for (row, _), result in zip(read, told, strict=True)}
        await self.settle(source, kind, {row.id: row.reference for row, _ in read}, results, hold)
        for row, _ in read:
            before = json.loads(row.problems)
            now_wrong = _placed(problems_kept(results[row.id].problems), before)
            if not results[row.id].record_id and now_wrong != before:
                claimed.wrong[row.id] = now_wrong
        return results

    async def settle(
        self,
        source: str,
        kind: RecordKind,
        names: Mapping[str, str | None],
        results: Mapping[str, Result],
        fence: Fence,
        *,
        state: RejectionState | None = None,
        by: str | None = None,
        reason: str | None = None,
    ) -> None:
        """What was taken of what is claimed waits no longer, nor does what else waits of its source under its name."""
        taken = {one: result for one, result in results.items() if result.record_id}
        if not taken:
            return
        now = self._clock()
        async with self._database.transaction() as connection:
            await fence(connection)
            for each in {state or _state(result) for result in taken.values()}:
                became = {one: result.record_id for one, result in taken.items() if (state or _state(result)) is each}
                await rejections.settle_each(connection, became, now, each, by=by, reason=reason)
            last = {names[one]: result for one, result in results.items()}
            named = {name: result for name, result in last.items() if name and result.record_id}
            await self._settle_names(connection, source, kind, named)

    def submission(self, row: Any) -> Submission | None:
        """What of a kept row can be posted; None for what cannot be read by its mapping."""
        kept = kept_payload(row.payload)
        if isinstance(kept, dict) and kept.keys() == {"beginning", "characters"}:
            # Too long to have been kept whole.
            return None
        place = Place(row.file, row.sheet or "", row.row or 0) if row.file else None
        if not row.is_raw:
            return Submission(kept, row.reference, row.withdrawn, row.changed_at, place)
        item = self.item(row)
        if item is None or item.data is None:
            return None
        submission = submission_of(item)
        return Submission(submission.data, submission.reference, submission.withdrawn, row.changed_at, place)

    def item(self, row: Any) -> Item | None:
        """The item of a kept row in its system's words, by the mapping as it is now."""
        kept = kept_payload(row.payload)
        code = row.source.partition(":")[2]
        return self._read_again(code, RecordKind(row.kind), kept) if isinstance(kept, dict) else None


def _placed(
    problems: Sequence[dict[str, str | None]], before: Sequence[Mapping[str, str | None]]
) -> list[dict[str, str | None]]:
    """Problems with the cells that are known of what was wrong before."""
    cells = {one["path"]: {"cell": one["cell"]} for one in before if "cell" in one}
    return [{**one, **cells.get(one["path"], {})} for one in problems]


def _state(result: Result) -> RejectionState:
    return RejectionState.STALE if result.outcome is Outcome.STALE else RejectionState.TAKEN


def _wrong(kind: RecordKind, partial: Mapping[str, Any], now: datetime) -> list[str]:
    """What is the matter with the part of an item that could be read: it is shown to nobody."""
    _, problems = validate(KINDS[kind].payload, dict(partial), china_day(now))
    return [problem.path for problem in problems if problem.code is not ErrorCode.REQUIRED]
