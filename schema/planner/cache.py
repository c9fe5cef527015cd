"""A bounded cache that no client can empty for the others.

What is used a second time moves to the kept part, so a flood of one-off documents pushes out one-off documents only.  When the
kept part is full, whoever holds the most of it loses its oldest, so a client that sends each document twice pushes out its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Holds at most `size` values: three quarters for what was asked again, one quarter for what was seen once."""

    def __init__(self, size: int) -> None:
        self._most_kept = max(1, size * 3 // 4)
        self._most_new = max(1, size - self._most_kept)
        self._kept: dict[str, OrderedDict[K, V]] = {}
        self._holders: dict[K, str] = {}
        self._new: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K, client: str) -> V | None:
        """The value of a key, which `client` asks for."""
        if (holder := self._holders.get(key)) is not None:
            self._kept[holder].move_to_end(key)
            return self._kept[holder][key]
        if (value := self._new.pop(key, None)) is not None:
            self._keep(key, value, client)
        return value

    def put(self, key: K, value: V) -> None:
        if (holder := self._holders.get(key)) is not None:
            self._kept[holder][key] = value
        else:
            self._add_new(key, value)

    def _keep(self, key: K, value: V, client: str) -> None:
        self._kept.setdefault(client, OrderedDict())[key] = value
        self._holders[key] = client
        if len(self._holders) > self._most_kept:
            greediest = max(self._kept, key=lambda holder: len(self._kept[holder]))
            oldest, dropped = self._kept[greediest].popitem(last=False)
            del self._holders[oldest]
            if not self._kept[greediest]:
                del self._kept[greediest]
            self._add_new(oldest, dropped)

    def _add_new(self, key: K, value: V) -> None:
        self._new[key] = value
        if len(self._new) > self._most_new:
            self._new.popitem(last=False)

    def __len__(self) -> int:
        return len(self._holders) + len(self._new)
