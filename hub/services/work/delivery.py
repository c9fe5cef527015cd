"""Delivery: what is to go out to a system is sent to it, in order for each record, until it has said what became of it.

Whatever happens on the way, a row is sent again under the same key, later each time: the system knows a repeat by it.  A system
that is down or busy is left alone for a while; one row at which it fails does not hold up the others, for what was refused or
failed together is sent in ever smaller parts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from connectors.base import Connector, Receipt
from connectors.base import Outgoing as Sent
from connectors.errors import ConnectorError, OperatorMustAct, RefusedForGood, TryAgain
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.declaring.fields import plain
from hub.domain.declaring.personal import without_personal
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.words.deliveries import DeliveryAction, DeliveryState
from hub.domain.words.departments import Department
from hub.http.logs import trace
from hub.services.work.destinations import Destination
from hub.services.work.leases import Lease, about
from hub.services.work.outgoing import Outgoing, follower_of
from hub.services.work.standing import Piece, told
from hub.storage.engine.database import Connection, Database
from hub.storage.records import outgoing
from hub.storage.work import deliveries
from hub.storage.work.deliveries import Due

#: How soon what was posted is looked for.
_TICK_SECONDS = 1.0
_MOST_AT_ONCE = 100
#: A run follows the log for so long, and then lets another process have its turn.
_RUN_SECONDS = 300.0
_CALL_SECONDS = 120.0
_LONGEST_WAIT = timedelta(hours=1)
_LONGEST_PAUSE = timedelta(minutes=5)
#: What is put off for longer than any that is meant was put off by a clock that was wrong.
_FURTHEST = 2 * _LONGEST_WAIT
_MOST_DOUBLINGS = 12
_MOST_DETAIL = 500

_log = logging.getLogger("hub.delivery")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a row is tried before it is dead, and the first wait after it failed."""

    budget: timedelta = timedelta(days=7)
    first_wait: timedelta = timedelta(seconds=1)

    def wait(self, attempts: int) -> timedelta:
        """How long to wait after so many attempts, give or take a tenth."""
        return about(min(self.first_wait * 2 ** min(max(attempts - 1, 0), _MOST_DOUBLINGS), _LONGEST_WAIT))


