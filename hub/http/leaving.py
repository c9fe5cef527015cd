"""Clients that leave before they are answered: what is still read for them is ended."""

from __future__ import annotations

import asyncio
from types import TracebackType

from starlette.types import Receive

from hub.domain.words.errors import ErrorCode, HubError

#: Who is answered sooner is not watched, and who is not is watched after twice this at the latest.
PATIENCE_SECONDS = 0.2


def nobody_waits() -> HubError:
    """What ends the request of a client that has left."""
    return HubError(ErrorCode.DEADLINE_EXCEEDED, "nobody waits for it")


class Leavers:
    """Looks after those whose answers take long.  One timer serves all: most are answered before it rings, and a timer for each
    would cost a small read a part of its time."""

    def __init__(self) -> None:
        self._newer: list[WhileThere] = []
        self._older: list[WhileThere] = []
        self._rings = False

    def while_there(self, receive: Receive) -> WhileThere:
        """The block of a request, whose body has been read."""
        return WhileThere(self, receive)

    def begun(self, block: WhileThere) -> None:
        """Look after a block from now on."""
        self._newer.append(block)
        if not self._rings:
            self._rings = True
            asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._look)

    def _look(self) -> None:
        for block in self._older:
            block.watch()
        self._older, self._newer = self._newer, []
        if self._older:
            asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._look)
        else:
            self._rings = False


class WhileThere:
    """A block that ends with DEADLINE_EXCEEDED when the client of a request leaves."""

    def __init__(self, leavers: Leavers, receive: Receive) -> None:
        self._leavers = leavers
        self._receive: Receive | None = receive
        self._task: asyncio.Task[object] | None = None
        self._has_left = False
        self._watch: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._leavers.begun(self)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        task, self._task = self._task, None
        # Whoever still keeps the block does not keep the request.
        self._receive = None
        if self._watch is not None:
            self._watch.cancel()
            # It holds the block: kept here, both would stay until circles are collected.
            self._watch = None
        if self._has_left and task is not None and not task.uncancel() and kind is asyncio.CancelledError:
            raise nobody_waits() from None

    def watch(self) -> None:
        """See from now on whether the client leaves, unless the block is over."""
        if self._task is not None and self._receive is not None:
            self._watch = asyncio.create_task(self._look(self._task, self._receive))

    async def _look(self, task: asyncio.Task[object], receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        task.cancel()
