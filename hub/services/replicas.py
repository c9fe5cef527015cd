"""Replicas: streaming copies of the database that answer reads, as far as they hold what the reader needs.

Whatever was committed before a look at the primary is in a copy that has replayed as much as the primary had written then.  So
it is known of each copy since when it may lack something; who has posted later than that, or names a position that the copy's
log has not reached, reads elsewhere.  A copy that is behind, away, or of another log is not asked at all.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from hub.domain.log import BEGINNING, Cursor
from hub.domain.words.errors import HubError
from hub.storage.engine import replication
from hub.storage.engine.database import Database
from hub.storage.records import log

TICK_SECONDS = 0.2
#: A copy that may lack what was committed longer ago than this is behind.
MOST_BEHIND_SECONDS = 2.0
_PATIENCE_SECONDS = 2.0
_MOST_LOOKS = 200
_MOST_WRITERS = 10_000


@dataclass(slots=True, eq=False)
class Replica:
    """One copy: why it is not asked (empty: it is), until when it holds what was committed, and how far its log goes."""

    database: Database
    trouble: str = "away"
    holds_until: float = float("-inf")
    end: Cursor = BEGINNING
    #: How many reads it has answered, and how many it was asked in vain.
    answered: int = 0
    failed: int = 0
    is_open: bool = False
    #: The place that is known to be the primary's as well.
    checked: Cursor | None = field(default=None)


class Replicas:
    """The copies of one database.  `ticks` is a clock that only goes forward."""

    def __init__(
        self, primary: Database, copies: Iterable[Database] = (), *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self.all: Sequence[Replica] = [Replica(copy) for copy in copies]
        self._primary = primary
        self._ticks = ticks
        #: When the primary was looked at, and how far it had written.
        self._looks: deque[tuple[float, int]] = deque(maxlen=_MOST_LOOKS)
        #: When each client wrote last, the oldest first.
        self._written: OrderedDict[str, float] = OrderedDict()
        self._next = 0

    def wrote(self, client: str) -> None:
        """A client has written just now: it reads that from now on."""
        if self.all:
            self._written[client] = self._ticks()
            self._written.move_to_end(client)
            if len(self._written) > _MOST_WRITERS:
                self._written.popitem(last=False)

    def holding(self, client: str, after: Cursor = BEGINNING) -> Replica | None:
        """A copy that holds what a client wrote last and what stands before a place in the log, each in its turn; None where
        there is none."""
        if not self.all:
            return None
        since = self._written.get(client, float("-inf"))
        for step in range(len(self.all)):
            replica = self.all[(self._next + step) % len(self.all)]
            if self.trouble(replica) or replica.holds_until < since or replica.end.position < after.position:
                continue
            self._next += step + 1
            return replica
        return None

    def behind(self, replica: Replica) -> float:
        """For how many seconds back a copy may lack what was committed."""
        return self._ticks() - replica.holds_until

    def trouble(self, replica: Replica) -> str:
        """Why a copy is not asked; empty where it is."""
        if replica.trouble:
            return replica.trouble
        return "behind" if self.behind(replica) > MOST_BEHIND_SECONDS else ""

    async def work(self) -> bool:
        """One round: look how far the primary and its copies are."""
        asked = self._ticks()
        async with self._primary.connection() as connection:
            self._looks.append((asked, await replication.written(connection)))
        await asyncio.gather(*(self._look(replica) for replica in self.all))
        return False

    async def _look(self, replica: Replica) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                if not replica.is_open:
                    with replica.database.away.quiet():
                        await replica.database.start()
                    replica.is_open = True
                async with replica.database.connection() as connection:
                    replayed = await replication.replayed(connection)
                    newest = await log.last(connection)
        except (HubError, TimeoutError):
            replica.trouble = "away"
            if not replica.is_open:
                # What was opened of it half is not left behind.
                await replica.database.close()
            return
        if replayed is None:
            replica.trouble = "no copy"
            return
        end = newest.cursor if newest else BEGINNING
        if end != replica.checked and not await self._is_ours(end):
            replica.trouble = "another log"
            return
        replica.checked = replica.end = end
        replica.holds_until = max((at for at, written in self._looks if written <= replayed), default=replica.holds_until)
        replica.trouble = ""

    async def _is_ours(self, end: Cursor) -> bool:
        """Whether the primary's log says at a place what the copy's does."""
        if end == BEGINNING:
            return True
        async with self._primary.connection() as connection:
            entry = await log.at(connection, end.position)
        return entry is not None and entry.cursor == end

    async def close(self) -> None:
        """Ask no copy any more."""
        for replica in self.all:
            replica.trouble = "away"
            with suppress(HubError):
                await replica.database.close()
