"""Keeping the read ledger beside the reads: noted in memory, written in batches.

What is said of a read: who, when, why, by which document (its SHA-256), by which noun of the root, and which mine.  Mines that
are named, by a look-up or by a filter however deep, are known from the request; for callers who are traced
(`Visibility.traced`) the statement itself tells which mines its answer speaks of, wherever they stand in it.  Other keys (a
credit code, a global id, a part of a number) are kept as `key`.  Never kept: tokens, texts of documents, answers, other
filters, and anything that is asked for and not shaped like a number of ours.

Equal reads within a window are one row with a count.  A clean stop writes everything; a crash loses `WINDOW_SECONDS` and
what is on its way.  When the ledger cannot be written and `_MOST_WAITING` entries wait, reading ends with UNAVAILABLE: no read
without trace.  Each client waits for its own long before that.  What is older than it is to be kept is removed a little at a
time, so that nobody waits for it.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from auth.principals import Principal
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.log import Posted
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import Purpose
from hub.services.evidence.asked import MINE, Found
from hub.storage.engine.database import Connection, Database
from hub.storage.records import licences
from hub.storage.views import read_ledger as mine_reads

#: How long a note waits before it is written.
WINDOW_SECONDS = 1.0
ANSWERED = "ANSWERED"
_MOST_WAITING = 100_000
_COUNTED_AT_ONCE = 1000
#: A client waits while so many rows of what it was told do; a read of more mines than this counts at once, others when they
#: are counted.
_MANY = 100
_MOST_OF_ONE = 20_000
#: What one transaction writes, in rows, unless a single read has more.
_ROWS = 5000
#: What is said of a read, or of a refusal, that found nothing.
_NOTHING: Found = (None, None, None)
_FORGOTTEN_AT_ONCE = 1000
_MOST_DAYS = 36_500


class Read(NamedTuple):
    """A read, or the refusal of one; reads that are equal are counted together.

    `document` is the document's digest; `found` holds what was read, each a row of the ledger.
    """

    caller: Principal | None
    purpose: Purpose | None = None
    document: str | None = None
    found: tuple[Found, ...] = ()
    outcome: str = ANSWERED


@dataclass(slots=True)
class _Seen:
    """When a read was first and last, and how often."""

    first: datetime
    last: datetime
    times: int = 1


def digest_of(document: str) -> str:
    """The SHA-256 by which a document is known."""
    return hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()


def found_in(posted: Posted) -> tuple[Found, ...]:
    """What an event tells of: each mine concerned, or the record where it concerns none."""
    if not posted.mines:
        return ((posted.kind.value, posted.record_id, None),)
    return tuple((MINE, None, mine) for mine in posted.mines)


class ReadLedger:
    """The ledger of one process.  Rows are kept for `days`, with 0 for ever; INVALID_INPUT for what is no such number."""

    def __init__(self, database: Database, clock: Clock = utc_now, *, days: int = 0) -> None:
        self._database = database
        self._clock = clock
        if not 0 <= days <= _MOST_DAYS:
            raise HubError(ErrorCode.INVALID_INPUT, f"HUB_LEDGER_DAYS: 0–{_MOST_DAYS}", field="HUB_LEDGER_DAYS")
        self._kept = timedelta(days=days)
        #: What was noted since reads were last counted, and when.
        self._noted: list[tuple[Read, datetime]] = []
        self._waiting: dict[Read, _Seen] = {}
        #: How many were taken out to be written, and are not.
        self._leaving = 0
        #: Rows by client: those that wait, and those that were taken out.
        self._rows: Counter[str] = Counter()
        self._rows_leaving: Counter[str] = Counter()
        self._writing = asyncio.Lock()
        self._process = secrets.token_hex(4)

    def check_room(self) -> None:
        """Raises UNAVAILABLE when no more reads can be noted."""
        if len(self._noted) + len(self._waiting) + self._leaving >= _MOST_WAITING:
            raise HubError(ErrorCode.UNAVAILABLE)

    def is_behind(self, client: str) -> bool:
        """Whether so much that a client was told waits to be written that it must wait too (`caught_up`)."""
        return self._rows.get(client, 0) + self._rows_leaving.get(client, 0) >= _MOST_OF_ONE

    async def caught_up(self, client: str) -> None:
        """Return when what a client was told has been written; UNAVAILABLE where it cannot be."""
        while self.is_behind(client):
            await self.write()

    def note(self, read: Read) -> None:
        """Note a read or a refusal, to be written soon."""
        self._noted.append((read, self._clock()))
        if len(read.found) > _MANY and read.caller:
            self._rows[read.caller.client_id] += len(read.found)
        if len(self._noted) >= _COUNTED_AT_ONCE:
            self._count()

    def _count(self) -> None:
        """Count what was noted.  Many at once take less time than each beside its request."""
        noted, self._noted = self._noted, []
        for read, at in noted:
            seen = self._waiting.get(read)
            if seen is not None:
                seen.last = at
                seen.times += 1
            elif read.outcome == ANSWERED or len(self._waiting) + self._leaving < _MOST_WAITING:
                # Reading ends before there is no room (`check_room`); of refusals, those that are known go on being counted.
                self._waiting[read] = _Seen(at, at)
                if read.caller and len(read.found) <= _MANY:
                    self._rows[read.caller.client_id] += max(1, len(read.found))

    async def write(self) -> None:
        """Write what waits.  What cannot be written goes on waiting, and what comes meanwhile waits for the next time."""
        async with self._writing:
            self._count()
            rows, self._rows = self._rows, Counter()
            self._rows_leaving += rows
            try:
                await self._write_waiting()
            except BaseException:
                self._rows += rows
                raise
            finally:
                self._rows_leaving -= rows

    async def _write_waiting(self) -> None:
        taken, self._waiting = list(self._waiting.items()), {}
        self._leaving += len(taken)
        written = 0
        for batch in _batches(taken):

            async def store(connection: Connection, batch: Sequence[tuple[Read, _Seen]] = batch) -> None:
                read = {mine for one, _ in batch for _, _, mine in one.found if mine}
                # What was read just before a mine got another number stands under that.
                leads = await licences.leading(connection, read)
                await mine_reads.insert(connection, _rows(batch, leads, self._process))

            try:
                await self._database.commit(store)
            except BaseException:
                self._leaving -= len(taken) - written
                self._put_back(taken[written:])
                raise
            self._leaving -= len(batch)
            written += len(batch)

    def _put_back(self, unwritten: Sequence[tuple[Read, _Seen]]) -> None:
        for read, before in unwritten:
            if (seen := self._waiting.setdefault(read, before)) is not before:
                seen.first = before.first
                seen.times += before.times

    async def forget(self, now: datetime) -> bool:
        """Remove some of what is too old at a moment, a little so that nobody waits for it; whether there may be more."""
        if not self._kept:
            return False
        moment = now - self._kept
        # Looking first keeps an idle hub from taking SQLite's one place for writers.
        async with self._database.connection() as connection:
            waits = await mine_reads.any_before(connection, moment)

        async def remove(connection: Connection) -> int:
            return await mine_reads.forget(connection, moment, _FORGOTTEN_AT_ONCE)

        return waits and await self._database.commit(remove) == _FORGOTTEN_AT_ONCE

    async def work(self) -> bool:
        """One round: write what waits."""
        await self.write()
        return False


def _batches(taken: Iterable[tuple[Read, _Seen]]) -> Iterator[list[tuple[Read, _Seen]]]:
    """What is written together: a read may tell of a thousand mines, each of which is a row."""
    batch: list[tuple[Read, _Seen]] = []
    rows = 0
    for read, seen in taken:
        size = max(1, len(read.found))
        if batch and rows + size > _ROWS:
            yield batch
            batch, rows = [], 0
        batch.append((read, seen))
        rows += size
    if batch:
        yield batch


def _rows(batch: Sequence[tuple[Read, _Seen]], leads: Mapping[str, str], process: str) -> Iterator[tuple[Any, ...]]:
    # Ids in the order of time: new rows go to the end of the index over them, which costs less than a place amid it.
    name, number = f"mine_read_{time.time_ns() // 1000:014x}{process}", count()
    for read, seen in batch:
        who, why = read.caller, read.purpose
        found = ((asked, key, mine and leads[mine]) for asked, key, mine in read.found or (_NOTHING,))
        # A mine that is named by two of its numbers is read once.
        for asked, key, mine in dict.fromkeys(found):
            yield (
                f"{name}{next(number):08x}",
                seen.first,
                seen.last,
                seen.times,
                who and who.client_id,
                who and who.role,
                who and who.department,
                why and why.word,
                why and why.reference,
                read.document,
                asked,
                key,
                mine,
                read.outcome,
                who and who.bank,
            )
