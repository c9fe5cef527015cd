"""A bounded cache that no client can empty for the others, nor fill with what is large.

What is used a second time moves to the kept part, so a flood of one-off documents pushes out one-off documents only.  When the
kept part is full, whoever holds the most of it loses its oldest, so a client that sends each document twice pushes out its own.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Cache(Generic[K, V]):
    """Holds values of at most `size` together: three quarters for what was asked again, one quarter for what was seen once.

    A value counts as what is said of it when it is put.  The newest is held however large it is.
    """

    def __init__(self, size: int) -> None:
        self._most_kept = max(1, size * 3 // 4)
        self._most_new = max(1, size - self._most_kept)
        self._kept: dict[str, OrderedDict[K, V]] = {}
        self._holders: dict[K, str] = {}
        self._new: OrderedDict[K, V] = OrderedDict()
        self._sizes: dict[K, int] = {}
        #: How much each client holds of the kept part, and how much was seen once.
        self._held: Counter[str] = Counter()
        self._seen = 0

    def get(self, key: K, client: str) -> V | None:
        """The value of a key, which `client` asks for."""
        if (holder := self._holders.get(key)) is not None:
            self._kept[holder].move_to_end(key)
            return self._kept[holder][key]
        if (value := self._new.pop(key, None)) is not None:
            self._seen -= self._sizes[key]
            self._keep(key, value, client)
        return value

    def put(self, key: K, value: V, size: int = 1) -> None:
        if (holder := self._holders.get(key)) is not None:
            self._held[holder] += size - self._sizes[key]
            self._sizes[key] = size
            self._kept[holder][key] = value
            self._make_room()
        else:
            if self._new.pop(key, None) is not None:
                self._seen -= self._sizes[key]
            self._sizes[key] = size
            self._add_new(key, value)

    def _keep(self, key: K, value: V, client: str) -> None:
        self._kept.setdefault(client, OrderedDict())[key] = value
        self._holders[key] = client
        self._held[client] += self._sizes[key]
        self._make_room()

    def _make_room(self) -> None:
        while self._held.total() > self._most_kept and len(self._holders) > 1:
            greediest = max(self._kept, key=lambda holder: self._held[holder])
            oldest, dropped = self._kept[greediest].popitem(last=False)
            del self._holders[oldest]
            self._held[greediest] -= self._sizes[oldest]
            if not self._kept[greediest]:
                del self._kept[greediest], self._held[greediest]
            self._add_new(oldest, dropped)

    def _add_new(self, key: K, value: V) -> None:
        self._new[key] = value
        self._seen += self._sizes[key]
        while self._seen > self._most_new and len(self._new) > 1:
            oldest, _ = self._new.popitem(last=False)
            self._seen -= self._sizes.pop(oldest)

    def __len__(self) -> int:
        return len(self._holders) + len(self._new)
