"""What a client may still ask for: a budget of cost for each minute, and how many operations at once.

Kept in the process, so that it costs nothing to ask; each process of a hub has its own.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hub.domain.words.errors import ErrorCode, HubError

WINDOW_SECONDS = 60
#: Of a client's answers together, until they are sent.
MOST_UNDER_WAY = 64 * 1024 * 1024

#: Told the client and the cost; raises RATE_LIMITED.
Charge = Callable[[str, int], None]


class Place(StrEnum):
    """What a client may have only so many of at once; the words are told in refusals."""

    OPERATION = "operations"
    SUBSCRIPTION = "subscriptions"
    SOCKET = "websockets"


@dataclass(slots=True)
class _Account:
    """What a client has spent of its minute, and what it has open."""

    ends: float = 0.0
    spent: int = 0
    taken: dict[Place, int] = field(default_factory=lambda: dict.fromkeys(Place, 0))
    #: Bytes of long answers that are on their way.
    under_way: int = 0
    #: Operations that wait for a place.
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class Budgets:
    """The budgets of all clients.  `ticks` gives seconds that only ever go forward."""

    def __init__(self, *, per_minute: int, at_once: Mapping[Place, int], ticks: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._at_once = at_once
        self._ticks = ticks
        self._accounts: dict[str, _Account] = {}
        #: The value of the header `RateLimit-Policy`.
        self.policy = f'"cost";q={per_minute};w={WINDOW_SECONDS}'.encode()

    def enter(self, client: str, place: Place = Place.OPERATION) -> None:
        """Take a place for something of a client's, before anything is done for it; raises RATE_LIMITED."""
        account = self._account(client)
        if account.spent >= self._per_minute:
            raise self._spent(account)
        if account.taken[place] >= self._at_once[place]:
            raise self._too_many(place)
        account.taken[place] += 1

    async def enter_in_turn(self, client: str, seconds: float) -> None:
        """Take a place for an operation when there is one: subscriptions that come all at once each wait their turn.

        Raises RATE_LIMITED where none comes in time, and where more wait than the client may have subscriptions.
        """
        account = self._account(client)
        if account.taken[Place.OPERATION] < self._at_once[Place.OPERATION]:
            self.enter(client)
            return
        if len(account.waiting) >= self._at_once[Place.SUBSCRIPTION]:
            raise self._too_many(Place.OPERATION)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        account.waiting.append(turn)
        try:
            async with asyncio.timeout(seconds):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                # The place came at the same moment.
                self.leave(client)
            elif turn in account.waiting:
                account.waiting.remove(turn)
            if isinstance(error, TimeoutError):
                raise self._too_many(Place.OPERATION) from None
            raise

    def leave(self, client: str, place: Place = Place.OPERATION) -> None:
        """Give a place back; it goes to who has waited longest."""
        account = self._accounts[client]
        while place is Place.OPERATION and account.waiting:
            turn = account.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        account.taken[place] -= 1

    def hold(self, client: str, size: int) -> None:
        """Keep room for an answer until it is sent; raises RATE_LIMITED while too much of the client's is on its way."""
        account = self._account(client)
        if account.under_way + size > MOST_UNDER_WAY:
            raise HubError(ErrorCode.RATE_LIMITED, f"answers ≤ {MOST_UNDER_WAY // 2**20} MiB at once", retry_after=1)
        account.under_way += size

    def release(self, client: str, size: int) -> None:
        """Give that room back."""
        self._accounts[client].under_way -= size

    def take(self, client: str, cost: int) -> None:
        """Spend; raises RATE_LIMITED, and spends nothing, when there is not enough left."""
        account = self._accounts.get(client)
        if account is None or account.spent + cost > self._per_minute:
            # Its minute may be over; else `enter` has seen to it.
            account = self._account(client)
            if account.spent + cost > self._per_minute:
                raise self._spent(account)
        account.spent += cost

    def owe(self, client: str, cost: int) -> None:
        """Spend what was known only afterwards, be there enough left or not."""
        self._account(client).spent += cost

    def left(self, client: str) -> bytes:
        """The value of the header `RateLimit`: what is left, and for how many seconds."""
        account = self._accounts.get(client) or self._account(client)
        left = self._per_minute - account.spent
        return b'"cost";r=%d;t=%d' % (left if left > 0 else 0, self._wait(account))

    def _account(self, client: str) -> _Account:
        account = self._accounts.get(client)
        if account is None:
            account = self._accounts[client] = _Account()
        now = self._ticks()
        if now >= account.ends:
            account.ends = now + WINDOW_SECONDS
            account.spent = 0
        return account

    def _too_many(self, place: Place) -> HubError:
        return HubError(ErrorCode.RATE_LIMITED, f"≤ {self._at_once[place]} {place.value} at once", retry_after=1)

    def _wait(self, account: _Account) -> int:
        return max(1, math.ceil(account.ends - self._ticks()))

    def _spent(self, account: _Account) -> HubError:
        detail = f"cost ≤ {self._per_minute} / {WINDOW_SECONDS} s"
        return HubError(ErrorCode.RATE_LIMITED, detail, retry_after=self._wait(account))
