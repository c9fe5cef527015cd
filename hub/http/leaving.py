"""Clients that leave before they are answered: what is still read for them is ended."""

from __future__ import annotations

import asyncio
from types import TracebackType

from starlette.types import Receive

from hub.domain.words.errors import ErrorCode, HubError

#: Who is answered sooner is not watched: that would cost a small read a part of its time.
PATIENCE_SECONDS = 0.2


class WhileThere:
    """A block that ends with DEADLINE_EXCEEDED when the client of a request leaves, whose body has been read."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._has_left = False
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._timer = loop.call_later(PATIENCE_SECONDS, self._begin)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()
        if self._has_left and not self._task.uncancel() and kind is asyncio.CancelledError:
            raise HubError(ErrorCode.DEADLINE_EXCEEDED, "nobody waits for it") from None

    def _begin(self) -> None:
        self._watch = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        self._task.cancel()
