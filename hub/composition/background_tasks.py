"""What a serving hub does by itself, round after round: nothing of it ends unseen.

A round that fails is told once, counted, and tried again, later each time, whatever it failed by.  What has not got through a
round for `LATE_SECONDS` is late, which `/readyz` and `/metrics` tell.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hub.domain.words.errors import HubError
from hub.http.logs import trace
from hub.services.bells import Bell
from hub.services.log.followers import LATE_SECONDS
from hub.services.tasks import ends_task

#: How long a round may take before it is ended and tried again.
_ROUND_SECONDS = 30.0
_LONGEST_WAIT = 4.0
#: After an hour of rounds that failed there would be no number for the wait.
_MOST_DOUBLINGS = 20

_log = logging.getLogger("hub.background")


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to be done again and again.  A round says whether there is more to do at once; `pause` follows otherwise, which
    the `bell` ends.

    `behind` tells how many seconds the work is behind, where that is more than its last good round says.  `at_end` is done
    when the hub stops.
    """

    name: str
    step: Callable[[], Awaitable[bool]]
    pause: float
    behind: Callable[[], float] | None = None
    bell: Bell | None = None
    at_end: Callable[[], Awaitable[object]] | None = None


class BackgroundTask:
    """One work under supervision.  `failures` counts the rounds that failed."""

    def __init__(self, work: Work, ticks: Callable[[], float]) -> None:
        self.name = work.name
        self.failures = 0
        self._work = work
        self._ticks = ticks
        #: Until when nothing more was to be done.
        self._well = ticks()
        self._in_a_row = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self._task is not None and not self._task.done()

    @property
    def behind(self) -> float:
        """For how many seconds it has got nowhere, but for the pause between two rounds."""
        own = self._work.behind() if self._work.behind else 0.0
        return max(own, self._ticks() - self._well, 0.0)

    @property
    def is_late(self) -> bool:
        return not self.is_running or self.behind > LATE_SECONDS

    def start(self) -> None:
        self._well = self._ticks()
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._work.at_end is not None:
            await self._tried(self._work.at_end)

    async def _run(self) -> None:
        while True:
            more = await self._tried(self._work.step)
            if not more:
                await self._rest(self._wait())

    def _wait(self) -> float:
        """Until the next round, in seconds: what failed is tried again soon, however seldom it is done."""
        if not self._in_a_row:
            return self._work.pause
        return min(min(self._work.pause, _LONGEST_WAIT) * float(1 << min(self._in_a_row, _MOST_DOUBLINGS)), _LONGEST_WAIT)

    async def _rest(self, seconds: float) -> None:
        # What has just failed is not tried again because of a bell: it rings all the more while nothing gets on.
        if self._work.bell is None or self._in_a_row:
            await asyncio.sleep(seconds)
        else:
            await self._work.bell.wait(seconds)

    async def _tried(self, step: Callable[[], Awaitable[object]]) -> object:
        """What a round says; False for one that failed, by any error and by a cancellation that is not ours too."""
        try:
            async with asyncio.timeout(_ROUND_SECONDS):
                more = await step()
        except HubError as error:
            self._failed(error.code)
            return False
        except BaseException as error:
            if ends_task(error):
                raise
            self._failed(trace(error))
            return False
        if self._in_a_row:
            _log.warning("%s: well again after %d rounds that failed", self.name, self._in_a_row)
        self._in_a_row = 0
        self._well = self._ticks() + (0.0 if more else self._work.pause)
        return more

    def _failed(self, error: str) -> None:
        self.failures += 1
        self._in_a_row += 1
        if self._in_a_row == 1:
            _log.warning("%s: a round failed and is tried again: %s", self.name, error)


class BackgroundTasks:
    """All that a serving hub does by itself."""

    def __init__(self, works: Iterable[Work], *, ticks: Callable[[], float] = time.monotonic) -> None:
        self.tasks = [BackgroundTask(work, ticks) for work in works]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Works for as long as the block runs."""
        for task in self.tasks:
            task.start()
        try:
            yield
        finally:
            for task in self.tasks:
                await task.stop()

    @property
    def late(self) -> list[BackgroundTask]:
        """Those that do not run, or are behind."""
        return [task for task in self.tasks if task.is_late]
