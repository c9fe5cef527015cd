"""Places at what is scarce, shared fairly: a client holds at most a part of them, and who waits is served client by client."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.domain.words.errors import ErrorCode, HubError


class Turns:
    """So many places.  One is always out of the reach of a single client, where there is more than one."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._most = max(1, places - max(1, places // 4))
        self._held: dict[str, int] = {}
        self._waiting: dict[str, deque[asyncio.Future[bool]]] = {}

    def take(self, client: str) -> bool:
        """Take a place if there is one for the client at once."""
        held = self._held.get(client, 0)
        if not self._free or held >= self._most:
            return False
        self._free -= 1
        self._held[client] = held + 1
        return True

    async def wait(self, client: str, seconds: float) -> None:
        """Take a place when the client's turn comes; DEADLINE_EXCEEDED when it does not come in time."""
        if self.take(client):
            return
        loop = asyncio.get_running_loop()
        #: Told whether a place came, or the time is over.
        turn: asyncio.Future[bool] = loop.create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        # A timeout's block would cost as much again as the waiting.
        late = loop.call_later(seconds, _tell_late, turn)
        try:
            if not await turn:
                raise HubError(ErrorCode.DEADLINE_EXCEEDED)
        except BaseException:
            self._give_up(client, turn)
            raise
        finally:
            late.cancel()

    @asynccontextmanager
    async def held(self, client: str, seconds: float) -> AsyncIterator[None]:
        """A place when the client's turn comes, given back at the end; DEADLINE_EXCEEDED when it does not come in time."""
        await self.wait(client, seconds)
        try:
            yield
        finally:
            self.leave(client)

    def leave(self, client: str) -> None:
        """Give a place back."""
        self._free += 1
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]
        if self._waiting:
            self._serve()

    def _give_up(self, client: str, turn: asyncio.Future[bool]) -> None:
        if turn.done() and not turn.cancelled() and turn.result():
            # The place came at the same moment.
            self.leave(client)
        elif (queue := self._waiting.get(client)) is not None and turn in queue:
            queue.remove(turn)
            if not queue:
                del self._waiting[client]

    def _serve(self) -> None:
        for client in list(self._waiting):
            queue = self._waiting[client]
            while queue and queue[0].done():
                # It has given up, and has had no time yet to say so.
                queue.popleft()
            if not queue:
                del self._waiting[client]
            if not queue or not self.take(client):
                continue
            # It goes to the end of the round, so that the next place is another's.
            del self._waiting[client]
            queue.popleft().set_result(True)
            if queue:
                self._waiting[client] = queue


def _tell_late(turn: asyncio.Future[bool]) -> None:
    if not turn.done():
        turn.set_result(False)
