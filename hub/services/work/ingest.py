"""Running a connector: pull → post → cursor, with quarantine, breaker and freshness.  Pushed messages go the same way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from connectors.base import Connector, Incoming, Item, Manifest
from connectors.errors import ConnectorError, Incomplete, RefusedForGood, TryAgain
from hub.domain.calendar.moments import LEEWAY, Clock, china_time, utc_now
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.departments import LONGEST_PAUSE
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.pipeline import MOST_ITEMS, Fence, Posting
from hub.services.posting.receipts import Result
from hub.services.posting.sources import of_system
from hub.services.work.ahead import one_ahead
from hub.services.work.comparison import Seen, compare, found_again
from hub.services.work.leases import EndingError, HeldElsewhereError, Lease, Leases, TakenOverError, about
from hub.services.work.quarantine import Before, Quarantine, unread
from hub.services.work.reconciliation import reconcile
from hub.services.work.reports import Ended, Report
from hub.services.work.systems import submission_of, submit, system_of
from hub.storage.engine.database import Connection, Database
from hub.storage.records import vanished
from hub.storage.views import departments
from hub.storage.work import leases

#: After so many failures in a row the breaker opens, for longer with every further one.
_BREAKER_AFTER = 5
_COMPARED_AGAIN = timedelta(days=1)
_MOST_ERROR = 500
_MOST_SHOWN = 50


#: What others' records point to.
_REGISTERS = frozenset({RecordKind.MINE, RecordKind.ENTERPRISE, RecordKind.AUTHORITY})
#: How many systems are pulled at one time.
_SIDE_BY_SIDE = 8


#: A register that was never pulled goes before the others, which wait for it no longer than this.
_REGISTERS_FIRST_SECONDS = 60.0


#: Told after every batch: items done so far, and items expected in all where the system says so.
Progress = Callable[[int, int | None], None]


#: Whether a message that has proven to be its sender's comes for the first time.
FirstUse = Callable[[], Awaitable[bool]]


async def _always_first() -> bool:
    return True


class Ingest:
    """Runs connectors against the posting pipeline."""

    def __init__(
        self,
        database: Database,
        posting: Posting,
        clock: Clock = utc_now,
        *,
        leasing: Leases | None = None,
        quarantine: Quarantine | None = None,
        registers_first: float = _REGISTERS_FIRST_SECONDS,
    ) -> None:
        self._database = database
        self._leases = leasing or Leases(database)
        self._quarantine = quarantine or Quarantine(database, posting, clock)
        self._posting = posting
        self._clock = clock
        self._registers_first = registers_first

    async def declare(self, manifest: Manifest) -> None:
        """Make a source known, so that its freshness can be told before its first pull."""
        async with self._database.transaction() as connection:
            await departments.declare(
                connection,
                code=manifest.code,
                department=manifest.department.value if manifest.department else None,
                chinese_name=manifest.chinese,
                english_name=manifest.english,
                interface=manifest.interface,
                refresh_minutes=manifest.refresh_minutes,
                kinds=[kind.value for kind in manifest.kinds],
                of_mines=any(KINDS[kind].concerns_mines for kind in manifest.kinds),
            )

    async def run_all(
        self, connectors: Mapping[str, Connector], progress: Callable[[str], Progress], *, whole: bool = False
    ) -> AsyncIterator[Ended]:
        """Pull several systems side by side, and tell of each as it ends: a slow or broken one costs only itself.

        What others point to comes before them: a register that was never pulled is waited for, but not for ever.
        """
        bound = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def pulled(code: str) -> Ended:
            async with bound:
                report, began = Report(), asyncio.get_running_loop().time()
                error: Exception | None = None
                try:
                    await self.run(connectors[code], progress(code), whole=whole, report=report)
                except Exception as ended:
                    error = ended
                return Ended(code, report, error, asyncio.get_running_loop().time() - began)

        pulls: list[asyncio.Task[Ended]] = []
        try:
            patience = asyncio.get_running_loop().time() + self._registers_first
            told = set()
            for code in [code for code, connector in connectors.items() if await self._is_new_register(connector.manifest)]:
                pulls.append(asyncio.create_task(pulled(code), name=code))
                left = max(0.0, patience - asyncio.get_running_loop().time())
                for done in (await asyncio.wait(pulls[-1:], timeout=left))[0]:
                    told.add(done)
                    yield await done
            begun = {task.get_name() for task in pulls}
            pulls += [asyncio.create_task(pulled(code), name=code) for code in connectors if code not in begun]
            for ended in asyncio.as_completed([task for task in pulls if task not in told]):
                yield await ended
        finally:
            for task in pulls:
                task.cancel()
            await asyncio.gather(*pulls, return_exceptions=True)

    async def _is_new_register(self, manifest: Manifest) -> bool:
        return self.is_register(manifest) and await self.is_new(manifest)

    @staticmethod
    def is_register(manifest: Manifest) -> bool:
        """Whether others' records point to what a source tells."""
        return not _REGISTERS.isdisjoint(manifest.kinds)

    async def is_new(self, manifest: Manifest) -> bool:
        """Whether nothing ever came of a source."""
        async with self._database.connection() as connection:
            known = await departments.state(connection, manifest.code)
        return known is None or known.cursor is None

    async def has_succeeded(self, manifest: Manifest) -> bool:
        """Whether a source was ever pulled to its end."""
        async with self._database.connection() as connection:
            known = await departments.shown(connection, manifest.code)
        return known is not None and known["last_success_at"] is not None

    async def pause_of(self, manifest: Manifest) -> timedelta | None:
        """For how long a source is left alone yet; None for one that is not."""
        async with self._database.connection() as connection:
            known = await departments.state(connection, manifest.code)
        return _pause(known, self._clock()) if known else None

    async def run(
        self,
        connector: Connector,
        progress: Progress | None = None,
        *,
        whole: bool = False,
        report: Report | None = None,
    ) -> Report:
        """Pull what changed since the stored cursor, or everything anew (`whole`): what is here already changes nothing.

        What comes is counted in `report`.  Raises the `ConnectorError` that ended the pull, after writing it down; what came
        before is stored.  One run of a source goes at a time: HeldElsewhereError while another's is under way, TakenOverError
        when another took over from this one, which posts nothing more of what it fetched earlier.
        """
        async with self._leases.held(lease_name(connector.manifest)) as lease:
            return await self.run_under(lease, connector, progress, whole=whole, report=report)

    async def run_under(
        self,
        lease: Lease,
        connector: Connector,
        progress: Progress | None = None,
        *,
        whole: bool = False,
        report: Report | None = None,
    ) -> Report:
        """The same for who holds the source already.  Raises EndingError between two batches when the hub is being stopped."""
        report = report or Report()
        await self.declare(connector.manifest)
        try:
            await self._run(connector, lease, progress or _untold, report, whole=whole)
        except Exception as error:
            lease.outcome = _line(error)
            raise
        lease.outcome = f"INCOMPLETE: {Incomplete(report.missing)}" if report.missing else "OK"
        if report.reconciled is not None:
            lease.outcome += f": {report.reconciled}"
        lease.due_in(about(timedelta(minutes=connector.manifest.refresh_minutes)))
        return report

    async def _run(self, connector: Connector, lease: Lease, progress: Progress, report: Report, *, whole: bool) -> None:
        manifest = connector.manifest
        async with self._database.connection() as connection:
            state = await departments.state(connection, manifest.code)
        assert state is not None, "declared"
        now = self._clock()
        _check_pause(manifest, state, now)
        due = manifest.compare_days > 0 and not (state.compare_at and now < state.compare_at <= now + _furthest(manifest))
        whole = whole or due or state.cursor is None
        facts: dict[str, object] = {"last_attempt_at": now}
        if whole:
            # One that fails is tried again after a day, so that meanwhile a pull is no longer than what changed.
            facts["compare_at"] = now + _COMPARED_AGAIN
        async with self._database.transaction() as connection:
            await lease.hold(connection)
            await departments.note(connection, manifest.code, None, **facts)
            await departments.count_from(connection, manifest.code, now)
        before = await self._quarantine.before(manifest)
        try:
            since = replace(state, cursor=None) if whole else state
            await self._pull(connector, since, lease, report, progress, before)
        except Incomplete as short:
            report.missing = short.missing
        except (TakenOverError, EndingError):
            raise
        except ConnectorError as error:
            await self._failed(manifest, lease.hold, state.failures + 1, error)
            raise
        if whole and manifest.compare_days and not report.missing:
            await self._quarantine.list_read(manifest, before, lease.hold)
        report.quarantined -= min(await self._quarantine.retry(manifest, lease.hold, report.seen), report.quarantined)
        ended, missing = self._clock(), sum(report.missing.values())
        facts = {"failures": 0, "last_error": None, "paused_until": None, "items_missing": missing}
        if report.missing:
            facts["last_error"] = f"INCOMPLETE: {Incomplete(report.missing)}"[:_MOST_ERROR]
        else:
            facts["last_success_at"] = ended
            facts["fresh_until"] = ended + timedelta(minutes=manifest.refresh_minutes)
            if whole and not report.drift:
                facts |= {"drift": None, "drift_since": None}
            if whole and manifest.compare_days:
                facts |= {"compared_at": now, "compare_at": now + timedelta(days=manifest.compare_days)}
        if whole and manifest.compare_days and not report.missing:
            await self._compare(manifest, report, now, lease.hold)
        elif state.items_vanished:
            report.vanished = await found_again(self._database, manifest, report.seen, lease.hold)
        facts["items_vanished"] = report.vanished
        if report.told is not None:
            report.told += missing
        await self._note(manifest, lease.hold, departments.Counts(told=report.told), **facts)

    async def _compare(self, manifest: Manifest, report: Report, began: datetime, fence: Fence) -> None:
        """What a list that was read to its end shows."""
        caller, seen = system_of(manifest), report.seen
        report.vanished = await compare(self._database, self._posting, caller, manifest, seen, began=began, fence=fence)
        if manifest.tells_back:
            report.reconciled = await reconcile(self._database, manifest, seen, began=began, fence=fence)

    async def _pull(  # noqa: PLR0917 - a run in one piece
        self,
        connector: Connector,
        state: departments.SourceState,
        lease: Lease,
        report: Report,
        progress: Progress,
        waited: Before,
    ) -> None:
        manifest, done, counts, fence = connector.manifest, 0, True, lease.hold
        deadline = asyncio.timeout(60 * manifest.run_minutes)
        try:
            async with deadline, aclosing(one_ahead(connector.pull(state.cursor))) as batches:
                async for batch in batches:
                    before = replace(report)
                    report.seen.note(batch.items, await self._post(manifest, batch.items, report, fence))
                    report.drift |= {name for item in batch.items for name in item.drift}
                    for kind, file in batch.files:
                        await self._quarantine.file_read(waited, kind, file, fence)
                    facts = {"cursor": batch.cursor} | (_drift(state, report, self._clock()) if report.drift else {})
                    await self._note(manifest, fence, report.since(before), **facts)
                    done += len(batch.items)
                    counts = counts and batch.expected is not None
                    report.told = done if counts else None
                    progress(done, batch.expected)
                    lease.go_on()
        except TimeoutError:
            if not deadline.expired():
                raise
            raise TryAgain(f"not all came within {manifest.run_minutes:g} min; the next pull goes on from there") from None

    async def shown(self, code: str) -> Mapping[str, object]:
        """Where a source stands, by plain names; NOT_FOUND for one that nobody has ever pulled."""
        async with self._database.connection() as connection:
            source = await departments.shown(connection, code)
            work = await leases.shown(connection, f"pull:{code}")
            gone = await vanished.first(connection, of_system(code), _MOST_SHOWN)
        if source is None:
            raise HubError(ErrorCode.NOT_FOUND, code)
        told = {f"VANISHED {record_id}": since for record_id, since in gone}
        return {name: value for name, value in source.items() if name != "cursor"} | work | told

    async def resume(self, code: str) -> None:
        """End the pause of a system that is left alone.  Raises NOT_FOUND for a source that nobody has ever pulled."""
        async with self._database.transaction() as connection:
            if not await departments.resume(connection, code):
                raise HubError(ErrorCode.NOT_FOUND, code)
            await leases.make_due(connection, f"pull:{code}")

    async def settle(self, manifests: Iterable[Manifest]) -> int:
        """Post again what waits of each of these sources, once all have been pulled: what one says of another's record may
        have come before it.  How many items were taken."""
        taken = 0
        for manifest in manifests:
            # Whoever pulls a source settles it at its end.
            with suppress(HeldElsewhereError):
                async with self._leases.held(lease_name(manifest)) as lease:
                    taken += await self._quarantine.retry(manifest, lease.hold, Seen())
        return taken

    async def rehearse(self, manifest: Manifest, items: Sequence[Item]) -> list[Result]:
        """What would become of items, one result each; nothing is stored."""
        told: list[Result] = []
        for (kind, is_good), group in groupby(items, key=lambda item: (item.kind, item.data is not None)):
            same = list(group)
            for start in range(0, len(same), MOST_ITEMS):
                part = same[start : start + MOST_ITEMS]
                if is_good:
                    told += await self._posting.rehearse(
                        system_of(manifest), kind, [submission_of(item) for item in part], source=of_system(manifest.code)
                    )
                else:
                    told += [unread(place, item) for place, item in enumerate(part)]
        return told

    async def receive(self, connector: Connector, message: Incoming, first_use: FirstUse = _always_first) -> list[Result]:
        """Take what a system pushed.  Raises RefusedForGood for a message that is not the system's own, and for one whose
        `first_use` it is not: an old message sent again must not undo what came since."""
        items = await connector.receive(message)
        if not await first_use():
            raise RefusedForGood("the message was sent before")
        if len(items) > MOST_ITEMS:
            raise HubError(ErrorCode.BATCH_TOO_LARGE, f"≤ {MOST_ITEMS}")
        manifest, report = connector.manifest, Report(drift={name for item in items for name in item.drift})
        results = await self._post(manifest, items, report, _unfenced)
        await self._count_pushed(manifest, report)
        return results

    async def _count_pushed(self, manifest: Manifest, report: Report) -> None:
        """What a system pushes is counted with what it gives when it is asked."""
        async with self._database.connection() as connection:
            state = await departments.state(connection, manifest.code)
        if state is None:
            await self.declare(manifest)
        facts = _drift(state, report, self._clock()) if report.drift else {}
        async with self._database.transaction() as connection:
            await departments.count_from(connection, manifest.code, self._clock())
            await departments.note(connection, manifest.code, report.since(Report()), **facts)

    async def _post(self, manifest: Manifest, items: Sequence[Item], report: Report, fence: Fence) -> list[Result]:
        caller, source = system_of(manifest), of_system(manifest.code)
        told: list[Result] = []
        # Rows take effect in their order: what is taken back, or cannot be read, after what comes before it.
        for (kind, is_good, _), group in groupby(items, key=_sort):
            same = list(group)
            if not is_good:
                told += await self._quarantine.set_aside(manifest, kind, same, fence)
                report.quarantined += len(same)
                continue
            for start in range(0, len(same), MOST_ITEMS):
                submissions = [submission_of(item) for item in same[start : start + MOST_ITEMS]]
                results = await submit(self._posting, caller, kind, submissions, source=source, fence=fence, keep_refused=True)
                report.count(results)
                told += results
                # What an item was before must not be posted again after it.
                await self._quarantine.taken(manifest, kind, results, fence)
        return told

    async def _failed(self, manifest: Manifest, fence: Fence, failures: int, error: ConnectorError) -> None:
        pause = None
        if failures >= _BREAKER_AFTER:
            pause = self._clock() + min(timedelta(minutes=2 ** min(failures - _BREAKER_AFTER, 10)), LONGEST_PAUSE)
        if isinstance(error, TryAgain) and error.retry_after:
            named = self._clock() + min(timedelta(seconds=error.retry_after), LONGEST_PAUSE)
            pause = max(pause or named, named)
        await self._note(manifest, fence, failures=failures, last_error=_line(error)[:_MOST_ERROR], paused_until=pause)

    async def _note(self, manifest: Manifest, fence: Fence, counts: departments.Counts | None = None, **facts: object) -> None:
        async with self._database.transaction() as connection:
            await fence(connection)
            await departments.note(connection, manifest.code, counts, **facts)


