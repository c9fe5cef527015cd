"""Where documents are read and statements made: in a thread beside the loop, one at a time, client by client, in time."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from hub.domain.words.errors import ErrorCode, HubError
from schema.turns import Turns

T = TypeVar("T")


class Workshop:
    """Does what keeps a processor busy.  `seconds` bounds the waiting and the work of each piece."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._turns = Turns(1)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hub-plan")

    async def do(self, client: str, work: Callable[[], T], known: Callable[[], T | None] = lambda: None) -> T:
        """What a piece of work for a client gives, or what is `known` of it when its turn has come.

        Raises DEADLINE_EXCEEDED when that takes too long.
        """
        try:
            async with asyncio.timeout(self._seconds):
                await self._turns.wait(client, self._seconds)
                if (ready := known()) is not None:
                    self._turns.leave(client)
                    return ready
                done = asyncio.get_running_loop().run_in_executor(self._thread, _cleared, work)
                done.add_done_callback(partial(self._leave, client))
                try:
                    # What has begun goes on to its end, and so does the turn.
                    return await asyncio.shield(done)
                finally:
                    # An error would hold this frame, and by it itself.
                    del done
        except TimeoutError:
            raise HubError(ErrorCode.DEADLINE_EXCEEDED) from None

    def _leave(self, client: str, done: asyncio.Future[T]) -> None:
        self._turns.leave(client)
        if not done.cancelled():
            # Nobody may be left to take it.
            done.exception()


def _cleared(work: Callable[[], T]) -> T:
    """Do a piece of work, and clear away what it leaves behind.

    Documents and statements are made of objects that hold one another in circles.  Left to be collected some time, they would
    be many, and everybody would wait while it is done; right after the work they are few, and all of them are garbage.
    """
    try:
        return work()
    finally:
        gc.collect(1)
