"""Delivering webhooks: each follows the log from where it was delivered, at one process at a time.

Of one mine an event is sent when the one before it was received; several mines' go side by side.  What fails is sent again with
the same id, later each time, for three days; then the webhook is paused and keeps its place.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from auth.clients import FindClient
from auth.principals import Principal
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.log import Cursor, Posted, Wanted
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import Purpose, PurposeWord
from hub.domain.words.webhooks import DIGEST, FINDING, PauseReason, WebhookState
from hub.http.logs import trace
from hub.http.pinned import AddressRefusedError
from hub.services.log.followers import Followers
from hub.services.log.places import Stretch
from hub.services.tasks import ends_task
from hub.services.work.lanes import Lanes
from hub.services.work.leases import HeldElsewhereError, Lease, Leases, TakenOverError
from hub.services.work.webhook_sending import Attempt, Line, Message
from hub.services.work.webhooks import LONGEST_WAIT, Webhooks, lease_name, next_attempt
from hub.storage.engine.database import Connection, Database
from hub.storage.work import consumers, digests, watch_events, webhooks
from hub.storage.work.digests import Digest
from hub.storage.work.webhooks import WebhookRow

TICK_SECONDS = 0.1
#: So many entries of the log at once to a receiver that takes them within the time after which no further one is begun: what
#: it may see, and whether it is to be sent anything, is looked at anew then.
_AT_ONCE = 400
_AT_FIRST = 100
_SECONDS = 2.0
#: So many messages of one webhook are on their way.
_SIDE_BY_SIDE = 8
#: While somebody posts it rests so many times as long as it has worked, and not longer than the latter, in seconds.
_RESTS, _LONGEST_REST = 2.0, 0.25
#: Whoever has delivered everything waits so long for more before it lets go.
_LINGER_SECONDS = 2.0
#: After this long it is looked again for what is due, whether the log has grown or not.
_AGAIN_SECONDS = 2.0
#: What another process delivers is left to it for so long.
_ELSEWHERE_SECONDS = 10.0
_GIVES_UP = timedelta(days=3)
_PAUSES = {
    ErrorCode.LOG_CHANGED: PauseReason.LOG_CHANGED,
    ErrorCode.CURSOR_TOO_OLD: PauseReason.CURSOR_TOO_OLD,
    ErrorCode.FORBIDDEN: PauseReason.NO_RIGHT,
    ErrorCode.PURPOSE_REQUIRED: PauseReason.NO_RIGHT,
}
#: What ends by itself.
_PASSING = (ErrorCode.UNAVAILABLE, ErrorCode.RATE_LIMITED, ErrorCode.DEADLINE_EXCEEDED)

_log = logging.getLogger("hub.webhooks")


class Telling(Protocol):
    """What a subscription tells its caller."""

    @property
    def wanted(self) -> Wanted: ...

    @property
    def portfolio(self) -> str | None:
        """The portfolio that is followed, whose events and digests are told too."""

    async def findings(self, after: int, most: int) -> Sequence[Mapping[str, Any]]:
        """What was told of the portfolio that is followed after an event, as it is told now."""

    async def tell(self, entries: Sequence[Posted]) -> Sequence[tuple[Posted, Any]]:
        """Those of these events that the caller may be told of now, each with what was asked for."""

    def note(self, licence_nos: Iterable[str]) -> None:
        """Note that the caller was told of mines by an event or a digest."""


#: Reads a subscription for a caller, who reads for a purpose; raises HubError where it may not.
Read = Callable[[str, Purpose | None, Principal], Awaitable[Telling]]


class _RemovedError(Exception):
    """The webhook is gone, be it that another was registered under its name: what came of the one is nothing to the other."""


@dataclass(slots=True)
class _Batch:
    """What came of sending some events: the attempt that failed first, and up to where all went well."""

    reached: Cursor
    delivered: int = 0
    failed: Attempt | None = None
    last: Attempt = field(default_factory=Attempt)
    #: Of what is told besides the log, by the columns that keep it.
    marks: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is told besides the log, and the `mark` up to which all has been told once it is sent; nothing is sent of what is
    passed over."""

    mark: Mapping[str, int]
    message: Message | None = None
    licence_nos: Sequence[str] = ()


