"""When each client was last let in: noted where it is, and written down once a minute, so that who asks waits for nothing."""

from __future__ import annotations

from hub.domain.calendar.moments import Clock, utc_now
from hub.storage.access import clients
from hub.storage.engine.database import Database

#: What is written is true to so many seconds.
WINDOW_SECONDS = 60.0


class Uses:
    """Notes who was let in since it was last written."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock
        self._noted: set[str] = set()

    def note(self, client_id: str) -> None:
        """Somebody was let in: a client, or a person, who is none."""
        self._noted.add(client_id)

    async def work(self) -> bool:
        """One round: write down whom it noted.  What cannot be written stays noted."""
        noted = frozenset(self._noted)
        if noted:
            async with self._database.transaction() as connection:
                await clients.used(connection, noted, self._clock())
            self._noted -= noted
        return False

    async def write(self) -> None:
        """Write down whom it noted, at the end."""
        await self.work()
