"""Leases of standing work: a piece of it is done by one process at a time, and a holder that is gone is followed by another.

A holder renews its lease for as long as it lives.  Whatever it writes carries the lease's token in its own transaction, so that
one that was stopped, and wakes after another took over, writes nothing more.  Times are the database's.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.errors import TryAgain
from hub.domain.words.errors import HubError
from hub.domain.words.work import LEASE
from hub.storage.engine.database import Connection, Database
from hub.storage.work import leases

LEASE_SECONDS = LEASE.total_seconds()
_LOOKS = 10
_MOST_OUTCOME = 500
_JITTER = 0.1


def about(length: timedelta) -> timedelta:
    """A length of time, give or take a tenth: what began together does not stay so."""
    return length * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret


class HeldElsewhereError(TryAgain):
    """Another holds the work, and lives."""


class TakenOverError(TryAgain):
    """Another has taken the work over: what this holder has fetched is older than what is stored."""


class EndingError(TryAgain):
    """The hub is being stopped: what is under way goes on from here, elsewhere or later."""


@dataclass(slots=True)
class Lease:
    """A piece of work that is ours.  `outcome` and `next_at` are what its holder leaves behind; `ending` is set when the hub is
    being stopped."""

    name: str
    token: int
    length: timedelta
    database: Database
    outcome: str = ""
    next_at: datetime | None = None
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    def go_on(self) -> None:
        """Between two batches: EndingError where no further one is to begin."""
        if self.ending.is_set():
            raise EndingError(f"{self.name}: the hub is being stopped; it goes on from there")

    def due_in(self, length: timedelta) -> None:
        """Say when the work is due again."""
        self.next_at = self.database.clock.now() + length

    async def hold(self, connection: Connection) -> None:
        """Write on in this transaction only while the lease is ours; TakenOverError otherwise."""
        if not await leases.renew(connection, self.name, self.token, self.database.clock.now() + self.length):
            raise TakenOverError(f"{self.name}: another run of it began meanwhile and goes on instead")


class Leases:
    """Gives leases of `seconds`."""

    def __init__(self, database: Database, seconds: float = LEASE_SECONDS) -> None:
        self._database = database
        self._length = timedelta(seconds=seconds)
        self._look = seconds / _LOOKS
        self._holder = f"{socket.gethostname()}:{os.getpid()}"

    @property
    def length(self) -> timedelta:
        """How long a lease is good for that is not renewed."""
        return self._length

    @asynccontextmanager
    async def held(self, name: str) -> AsyncIterator[Lease]:
        """Hold a piece of work for the block.  Waits for the end of a lease whose holder is gone; HeldElsewhereError as soon as
        its holder is seen to live."""
        async with self._kept(Lease(name, await self._claim(name), self._length, self._database)) as lease:
            yield lease

    @asynccontextmanager
    async def held_if_due(self, name: str, furthest: timedelta, ending: asyncio.Event) -> AsyncIterator[Lease | None]:
        """Hold a piece of work for the block if it is due, see `hub.storage.work.leases`, and free; None where it is not."""
        async with self._database.transaction() as connection:
            now = self._database.clock.now()
            token = await leases.claim(connection, name, self._holder, now, self._length, furthest=furthest)
        if token is None:
            yield None
            return
        async with self._kept(Lease(name, token, self._length, self._database, ending=ending)) as lease:
            yield lease

    @asynccontextmanager
    async def _kept(self, lease: Lease) -> AsyncIterator[Lease]:
        beats = asyncio.create_task(self._beat(lease))
        try:
            yield lease
        finally:
            beats.cancel()
            await asyncio.gather(beats, return_exceptions=True)
            await self._give_back(lease)

    async def _claim(self, name: str) -> int:
        seen: leases.Held | None = None
        while True:
            async with self._database.transaction() as connection:
                await self._database.clock.look(connection)
                now = self._database.clock.now()
                token = await leases.claim(connection, name, self._holder, now, self._length)
                if token is not None:
                    return token
                held = await leases.held(connection, name)
            if seen not in (None, held):
                raise HeldElsewhereError(f"{name}: another run of it is under way ({held.holder})")
            seen = held
            await asyncio.sleep(self._look)

    async def _beat(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(3 * self._look)
            with suppress(HubError):
                async with self._database.transaction() as connection:
                    await lease.hold(connection)

    async def _give_back(self, lease: Lease) -> None:
        # Where the database cannot be written the lease ends by itself.
        with suppress(HubError):
            async with self._database.transaction() as connection:
                await leases.give_back(connection, lease.name, lease.token, lease.outcome[:_MOST_OUTCOME], lease.next_at)
