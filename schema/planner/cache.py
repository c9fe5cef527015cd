"""A bounded cache in two parts: what is used a second time moves to the kept part, so a flood of one-off documents pushes out
one-off documents only."""

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
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._new: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        if (value := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return value
        if (value := self._new.pop(key, None)) is not None:
            self._kept[key] = value
            if len(self._kept) > self._most_kept:
                self._add_new(*self._kept.popitem(last=False))
        return value

    def put(self, key: K, value: V) -> None:
        if key in self._kept:
            self._kept[key] = value
        else:
            self._add_new(key, value)

    def _add_new(self, key: K, value: V) -> None:
        self._new[key] = value
        if len(self._new) > self._most_new:
            self._new.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept) + len(self._new)
