"""Pulling what changed: the loop that every connector shares, made so that no row is passed over.

A cursor says of each feed up to which moment it was read, and which rows of the time shortly before were taken.  That time
is read again on every pull: what was committed late, with an earlier moment, comes all the same, and what was taken before is
known by its content.  Within a pull each page begins just before the last moment of the one before, so that rows of one moment
may lie across the end of a page.  Where a full page brings nothing new (it holds one moment alone, or the system does not heed
from when it is asked), or the system counts more rows than it gives, that is told.  A system may give fewer rows at once than
it is asked for: a page is full as well where it shows that no more are given.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from base64 import b85encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol

from connectors.base import Batch, Item, Manifest
from connectors.errors import ConnectorError, Incomplete, OperatorMustAct, RefusedForGood, TooMuchAtOnce, TryAgain
from connectors.stamps import Stamp, moment
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.record_kinds import RecordKind

Row = Mapping[str, Any]

#: How many rows of the time that is read again are known by their content; others are posted again, which is free.
_MOST_KNOWN = 5000
#: How often rows of one moment are read again until they stand still, and over how many pages.
_MOST_WALKS, _MOST_PAGES = 5, 200
#: How many resources fail one after the other where it is the system, and how soon the second is to answer.
_MOST_FAILURES, _PATIENCE_SECONDS = 2, 10.0
#: What stands in a list of rows and is none, under a name of its own: it waits in quarantine like other rows.
_NO_ROW = "(no object)"


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One answer of a feed: rows in the order of their change, the name of the field that tells the moment, how many rows were
    asked for, whether more follow and how many rows the feed holds past the moment asked from, where it says so."""

    rows: Sequence[Row]
    stamp: str
    size: int
    more: bool | None = None
    total: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.total, bool) or not isinstance(self.total, int) or self.total < 0:
            object.__setattr__(self, "total", None)

    @property
    def claimed(self) -> int:
        """How many rows follow this page by the system's own word."""
        return max((self.total or 0) - len(self.rows), int(self.more is True))

    @property
    def full(self) -> bool:
        """Whether rows may have been left off for want of room."""
        return self.more is not False and len(self.rows) >= self.size


@dataclass(frozen=True, slots=True)
class Step:
    """What one step of a feed brought: items, the feed's part of the cursor once they are posted, and how many items this step
    and those after it are expected to bring."""

    items: Sequence[Item]
    state: Any
    expected: int | None = None
    #: Files that were read to their end.
    files: Sequence[tuple[RecordKind, str]] = ()


class Feed(Protocol):
    """One resource of a system."""

    @property
    def name(self) -> str: ...

    def steps(self, state: Any) -> AsyncIterator[Step]:
        """What changed since the state that the last step left (None: everything).  Incomplete at the end when not all came."""
        ...


async def pull(cursor: str | None, feeds: Sequence[Feed]) -> AsyncIterator[Batch]:
    """What changed in each feed since the cursor, feed after feed.

    A feed that is refused, fails or does not give all does not hold back the others; it is told at the end.  That it is the
    system is said by the next where it fails too, or does not answer soon.
    """
    states = _read(cursor)
    done = failures = 0
    failed: list[tuple[Feed, ConnectorError]] = []
    missing: dict[str, int] = {}
    for feed in feeds:
        try:
            async for step in _soon(feed.steps(states.get(feed.name)), _PATIENCE_SECONDS if failures else None):
                expected = None if step.expected is None else done + step.expected
                done += len(step.items)
                if step.items or states.get(feed.name) != step.state:
                    states[feed.name] = step.state
                    yield Batch(step.items, json.dumps(states, sort_keys=True), expected, step.files)
            failures = 0
        except Incomplete as short:
            missing |= short.missing
            failures = 0
        except ConnectorError as error:
            failed.append((feed, error))
            failures = 0 if isinstance(error, RefusedForGood | TooMuchAtOnce) else failures + 1
            if failures == _MOST_FAILURES:
                raise failed[-_MOST_FAILURES][1] from None
    if failed:
        raise _of(*failed[0])
    if missing:
        raise Incomplete(missing)


async def _soon(steps: AsyncIterator[Step], patience: float | None) -> AsyncIterator[Step]:
    """The same steps; TryAgain where the first does not come within so many seconds."""
    try:
        async with asyncio.timeout(patience):
            first = await anext(steps, None)
    except TimeoutError:
        raise TryAgain(f"no answer within {patience:g} s") from None
    if first is not None:
        yield first
        async for step in steps:
            yield step


