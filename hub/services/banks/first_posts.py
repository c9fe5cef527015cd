"""Which departments have ever posted: of one without a system of its own nothing is known before it has."""

from __future__ import annotations

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

    async def have_posted(self, known_at: datetime | None) -> set[Department]:
        """The departments that have posted, or had at a moment."""
        # Who has posted once has posted for ever; only who has not is looked for again, in what came since.
        if NEEDED - self._posted.keys():
            async with self._database.connection() as connection:
                if self._looked is None:
                    end = await places.end(connection)
                    found, reached = await knowledge.first_posts(connection), end.position
                else:
                    found, reached = await knowledge.first_posts_after(connection, self._looked)
            self._posted = found | self._posted
            self._looked = max(self._looked or 0, reached)
        return {department for department, first in self._posted.items() if known_at is None or first <= known_at}
