"""What an authenticated client sent and a door could not read: kept like what was refused, where its sender finds it."""

from __future__ import annotations

from auth.principals import Principal
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.words.errors import HubError, Problem
from hub.services.posting.refusals import refusal
from hub.storage.engine.database import Database
from hub.storage.views import rejections


class Unread:
    """Keeps bodies that are no request of the graph's."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def keep(self, caller: Principal, error: HubError, body: bytes) -> None:
        """Keep what a caller sent, and why it was not read."""
        problems = [Problem("", error.code, error.detail)]
        row = refusal(caller, "graphql", self._clock(), problems, {"body": body.decode("utf-8", "replace")})
        async with self._database.transaction() as connection:
            await rejections.insert(connection, [row])
