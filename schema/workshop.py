"""Where documents are read and statements made: in a thread beside the loop, one at a time, client by client, in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
                done = asyncio.get_running_loop().run_in_executor(self._thread, work)
                done.add_done_callback(lambda _: self._leave(client, done))
                # What has begun goes on to its end, and so does the turn.
                return await asyncio.shield(done)
        except TimeoutError:
            raise HubError(ErrorCode.DEADLINE_EXCEEDED) from None

    def _leave(self, client: str, done: asyncio.Future[T]) -> None:
        self._turns.leave(client)
        if not done.cancelled():
            # Nobody may be left to take it.
            done.exception()
