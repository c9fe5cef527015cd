"""What an authenticated client sent and a door could not read: kept like what was refused, where its sender finds it.

Whoever sends such things by the thousand must fill neither the disk nor what others look through: a client has one row in an
hour, with the beginning of the first and how many there were.  No copy stays for ever: unread and settled ones go after 30
days, items that still wait after 180.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from auth.principals import Principal
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.words.errors import HubError, Problem
from hub.services.posting.refusals import refusal
from hub.storage.engine.database import Database
from hub.storage.views import rejections

TICK_SECONDS = 5.0
#: What is kept of a body, in bytes.
MOST_KEPT = 1024
#: What could not be read costs so much, and as much again as it had bytes: it was received and looked at.
COST = 1000
_KEPT = timedelta(days=30)
#: What waits to be taken is given up, and removed, after this.
_WAITING = timedelta(days=180)
_HOUR = timedelta(hours=1)
SOURCE = "graphql"


@dataclass(slots=True)
class _Heard:
    """What a client sent in an hour that could not be read."""

    id: str
    sample: dict[str, Any]
    hour: datetime
    times: int = field(default=1)
    written: int = field(default=1)

    @property
    def payload(self) -> str:
        return json.dumps(self.sample | {"times": self.times})

    @property
    def outline(self) -> str:
        """A body that could not be read is shown to its sender alone."""
        return json.dumps({"bytes": self.sample["bytes"], "times": self.times})


class Unread:
    """Keeps bodies that are no request of the graph's.  `owe` is told what they cost a client."""

    def __init__(
        self, database: Database, owe: Callable[[str, int], None] = lambda _client, _cost: None, clock: Clock = utc_now
    ) -> None:
        self._database = database
        self._owe = owe
        self._clock = clock
        self._heard: dict[str, _Heard] = {}

    async def keep(self, caller: Principal, error: HubError, body: bytes) -> None:
        """Keep what a caller sent, and why it was not read; or count it, where the hour has one of the caller's already."""
        self._owe(caller.client_id, COST + len(body))
        now = self._clock()
        known = self._heard.get(caller.client_id)
        if known is not None and now - known.hour < _HOUR:
            known.times += 1
            return
        if known is not None:
            await self._write([known])
        sample = {"body": body[:MOST_KEPT].decode("utf-8", "replace"), "bytes": len(body)}
        row = refusal(caller, SOURCE, now, [Problem("", error.code, error.detail)], sample | {"times": 1})
        heard = self._heard[caller.client_id] = _Heard(row["id"], sample, now)
        row["outline"] = heard.outline
        try:
            async with self._database.transaction() as connection:
                await rejections.insert(connection, [row])
        except BaseException:
            if self._heard.get(caller.client_id) is heard:
                del self._heard[caller.client_id]
            raise

    async def work(self) -> bool:
        """Write what was counted, and count anew where the hour is over."""
        now = self._clock()
        await self.write()
        for client, heard in list(self._heard.items()):
            if now - heard.hour >= _HOUR and heard.times == heard.written:
                del self._heard[client]
        return False

    async def sweep(self, now: datetime) -> None:
        """Remove what is old at a moment: what could not be read, and refused items that were settled or have waited long
        enough."""
        async with self._database.transaction() as connection:
            await rejections.forget_unread(connection, SOURCE, now - _KEPT)
            await rejections.forget(connection, now - _KEPT, now - _WAITING)

    async def write(self) -> None:
        """Write what was counted."""
        await self._write(list(self._heard.values()))

    async def _write(self, heard: list[_Heard]) -> None:
        changed = [(each, each.times) for each in heard if each.times > each.written]
        if not changed:
            return
        async with self._database.transaction() as connection:
            for each, _ in changed:
                await rejections.set_payload(connection, each.id, each.payload, each.outline)
        for each, times in changed:
            each.written = times
