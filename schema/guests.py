"""What the public may still ask for: a budget for each address, and together as much as any client has."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from schema.budgets import Budgets, Place

#: Addresses that are remembered; who has nothing open is forgotten past that when its minute is over.
_MOST_REMEMBERED = 10_000
#: So many of them are looked at when another comes: all would hold everybody up each time, and with more than one those whose
#: minute is over go faster than others come.
_LOOKED_AT = 4


class Guests(Budgets):
    """The budgets of addresses; what is no address's account is `known`, as is the client that the public is together."""

    def __init__(
        self,
        known: Budgets,
        *,
        per_minute: int,
        at_once: Mapping[Place, int],
        ticks: Callable[[], float] = time.monotonic,
        most: int = _MOST_REMEMBERED,
    ) -> None:
        super().__init__(per_minute=per_minute, at_once=at_once, ticks=ticks)
        # Who was looked at longest ago stands first.
        self._remembered: OrderedDict[str, Any] = OrderedDict()
        self._accounts = self._remembered
        self._known = known
        self._most = most

    def enter(self, client: str, place: Place = Place.OPERATION) -> None:
        self._forget()
        super().enter(client, place)
        try:
            self._known.enter(_all(client), place)
        except BaseException:
            super().leave(client, place)
            raise

    async def enter_in_turn(self, client: str, seconds: float) -> None:
        """The public waits for nothing: who wants more than there is asks again."""
        self.enter(client)

    def leave(self, client: str, place: Place = Place.OPERATION) -> None:
        super().leave(client, place)
        self._known.leave(_all(client), place)

    def take(self, client: str, cost: int) -> None:
        if (everybody := _all(client)) != client:
            super().take(client, cost)
        self._known.take(everybody, cost)

    def owe(self, client: str, cost: int) -> None:
        if (everybody := _all(client)) != client:
            super().owe(client, cost)
        self._known.owe(everybody, cost)

    def _forget(self) -> None:
        if len(self._accounts) < self._most:
            return
        now = self._ticks()
        for address, account in list(islice(self._remembered.items(), _LOOKED_AT)):
            if now >= account.ends and not (any(account.taken.values()) or account.waiting or account.under_way):
                del self._remembered[address]
            else:
                self._remembered.move_to_end(address)


def _all(account: str) -> str:
    """The client that the public is together, by the account of one of its addresses; any other account is itself."""
    return account.partition(" ")[0]