def _of(feed: Feed, error: ConnectorError) -> ConnectorError:
    """The error, which says of what it is."""
    if not str(error).startswith(feed.name):
        error.args = (f"{feed.name}: {error}",)
    return error


def _read(cursor: str | None) -> dict[str, Any]:
    try:
        found = json.loads(cursor or "{}")
        if isinstance(found, dict):
            return found
    except ValueError:
        pass
    raise OperatorMustAct("the stored cursor cannot be read")


@dataclass(frozen=True, slots=True)
class _Told:
    """A row with its moment and what it is known by.  One that tells no moment stands at its neighbour's."""

    row: Row
    stamp: Stamp
    digest: str
    says_when: bool = True


@dataclass(slots=True)
class _Reading:
    """Where a pull of a feed stands: the latest moment, what was taken before and may come again, how many rows the system ever
    gave at once, what was seen now."""

    at: Stamp | None
    known: dict[str, list[str]]
    longest: int
    seen: set[str] = field(default_factory=set)
    #: Of what was seen, what the next pull reads again: moments and what their rows are known by.
    window: list[tuple[Stamp, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StampedFeed:
    """A resource whose rows each carry the moment of their change.  `fetch` is given the moment after which rows are asked for
    ("" for everything); whether that moment itself belongs to them does not matter."""

    name: str
    fetch: Callable[[str], Awaitable[FeedPage]]
    item: Callable[[Row], Item]
    zone: timezone
    look_back: timedelta
    clock: Clock = utc_now

    async def steps(self, state: Any) -> AsyncIterator[Step]:
        reading = self._begin(state)
        since = self._horizon(reading)
        while True:
            page = await self.fetch(since)
            told = self._told(page)
            reading.longest = max(reading.longest, len(told))
            fresh = [one for one in told if one.digest not in reading.seen]
            reading.seen.update(one.digest for one in fresh)
            reading.window += [(one.stamp, one.digest) for one in fresh]
            new = [one for one in fresh if one.digest not in reading.known.get(one.stamp.text, ())]
            if told and (reading.at is None or told[-1].stamp.instant > reading.at.instant):
                reading.at = told[-1].stamp
            last = not fresh or (page.more is False and not page.claimed)
            expected = None if page.total is None else max(page.total - len(told), 0) + len(new)
            items = [self._item(one, page.stamp) for one in new]
            yield Step(items, self._state(reading, None if last else told[-1].stamp), expected)
            if last:
                break
            since = told[-1].stamp.just_before(self.zone)
        if not fresh and told and (page.full or await self._is_short(told, reading.longest)):
            raise TooMuchAtOnce(f"{self.name}: at {told[-1].stamp.text} more rows changed than a page of {len(told)} holds")
        if page.claimed:
            raise Incomplete({self.name: page.claimed})

    def _item(self, told: _Told, stamp: str) -> Item:
        item = self.item(told.row)
        if told.says_when:
            return replace(item, changed_at=told.stamp.instant)
        # It is what the system holds now.  How it changes hereafter only a list that is read from its start shows.
        return replace(item, drift=(*item.drift, f"{stamp} (no moment)"))

    async def _is_short(self, told: Sequence[_Told], longest: int) -> bool:
        """Whether a last page is as long as the system lets any be, though more rows were asked for.

        Where it never gave more at once, this shows in what it gives from its start: no more rows, and not these; or these, and
        others that follow them.  Of a table that is one moment alone nobody can tell.
        """
        if len(told) < longest:
            return False
        first = self._told(await self.fetch(""))
        if len(first) > len(told):
            return False
        if not {one.digest for one in told} <= {one.digest for one in first}:
            return True
        last = told[-1].stamp
        # Past the last moment that can be told there is none.
        with suppress(OverflowError):
            for since in (last.text, last.just_after(self.zone)):
                if any(one.stamp.instant > last.instant for one in self._told(await self.fetch(since))):
                    return True
        return False

    def _begin(self, state: Any) -> _Reading:
        if isinstance(state, str):
            state = {"at": state, "known": {}}
        try:
            at = Stamp.read(state["at"], self.zone) if state and state["at"] else None
            known = {moment: list(digests) for moment, digests in state["known"].items()} if state else {}
            return _Reading(at, known, int(state.get("longest", 0)) if state else 0)
        except (TypeError, KeyError, ValueError, AttributeError):
            raise OperatorMustAct(f"{self.name}: the stored cursor cannot be read") from None

    def _horizon(self, reading: _Reading) -> str:
        """From where a pull reads again."""
        return reading.at.moved(self._again_from(reading.at), self.zone) if reading.at else ""

    def _again_from(self, at: Stamp) -> datetime:
        # A clock that ran ahead there must not hide what comes once it is set right.
        return min(at.instant, self.clock()) - self.look_back

    def _told(self, page: FeedPage) -> list[_Told]:
        """The rows with their moments; RefusedForGood when none tells one, or when they are not in the order of change."""
        stamps = [self._stamp(row.get(page.stamp)) for row in page.rows]
        last = next((stamp for stamp in stamps if stamp), None)
        if page.rows and last is None:
            raise RefusedForGood(f"{self.name}: no row has a moment in {page.stamp}")
        told: list[_Told] = []
        for row, stamp in zip(page.rows, stamps, strict=True):
            assert last is not None
            if stamp and stamp.instant < last.instant:
                raise RefusedForGood(f"{self.name}: the rows are not in the order of {page.stamp}")
            last = stamp or last
            told.append(_Told(row, last, _digest(row), stamp is not None))
        return told

    def _stamp(self, told: object) -> Stamp | None:
        try:
            return Stamp.read(str(told or ""), self.zone)
        except (ValueError, OverflowError):
            return None

    def _state(self, reading: _Reading, up_to: Stamp | None) -> dict[str, Any]:
        """The cursor after a page.  What was taken before stays known only past `up_to`, up to where it was read again."""
        if reading.at is None:
            return {"at": "", "known": {}}
        horizon = self._again_from(reading.at)
        reading.window = [one for one in reading.window if one[0].instant >= horizon][-_MOST_KNOWN:]
        known: dict[str, list[str]] = {}
        for stamp, digest in reading.window:
            known.setdefault(stamp.text, []).append(digest)
        if up_to:
            known |= {
                moment: digests
                for moment, digests in reading.known.items()
                if Stamp.read(moment, self.zone).instant > up_to.instant
            }
        return {"at": reading.at.text, "known": known, "longest": reading.longest}


def _digest(row: Row) -> str:
    said = json.dumps(row, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
    return b85encode(hashlib.sha256(said).digest()[:12]).decode()


def each(
    resources: Mapping[str, Any],
    fetch: Callable[[str, str], Awaitable[FeedPage]],
    manifest: Manifest,
    clock: Clock = utc_now,
) -> list[StampedFeed]:
    """A feed for each resource of a system; `fetch` is given the resource's name and the moment."""

    def feed(name: str) -> StampedFeed:
        return StampedFeed(
            name, lambda since: fetch(name, since), resources[name].item, manifest.zone, manifest.look_back, clock
        )

    return [feed(name) for name in resources]


async def past_one_moment(page: Callable[[int], Awaitable[FeedPage]]) -> FeedPage:
    """The first of a list's numbered pages; where it holds one moment alone, those that follow until there is another, as one.

    What changes meanwhile leaves its moment, and moves others from a page that is still to come to one that was read: the pages
    are read again until they stand still.  TryAgain when they do not; TooMuchAtOnce for a moment without end.
    """
    before: Sequence[Row] | None = None
    for _ in range(_MOST_WALKS):
        told = await page(1)
        rows, pages = list(told.rows), 1
        while told.full and rows[0].get(told.stamp) == rows[-1].get(told.stamp):
            if pages == _MOST_PAGES:
                # What stands there is not read yet, and may be anything: it is told to nobody.
                raise TooMuchAtOnce(f"more rows changed at one moment than {pages} pages hold")
            following = await page(pages + 1)
            if following.rows == told.rows:
                # Some systems tell their last page again when they are asked for one past it.
                told = replace(told, more=False)
            else:
                told, pages = following, pages + 1
                rows += told.rows
        if pages == 1 or rows == before:
            return replace(told, rows=rows, size=told.size * pages)
        before = rows
    raise TryAgain("rows of one moment change while they are read")


def moment_of(row: Row, name: str, zone: timezone) -> datetime | None:
    """When a row changed, by the field that tells it; None where it does not."""
    return moment(row.get(name), zone)


def rows_of(answer: Any, *path: str) -> list[Row]:
    """The list of objects at a path of a JSON answer; RefusedForGood when it is not there, or holds other things alone."""
    for step in path:
        answer = answer.get(step) if isinstance(answer, dict) else None
    if not isinstance(answer, list) or (answer and not any(isinstance(row, dict) for row in answer)):
        raise RefusedForGood(f"the answer has no list at {'.'.join(path)}")
    return [row if isinstance(row, dict) else {_NO_ROW: row} for row in answer]
