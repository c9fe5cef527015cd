"""Watchers: whoever follows a portfolio is woken when more is told of it, by whichever process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from weakref import WeakValueDictionary

from hub.services.log.followers import woken
from hub.storage.engine.database import Database
from hub.storage.work import watch_events


class Watchers:
    """Knows the last event of all portfolios.  One look serves all who wait."""

    def __init__(self, database: Database, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._ticks = ticks
        self._looked = ticks()
        #: What those wait for who follow a portfolio, for as long as somebody does.
        self._waiting: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()
        #: Not known while nobody waits.
        self._last: int | None = None

    def grown(self, portfolio_id: str) -> asyncio.Event:
        """What is set when more is told of a portfolio.  To be had before what was told is read: nothing comes between then."""
        if (grown := self._waiting.get(portfolio_id)) is None:
            grown = self._waiting[portfolio_id] = asyncio.Event()
        return grown

    async def wait(self, grown: asyncio.Event) -> None:
        """Return when it is set.  Raises UNAVAILABLE where nobody has looked for too long."""
        await woken(grown, lambda: self._ticks() - self._looked)

    async def look(self) -> None:
        """Wake those of whose portfolios something was told since the last look; all where that is not known."""
        known, self._last = self._last, None
        if self._waiting:
            async with self._database.connection() as connection:
                if known is None:
                    self._last, told = await watch_events.last_of_all(connection), None
                else:
                    told = await watch_events.last_of_each(connection, known)
                    self._last = max(told.values(), default=known)
            for portfolio_id in list(self._waiting.keys() if told is None else told):
                if (grown := self._waiting.pop(portfolio_id, None)) is not None:
                    grown.set()
        self._looked = self._ticks()
