"""Measuring several servers in turn, in short rounds, and what comes of it: a noisy minute meets all of them alike.

Two processes of the same program differ by several percent for as long as they live, so they are started anew a few times.

What is told are medians over the rounds; a ratio is the median of the rounds' own ratios, with the least and the greatest.
Ratios are of requests a second and, `by work`, of the CPU time that a request takes of everybody: on a machine that others load
the second is the one to go by.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from statistics import median

from tests.benchmark.load import Load


@dataclass(frozen=True, slots=True)
class Turns:
    """How to measure: for how many seconds at once, in how many sittings, each of so many rounds."""

    seconds: float
    sittings: int
    rounds: int


Run = Callable[[], Awaitable[Load]]
#: Starts fresh servers for as long as its block runs; gives groups of runs to be compared, by their names.
Sitting = Callable[[], AbstractAsyncContextManager[Mapping[str, Mapping[str, Run]]]]
Figures = dict[str, float]


async def in_sittings(sitting: Sitting, turns: Turns) -> dict[str, dict[str, list[Load]]]:
    """What each run of each group measures in all rounds of all sittings."""
    told: dict[str, dict[str, list[Load]]] = {}
    for _ in range(turns.sittings):
        async with sitting() as groups:
            for group, runs in groups.items():
                for name, loads in (await in_turn(runs, turns.rounds)).items():
                    told.setdefault(group, {}).setdefault(name, []).extend(loads)
    return told


async def in_turn(runs: Mapping[str, Run], rounds: int) -> dict[str, list[Load]]:
    """What each run measures in each round; every round begins with another one.  A round before the first only warms up."""
    told: dict[str, list[Load]] = {name: [] for name in runs}
    names = list(runs)
    for number in range(rounds + 1):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            load = await runs[name]()
            if number:
                told[name].append(load)
    return told


def figures(told: Mapping[str, list[Load]], ratios: Iterable[tuple[str, str]]) -> Figures:
    """Of each server requests a second (under its bare name), latencies, CPU and memory, and the ratios of these pairs."""
    found: Figures = {}
    for name, loads in told.items():
        found |= {
            name: median(load.rate for load in loads),
            f"{name} p50 ms": median(load.p50 for load in loads),
            f"{name} p99 ms": median(load.p99 for load in loads),
            f"{name} cpu": median(load.cpu for load in loads),
            f"{name} cpu ms/request": median(load.cpu / load.rate for load in loads) * 1000,
            f"{name} work ms/request": median(load.work for load in loads),
            f"{name} MiB": median(load.memory for load in loads),
        }
    for one, other in ratios:
        rounds = list(zip(told[one], told[other], strict=True))
        for how, each in (
            ("", [first.rate / second.rate for first, second in rounds]),
            (" by work", [second.work / first.work for first, second in rounds]),
        ):
            name = f"{one}/{other}{how}"
            found |= {name: median(each), f"{name} least": min(each), f"{name} most": max(each)}
    return found