@dataclass(slots=True)
class _Run:
    """What is known of a webhook by who delivers it: the lease, when the webhook was registered, how far it has come, how many
    entries are looked at next, and the positions past its place that it has been sent already."""

    lease: Lease
    registered: datetime | None = None
    place: Cursor | None = None
    most: int = _AT_FIRST
    ahead: set[int] = field(default_factory=set)


class WebhookDelivery:
    """Delivers what is due.  Any number of processes may run one."""

    def __init__(
        self,
        database: Database,
        register: Webhooks,
        following: Followers,
        *,
        find: FindClient,
        read: Read,
        clock: Clock = utc_now,
        leases: Leases | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._register = register
        self._following = following
        self._find = find
        self._read = read
        self._clock = clock
        self._leases = leases or Leases(database)
        self._ticks = ticks
        self._running: dict[str, asyncio.Task[None]] = {}
        self._elsewhere: dict[str, float] = {}
        self._seen: Cursor | None = None
        self._again_at = 0.0

    async def work(self) -> bool:
        """One round: begin to deliver what is due and not yet on its way."""
        now, end = self._ticks(), self._following.end
        if end is None or (end == self._seen and now < self._again_at):
            return False
        self._seen, self._again_at = end, now + _AGAIN_SECONDS
        async with self._database.connection() as connection:
            due = await webhooks.due(connection, WebhookState.ACTIVE, end, self._clock(), LONGEST_WAIT)
        for webhook_id in due:
            if webhook_id not in self._running and self._elsewhere.get(webhook_id, 0) <= now:
                task = asyncio.create_task(self._deliver(webhook_id), name=f"webhook {webhook_id}")
                self._running[webhook_id] = task
                task.add_done_callback(partial(self._ended, webhook_id))
        return False

    def _ended(self, webhook_id: str, _task: asyncio.Task[None]) -> None:
        self._running.pop(webhook_id, None)

    async def close(self) -> None:
        """Deliver no more; what is on its way is sent again, with its id, by whoever goes on."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, webhook_id: str) -> None:
        """Deliver to one receiver until there is nothing more, or it fails."""
        try:
            async with self._leases.held(lease_name(webhook_id)) as lease:
                run, waited = _Run(lease), 0.0
                while waited < _LINGER_SECONDS:
                    began, end = self._ticks(), self._following.end
                    if await self._batch(webhook_id, run):
                        waited = 0.0
                        if self._following.end != end:
                            # Somebody posts, and goes first; what comes meanwhile is sent together.
                            await asyncio.sleep(min(_RESTS * (self._ticks() - began), _LONGEST_REST))
                    else:
                        waited += TICK_SECONDS
                        await asyncio.sleep(TICK_SECONDS)
        except _RemovedError:
            return
        except (HeldElsewhereError, TakenOverError):
            self._elsewhere[webhook_id] = self._ticks() + _ELSEWHERE_SECONDS
        except HubError as error:
            _log.warning("a webhook waits: %s", error.code)
        except BaseException as error:
            if ends_task(error):
                raise
            _log.error("a webhook failed: %s", trace(error))

    async def _batch(self, webhook_id: str, run: _Run) -> bool:
        """Deliver some events; whether any of the log was passed."""
        async with self._database.connection() as connection:
            row = await webhooks.get(connection, webhook_id)
        if row is None or row.created_at != (run.registered or row.created_at):
            raise _RemovedError
        run.registered = row.created_at
        now, end = self._clock(), self._following.end
        if row.state != WebhookState.ACTIVE or row.waits(now, LONGEST_WAIT):
            return False
        async with self._database.connection() as connection:
            waiting = await digests.waiting(connection, row.client_id, row.digest, _SIDE_BY_SIDE)
            last = await watch_events.last_of_client(connection, row.client_id)
        # Past the end stands who was told of a log that is gone, or of what another process knows a moment earlier.
        if end is None or (row.cursor == end and not waiting and last <= row.event):
            return False
        client = await self._find(row.client_id)
        if client is None:
            return await self._pause(row, run.lease, PauseReason.CLIENT_REVOKED)
        secrets = self._register.secrets_of(row)
        if not secrets:
            return await self._pause(row, run.lease, PauseReason.UNSEALED)
        try:
            telling = await self._read(row.document, _purpose(row), client.principal)
            if waiting or last > row.event:
                events = await telling.findings(row.event, _AT_FIRST) if last > row.event else ()
                batch = await self._beside(row, secrets, telling, _to_be_told(row, telling.portfolio, events, waiting, last))
                await self._store(row, run.lease, batch)
                return batch.failed is None
            if row.cursor != run.place:
                # It was told to go on from elsewhere: what it was sent before is sent again.
                run.ahead.clear()
            some = await self._following.stretch(row.cursor, telling.wanted, run.most)
            told = await telling.tell(some.entries) if some.entries else ()
        except HubError as error:
            if error.code in _PASSING:
                raise
            return await self._pause(row, run.lease, _PAUSES.get(error.code, PauseReason.DOCUMENT_INVALID))
        batch = await self._sent(row, secrets, told, some, run)
        run.place = batch.reached
        await self._store(row, run.lease, batch)
        return batch.failed is None and batch.reached != row.cursor

    async def _beside(self, row: WebhookRow, secrets: Sequence[bytes], telling: Telling, messages: Sequence[_Beside]) -> _Batch:
        """Send what is told of the portfolio that is followed, one after another; what is of others is passed over."""
        batch = _Batch(row.cursor)
        async with AsyncExitStack() as stack:
            line: Line | None = None
            for one in messages:
                if one.message is not None:
                    telling.note(one.licence_nos)
                    try:
                        if line is None:
                            line = await stack.enter_async_context(self._register.sender.connected(row.url, secrets))
                        batch.last = await line.send(one.message)
                    except AddressRefusedError as refused:
                        batch.last = Attempt(error=str(refused))
                    if not batch.last.is_good:
                        batch.failed = batch.last
                        break
                    batch.delivered += 1
                batch.marks |= one.mark
        return batch

    async def _sent(
        self, row: WebhookRow, secrets: Sequence[bytes], told: Sequence[tuple[Posted, Any]], some: Stretch, run: _Run
    ) -> _Batch:
        """Send what is told, of each mine in order."""
        if not told:
            return _Batch(some.reached)
        try:
            async with self._register.sender.connected(row.url, secrets) as line:
                attempts = await self._side_by_side(row, line, told, run.ahead)
        except AddressRefusedError as refused:
            attempts = [Attempt(error=str(refused)), *[None] * (len(told) - 1)]
        tried = [attempt for attempt in attempts if attempt is not None]
        good = [attempt is not None and attempt.is_good for attempt in attempts]
        whole = good.index(False) if False in good else len(told)
        batch = _Batch(
            some.reached if whole == len(told) else told[whole - 1][0].cursor if whole else row.cursor,
            delivered=sum(is_good and one.position not in run.ahead for (one, _), is_good in zip(told, good, strict=True)),
            failed=next((attempt for attempt in tried if not attempt.is_good), None),
            last=tried[-1],
        )
        run.ahead |= {one.position for (one, _), is_good in zip(told, good, strict=True) if is_good}
        run.ahead = {position for position in run.ahead if position > batch.reached.position}
        if len(tried) == len(told):
            run.most = min(2 * run.most, _AT_ONCE)
        elif batch.failed is None:
            # The time was up.  What is told is paid for, whether it is sent or not.
            run.most = len(tried)
        return batch

    async def _side_by_side(
        self, row: WebhookRow, line: Line, told: Sequence[tuple[Posted, Any]], ahead: set[int]
    ) -> list[Attempt | None]:
        """What came of each; None where what must come before it was not received, or the time was up."""
        lanes = Lanes([posted.mines or (posted.record_id,) for posted, _ in told])
        came: list[Attempt | None] = [None] * len(told)
        ends, began, under_way = self._ticks() + _SECONDS, False, 0

        async def attempt(posted: Posted, data: Any) -> Attempt | None:
            nonlocal began
            if posted.position in ahead:
                return Attempt(200)
            if began and self._ticks() >= ends:
                return None
            began = True
            return await line.send(Message(f"{row.id}.{posted.cursor}", posted.type, posted.recorded_at, data))

        async def send() -> None:
            nonlocal under_way
            while lanes.free:
                place = lanes.take()
                came[place] = attempted = await attempt(*told[place])
                if attempted is not None and attempted.is_good:
                    lanes.received(place)
                    send_on(lanes.free - 1)
            under_way -= 1

        def send_on(most: int) -> None:
            nonlocal under_way
            for _ in range(min(most, _SIDE_BY_SIDE - under_way)):
                under_way += 1
                sending.create_task(send())

        async with asyncio.TaskGroup() as sending:
            send_on(lanes.free)
        return came

    async def _store(self, row: WebhookRow, lease: Lease, batch: _Batch) -> None:
        now = self._clock()
        moved = batch.reached != row.cursor
        advanced = moved or any(mark != getattr(row, name) for name, mark in batch.marks.items())
        values: dict[str, Any] = {"delivered": row.delivered + batch.delivered, **batch.marks}
        if batch.last != Attempt():
            values |= {"last_at": now, "last_status": batch.last.status, "last_error": batch.last.error}
        if batch.failed is None:
            values |= {"failures": 0, "failing_since": None, "next_at": None}
        else:
            # Nothing has failed since a moment to come: a clock was ahead.
            since = now if advanced or row.failing_since is None else min(row.failing_since, now)
            failures = 1 if advanced else row.failures + 1
            jitter = random.uniform(0.8, 1.2)  # noqa: S311
            values |= {
                "failures": failures,
                "failing_since": since,
                "next_at": next_attempt(failures, now, jitter, batch.failed.wait),
                "last_status": batch.failed.status,
                "last_error": batch.failed.error,
            }
            if batch.failed.is_gone or now - since >= _GIVES_UP:
                values |= {
                    "state": WebhookState.PAUSED,
                    "reason": PauseReason.GONE if batch.failed.is_gone else PauseReason.NOT_DELIVERED,
                }
        lease.next_at = None if values.get("state") is WebhookState.PAUSED else values["next_at"]
        anew = self._register.sealed_anew(row)

        async def store(connection: Connection) -> None:
            await _change(connection, lease, row, **values)
            if anew is not None and (kept := await webhooks.get(connection, row.id)) and kept.secrets == row.secrets:
                await webhooks.update(connection, row, secrets=list(anew))
            if moved:
                await consumers.move(connection, row.id, batch.reached, now, since=row.cursor)

        await self._database.commit(store)

    async def _pause(self, row: WebhookRow, lease: Lease, reason: PauseReason) -> bool:
        async def store(connection: Connection) -> None:
            await _change(connection, lease, row, state=WebhookState.PAUSED, reason=reason)

        await self._database.commit(store)
        return False


async def _change(connection: Connection, lease: Lease, row: WebhookRow, **values: Any) -> None:
    """Change what is said of a webhook.  Raises _RemovedError, and TakenOverError where another delivers it."""
    # In the order in which it is removed.
    if not await webhooks.update(connection, row, **values):
        raise _RemovedError
    await lease.hold(connection)


def _to_be_told(
    row: WebhookRow, portfolio: str | None, events: Sequence[Mapping[str, Any]], waiting: Sequence[Digest], last: int
) -> list[_Beside]:
    """What is to be told besides the log, in order: events of the portfolio, and its digests."""
    found = [
        _Beside(
            {"event": one["position"]},
            Message(f"{row.id}.finding.{one['position']}", FINDING, datetime.fromisoformat(one["at"]), one),
            [one["licenceNo"]] if one["licenceNo"] else [],
        )
        for one in events
    ]
    if len(events) < _AT_FIRST:
        # All others are of portfolios that it does not follow.
        found.append(_Beside({"event": max([row.event, last, *(one["position"] for one in events)])}))
    for one in waiting:
        told = one.told
        message = Message(f"{row.id}.digest.{one.entry}", DIGEST, one.made_at, told)
        is_followed = one.portfolio_id == portfolio
        numbers = [mine["licenceNo"] for mine in told["mines"]] if is_followed else ()
        found.append(_Beside({"digest": one.entry}, message if is_followed else None, numbers))
    return found


def _purpose(row: WebhookRow) -> Purpose | None:
    return Purpose(PurposeWord(row.purpose), row.reference) if row.purpose else None
