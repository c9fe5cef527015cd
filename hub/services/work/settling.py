"""What waits in quarantine is posted again when something has come since to which it may point: told by the log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from connectors.base import Manifest
from hub.services.work.ingest import Ingest
from hub.services.work.leases import Lease
from hub.services.work.standing import Piece
from hub.storage.engine.database import Database
from hub.storage.records import log
from hub.storage.work import positions

_NAME = "settle"
#: What waits may be much, and the log of a busy hub always grows.
_EVERY = timedelta(minutes=5)


class Settling:
    """Settles what waits of these sources."""

    def __init__(self, database: Database, ingest: Ingest, manifests: Iterable[Manifest]) -> None:
        self._database = database
        self._ingest = ingest
        self._manifests = list(manifests)

    @property
    def piece(self) -> Piece:
        return Piece(_NAME, self.run, _EVERY)

    async def run(self, lease: Lease) -> str:
        """Post again what waits, if the log has grown since it was last done; how it went."""
        async with self._database.connection() as connection:
            before, last = await positions.stored(connection, _NAME), await log.last_position(connection)
        if before == last:
            return "OK: nothing has come"
        taken = 0
        for manifest in self._manifests:
            taken += await self._ingest.settle([manifest])
            lease.go_on()
        # What was taken moves the log: the next round looks whether more follows from it.
        async with self._database.transaction() as connection:
            await lease.hold(connection)
            # After a restore to an older copy the log is shorter than what was settled.
            await positions.begin(connection, _NAME, last)
            if before is not None:
                await positions.move(connection, _NAME, before, last)
        return f"OK: {taken} taken after all"
