"""Which departments have ever posted: of one without a system of its own nothing is known before it has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hub.domain.findings.finding_set import NEEDED
from hub.domain.words.departments import Department
from hub.services.log import places
from hub.storage.banks import knowledge
from hub.storage.engine.database import Database


class FirstPosts:
    """When departments posted for the first time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        #: Of those that have, up to a position of the log; none before it is looked at.
        self._posted: dict[Department, datetime] = {}
        self._looked: int | None = None

    async def looked(self) -> int | None:
        """Up to which position they are known; none where nobody is left who never posted.

        Who has posted once has posted for ever: only who has not is looked for again, in what came since (`note`).
        """
        if self._looked is None:
            async with self._database.connection() as connection:
                end = await places.end(connection)
                self._posted, self._looked = await knowledge.first_posts(connection) | self._posted, end.position
        return self._looked if NEEDED - self._posted.keys() else None

    def note(self, found: Iterable[tuple[Department, datetime, int | None]]) -> None:
        """Keep what was found after that position."""
        for department, first, last in found:
            self._posted.setdefault(department, first)
            self._looked = max(self._looked or 0, last or 0)

    async def look(self) -> None:
        """Look for who posted since."""
        if (position := await self.looked()) is not None:
            async with self._database.connection() as connection:
                self.note(await knowledge.first_posts_after(connection, position))

    def have_posted(self, known_at: datetime | None) -> set[Department]:
        """The departments that have posted, or had at a moment, as far as it was looked."""
        return {department for department, first in self._posted.items() if known_at is None or first <= known_at}
