"""Strangers who try again and again: counted by from where they come, made to wait, and told to stop.

Whoever proves who it is passes, however much others fail at the same address: nobody can shut the door for a neighbour.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

from hub.domain.words.errors import ErrorCode, HubError

#: Failures from one address in a minute that are answered at once and by their own name.
MOST_FAILURES = 100
WINDOW_SECONDS = 60
_WAIT_SECONDS = 1.0
_MOST_HELD = 500
_MOST_REMEMBERED = 10_000


class Strangers:
    """Counts failures.  `most` are free in a minute from one address; after them each answer takes `wait` seconds."""

    def __init__(
        self, most: int = MOST_FAILURES, *, wait: float = _WAIT_SECONDS, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._wait = wait
        self._ticks = ticks
        self._held = 0
        #: Address, when its minute ends, and its failures in it.
        self._failures: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def check(self, address: str) -> None:
        """RATE_LIMITED for whom has failed too often in this minute."""
        ends, failures = self._failures.get(address, (0.0, 0))
        left = ends - self._ticks()
        if failures > self._most and left > 0:
            raise HubError(ErrorCode.RATE_LIMITED, f"≤ {self._most} failures a minute", retry_after=max(1, round(left)))

    def has_failed(self, address: str) -> bool:
        """Whether a failure of this minute came from an address."""
        ends, _ = self._failures.get(address, (0.0, 0))
        return ends > self._ticks()

    async def failed(self, address: str) -> None:
        """Count a failure; RATE_LIMITED, a while later, for one too many."""
        self.count(address)
        try:
            self.check(address)
        except HubError:
            # Who waits for an answer before trying again tries seldom; who does not is not worth the memory.
            if self._held < _MOST_HELD:
                self._held += 1
                try:
                    await asyncio.sleep(self._wait)
                finally:
                    self._held -= 1
            raise

    def count(self, address: str) -> None:
        """Count a failure."""
        now = self._ticks()
        ends, failures = self._failures.get(address, (0.0, 0))
        self._failures[address] = (now + WINDOW_SECONDS, 1) if ends <= now else (ends, failures + 1)
        self._failures.move_to_end(address)
        if len(self._failures) > _MOST_REMEMBERED:
            self._failures.popitem(last=False)
