"""What is kept to be searched: made anew when the declarations change that it follows from."""

from __future__ import annotations

from functools import partial

from hub.domain.record_kinds import RecordKind
from hub.services.posting.searching import make, version
from hub.storage.engine.database import Connection, Database
from hub.storage.records import searching

_AT_ONCE = 500


class Searching:
    """The search texts of one database.  A remaking that is broken off is simply begun again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def bring_up(self) -> int | None:
        """Make it anew if it was made by other declarations; how many records can be found, None where nothing was done."""
        async with self._database.connection() as connection:
            made_by = await searching.made_by(connection)
        return None if made_by == version() else await self.remake()

    async def remake(self) -> int:
        """Make all of it anew, some hundred records in each transaction.  What is posted meanwhile is found as ever."""
        records = 0
        for kind in RecordKind:
            last = ""
            while done := await self._some(kind, last):
                records += len(done)
                last = max(done)
            await self._database.commit(partial(searching.forget_fallen, kind=kind))
        await self._database.commit(partial(searching.note_version, version=version()))
        return records

    async def _some(self, kind: RecordKind, last: str) -> dict[str, int]:
        async def work(connection: Connection) -> dict[str, int]:
            standing = await searching.standing_after(connection, kind, last, _AT_ONCE)
            if standing:
                await searching.forget(connection, standing)
                await make(connection, kind, standing)
            return standing

        return await self._database.commit(work)
