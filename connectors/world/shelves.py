"""What a system holds: rows in the order of their change, made when asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.world.province import Data, World


def stamp(revision: int) -> str:
    """The moment of the province's n-th change, as systems write it."""
    return (datetime(2026, 1, 1) + timedelta(seconds=revision)).strftime("%Y-%m-%dT%H:%M:%S")


def revision(moment: str) -> int:
    """The reverse of `stamp`; 0 for none."""
    if not moment:
        return 0
    return int((datetime.fromisoformat(moment) - datetime(2026, 1, 1)).total_seconds())


@dataclass
class Shelf:
    """What a system holds of one resource: rows in the order of their change, made when asked for, and what came later."""

    count: int
    row: Callable[[int], Data]
    later: list[Data] = field(default_factory=list)

    def __len__(self) -> int:
        return self.count + len(self.later)

    def add(self, row: Data) -> None:
        """A new or changed row."""
        self.later.append(row)

    def after(self, moment: str, size: int) -> list[tuple[str, Data]]:
        """Up to `size` rows that changed after a moment, each with its own."""
        first = max(0, revision(moment))
        return [
            (stamp(place + 1), self.row(place) if place < self.count else self.later[place - self.count])
            for place in range(first, min(first + size, len(self)))
        ]


def every(rows: Iterable[Data]) -> Shelf:
    """A shelf of rows that are known already."""
    known = list(rows)
    return Shelf(len(known), known.__getitem__)


def in_a_row(*shelves: Shelf) -> Shelf:
    """One shelf of several, the rows of one after those of the other."""

    def at(place: int) -> Data:
        for shelf in shelves:
            if place < shelf.count:
                return shelf.row(place)
            place -= shelf.count
        raise IndexError(place)

    return Shelf(sum(shelf.count for shelf in shelves), at)


@dataclass(frozen=True)
class Round:
    """What is told of some mines and comes round again after `length` of them: the mine's number within the round and which of
    its rows, in order.  So a row is found by its place, in a province of any size."""

    length: int
    told: Sequence[tuple[int, int]] = ((0, 0),)

    def count(self, mines: int) -> int:
        """How many rows are told of so many mines."""
        rounds, rest = divmod(mines, self.length)
        return rounds * len(self.told) + bisect_left(self.told, (rest, 0))

    def at(self, place: int) -> tuple[int, int]:
        """The mine of a row, and which row of the mine it is."""
        rounds, rest = divmod(place, len(self.told))
        number, which = self.told[rest]
        return rounds * self.length + number, which

    def shelf(self, world: World, row: Callable[[World, int], Data]) -> Shelf:
        """The shelf of these mines' rows, where each has one."""
        return Shelf(self.count(world.mines), lambda place: row(world, self.at(place)[0]))