class Delivery:
    """Delivers to one system."""

    def __init__(
        self,
        database: Database,
        connector: Connector,
        destination: Destination,
        *,
        clock: Clock = utc_now,
        patience: Patience | None = None,
    ) -> None:
        self._database = database
        self._connector = connector
        self._to = destination
        self._outgoing = Outgoing(database, destination, clock)
        self._patience = patience or Patience()
        self._size = _MOST_AT_ONCE
        self._failures = 0

    @property
    def piece(self) -> Piece:
        """Delivery as standing work."""
        every = timedelta(seconds=_TICK_SECONDS)
        return Piece(follower_of(self._to.code), self.run, every, _RUN_SECONDS + 2 * _CALL_SECONDS)

    async def run(self, lease: Lease) -> str:
        """Follow the log and send what is due, until the time is up, the system fails, or the hub is stopped."""
        ends = asyncio.get_running_loop().time() + _RUN_SECONDS
        sent = 0
        while asyncio.get_running_loop().time() < ends:
            lease.go_on()
            if await self._outgoing.waits() and await self._outgoing.follow(lease):
                continue
            rows = await self._due()
            if not rows:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_TICK_SECONDS):
                        await lease.ending.wait()
                continue
            pause = await self._send(lease, rows)
            sent += len(rows)
            if pause is not None:
                lease.due_in(pause)
                raise TryAgain(
                    f"{self._to.code} does not take deliveries now; it is left alone for {pause.total_seconds():.0f} s"
                )
        return f"OK: {sent} sent"

    async def _due(self) -> list[Due]:
        async with self._database.connection() as connection:
            return await deliveries.due(connection, self._to.code, self._database.clock.now(), self._size, furthest=_FURTHEST)

    async def _send(self, lease: Lease, rows: Sequence[Due]) -> timedelta | None:
        """Send rows and note what became of each; for how long the system is to be left alone, where it failed."""
        async with self._database.transaction() as connection:
            await lease.hold(connection)
            await deliveries.sent(connection, [row.id for row in rows], self._database.clock.now())
            records = await self._records(connection, rows)

        def said(text: str) -> str:
            # Systems repeat what they refuse, and what they say is shown to more than may read all of a record.
            return without_personal(text, ((KINDS[one.kind].payload, one.data) for one in records.values()))

        try:
            async with asyncio.timeout(_CALL_SECONDS):
                receipts = await self._connector.push([records[row.id] for row in rows])
        except OperatorMustAct as error:
            # No row is at fault: what is wrong is the system's settings here.
            return await self._put_off(lease, rows, said(told(error)))
        except RefusedForGood as error:
            if len(rows) == 1:
                await self._note(lease, rows, [Receipt(rows[0].id, accepted=False, detail=said(str(error)))])
                return None
            self._size = max(1, len(rows) // 4)
            await self._again(lease, rows)
            return None
        except (ConnectorError, TimeoutError) as error:
            named = error.retry_after if isinstance(error, TryAgain) else None
            return await self._put_off(lease, rows, said(told(error)), named)
        except Exception as error:
            _log.warning("%s: %s", self._to.code, trace(error))
            return await self._put_off(lease, rows, said(told(error)))
        answered = await self._note(lease, rows, [replace(one, detail=said(one.detail)) for one in receipts])
        if answered:
            self._failures, self._size = 0, min(_MOST_AT_ONCE, 2 * self._size)
        return None

    async def _records(self, connection: Connection, rows: Sequence[Due]) -> dict[str, Sent]:
        records: dict[str, Sent] = {}
        for word in dict.fromkeys(row.kind for row in rows):
            kind = RecordKind(word)
            ours = [row for row in rows if row.kind == word]
            said = await outgoing.versions(connection, kind, [row.record_id for row in ours])
            for row in ours:
                reason = row.because if row.action == DeliveryAction.WITHDRAW else None
                payload = plain(said[row.record_id, row.version].payload)
                records[row.id] = Sent(row.id, kind, Department(row.department), payload, reason)
        return records

    async def _note(self, lease: Lease, rows: Sequence[Due], receipts: Sequence[Receipt]) -> int:
        """Note what the system said of each row; how many it said something of."""
        by_key = {receipt.key: receipt for receipt in receipts}
        now, answered = self._database.clock.now(), 0
        async with self._database.transaction() as connection:
            await lease.hold(connection)
            for row in rows:
                receipt = by_key.pop(row.id, None)
                if receipt is None or not receipt.answered:
                    await self._later(connection, row, now, receipt.detail if receipt else "no receipt came")
                    continue
                answered += 1
                state = DeliveryState.ACKNOWLEDGED if receipt.accepted else DeliveryState.REFUSED
                detail = "" if receipt.accepted else receipt.detail[:_MOST_DETAIL]
                await deliveries.end(connection, row.id, state, now, reference=receipt.reference or None, detail=detail)
        if by_key:
            _log.warning(
                "%s: acknowledged %d keys that were not sent to it, of which nothing is believed", self._to.code, len(by_key)
            )
        return answered

    async def _later(self, connection: Connection, row: Due, now: datetime, why: str, least: timedelta = timedelta()) -> None:
        """Send a row again later, unless its budget is spent."""
        began = row.first_sent_at or now
        if now - began >= self._patience.budget:
            await deliveries.end(connection, row.id, DeliveryState.DEAD, now, reference=None, detail=why)
            return
        until = now + max(self._patience.wait(row.attempts + 1), least)
        await deliveries.put_off(connection, row.id, until, why[:_MOST_DETAIL])

    async def _again(self, lease: Lease, rows: Sequence[Due]) -> None:
        """Send rows again at once, in smaller parts."""
        now = self._database.clock.now()
        async with self._database.transaction() as connection:
            await lease.hold(connection)
            for row in rows:
                await deliveries.put_off(connection, row.id, now, "")

    async def _put_off(self, lease: Lease, rows: Sequence[Due], why: str, named: float | None = None) -> timedelta:
        """Send rows again later; for how long the system is left alone: as long as it named, or longer each time."""
        self._failures += 1
        self._size = max(1, len(rows) // 4)
        wait = about(min(self._patience.first_wait * 2 ** min(self._failures - 1, _MOST_DOUBLINGS), _LONGEST_PAUSE))
        least = timedelta(seconds=named) if named is not None else timedelta()
        now = self._database.clock.now()
        async with self._database.transaction() as connection:
            await lease.hold(connection)
            for row in rows:
                await self._later(connection, row, now, why, least)
        return max(wait, least)