async def _unfenced(_: Connection) -> None:
    """A pushed message is posted by whoever receives it."""


def _untold(_done: int, _expected: int | None) -> None:
    """Progress that nobody watches."""


def lease_name(manifest: Manifest) -> str:
    """What the pull of a source is called among standing work."""
    return f"pull:{manifest.code}"


def _furthest(manifest: Manifest) -> timedelta:
    """How far ahead a comparison may be due: one further than that was written by a clock that was wrong."""
    return max(timedelta(days=manifest.compare_days), _COMPARED_AGAIN) + LEEWAY


def _pause(state: departments.SourceState, now: datetime) -> timedelta | None:
    # One that lies further ahead than any was written by a clock that was wrong.
    if state.paused_until and now < state.paused_until <= now + LONGEST_PAUSE + LEEWAY:
        return state.paused_until - now
    return None


def _line(error: Exception) -> str:
    """What an error says to operators: only connectors' own are known to hold no secret."""
    return f"{type(error).__name__}: {error}" if isinstance(error, ConnectorError) else f"failed ({type(error).__name__})"


def _check_pause(manifest: Manifest, state: departments.SourceState, now: datetime) -> None:
    """TryAgain for a system that is left alone for a while."""
    if _pause(state, now) is not None and state.paused_until is not None:
        until = f"{china_time(state.paused_until):%Y-%m-%d %H:%M:%S}"
        raise TryAgain(
            f"{manifest.code}: paused after {state.failures} failures until {until} (China); "
            f"`hub connectors resume {manifest.code}` ends it"
        )


def _drift(state: departments.SourceState | None, report: Report, now: datetime) -> dict[str, object]:
    """The fields that no mapping accounts for, those seen before too, and since when there are any."""
    before, since = (state.drift, state.drift_since) if state else (None, None)
    names = sorted(report.drift | set((before or "").split(", ")) - {""})
    return {"drift": ", ".join(names)[:_MOST_ERROR], "drift_since": since or now}


def _sort(item: Item) -> tuple[RecordKind, bool, bool]:
    """What of a message is posted together: neighbours of one kind that are all read and stand, or are all taken back."""
    return item.kind, item.data is not None, item.withdrawn is not None
