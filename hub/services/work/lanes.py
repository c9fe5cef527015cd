"""Which of several messages may go: of each lane the one before must have been received, and what came first goes first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from heapq import heappop, heappush


class Lanes:
    """Messages by their places 0, 1, …, of each the lanes in which it stands."""

    def __init__(self, lanes: Sequence[Collection[str]]) -> None:
        last: dict[str, int] = {}
        #: How many each still waits for, and who waits for it.
        self._waits_for = [0] * len(lanes)
        self._behind: list[list[int]] = [[] for _ in lanes]
        for place, names in enumerate(lanes):
            before = {last[name] for name in names if name in last}
            self._waits_for[place] = len(before)
            for earlier in before:
                self._behind[earlier].append(place)
            last.update(dict.fromkeys(names, place))
        # In order, and so a heap.
        self._free = [place for place, number in enumerate(self._waits_for) if not number]

    @property
    def free(self) -> int:
        """How many may go now."""
        return len(self._free)

    def take(self) -> int:
        """The first that may go, which is taken."""
        return heappop(self._free)

    def received(self, place: int) -> None:
        """Say that one was received: those that waited for it alone may go."""
        for later in self._behind[place]:
            self._waits_for[later] -= 1
            if not self._waits_for[later]:
                heappush(self._free, later)
