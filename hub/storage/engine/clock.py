"""What time it is where the data lie: moments that processes of several machines compare are all taken from the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

#: What a look may differ by without that the clock is set anew: asking takes time itself.
_NEAR = timedelta(seconds=0.5)


class DatabaseClock:
    """Goes by the machine's own clock until it has looked, and from then on by the server's, however the machine's is set.

    A SQLite file and all who use it are on one machine, whose clock is the database's.
    """

    def __init__(
        self, system: Callable[[], datetime] = lambda: datetime.now(UTC), ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._system = system
        self._ticks = ticks
        self._began: datetime | None = None
        self._began_seconds = 0.0
        self._began_at = 0.0

    def now(self) -> datetime:
        """The present instant."""
        if self._began is None:
            return self._system()
        return self._began + timedelta(seconds=self._ticks() - self._began_at)

    def seconds(self) -> float:
        """The same in seconds since 1970."""
        if self._began is None:
            return self._system().timestamp()
        return self._began_seconds + (self._ticks() - self._began_at)

    async def look(self, connection: AsyncConnection) -> None:
        """See what time it is at the server."""
        if connection.dialect.name == "sqlite":
            return
        asked = self._ticks()
        told: datetime = (await connection.scalars(sa.select(sa.func.clock_timestamp()))).one()
        at = (asked + self._ticks()) / 2
        if self._began is None or abs(told - self._began - timedelta(seconds=at - self._began_at)) > _NEAR:
            self._began, self._began_at = told.astimezone(UTC), at
            self._began_seconds = told.timestamp()
