"""How much the hub holds in memory for those who have not proven who they are: in all, and for one address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Message, Receive

from hub.domain.words.errors import ErrorCode, HubError


class Allowance:
    """Bytes that may wait for their proof."""

    def __init__(self, most: int, most_from_one: int) -> None:
        self._most = most
        self._most_from_one = most_from_one
        self._held: Counter[str] = Counter()

    @contextmanager
    def counting(self, address: str, receive: Receive) -> Iterator[Receive]:
        """A `receive` whose bytes count until the end of the block; it raises UNAVAILABLE where they would be too many."""
        mine = 0

        async def counted() -> Message:
            nonlocal mine
            message = await receive()
            more = len(message.get("body", b""))
            if self._held[address] + more > self._most_from_one or self._held.total() + more > self._most:
                raise HubError(ErrorCode.UNAVAILABLE, retry_after=1)
            mine += more
            self._held[address] += more
            return message

        try:
            yield counted
        finally:
            self._held[address] -= mine
            self._held += Counter()
