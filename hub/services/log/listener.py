"""Listening: PostgreSQL tells every process of new positions in the log, by whichever process they were given."""

from __future__ import annotations

from hub.services.bells import Bell
from hub.storage.engine.connections import Connection
from hub.storage.engine.database import Database
from hub.storage.records.log import CHANNEL

#: How often it is looked whether the connection is still there; what was missed meanwhile is found by the followers' own look.
LOOK_SECONDS = 5.0


class Listener:
    """Rings `numbered` for what other processes say, over a connection of its own."""

    def __init__(self, database: Database, numbered: Bell) -> None:
        self._database = database
        self._numbered = numbered
        self._connection: Connection | None = None

    async def work(self) -> bool:
        """One round: listen, unless it listens already."""
        if self._connection is None:
            self._connection = await self._database.listen(CHANNEL, self._numbered.ring)
            # What was said before is not said again.
            self._numbered.ring()
        elif not await self._database.is_there(self._connection):
            self._connection = None
            return True
        return False

    async def close(self) -> None:
        """Listen no more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
