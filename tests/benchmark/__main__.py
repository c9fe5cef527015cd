"""`make bench`: the figures, as ratios within one run; also written to `var/bench.json`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests import postgres
from tests.benchmark import banks, door, events, pages, posting, province, pulling, questions, reading, watching, ways_out
from tests.benchmark.turns import Figures, Turns

POSTED, RUNS = 10_000, 5
PULLED = (10_000, 100_000, 300_000)
#: The mines of a province, and ten times as many.
MINES = (6_000, 60_000)
ZONES = 2_000
#: Memory for the database, as whoever runs a hub gives it: both provinces find room, and none drives out the other.
MEMORY = "3GB"
#: How the servers are measured: in short rounds, so that what disturbs the machine meets all of them alike.
TURNS = Turns(seconds=1.0, sittings=4, rounds=2)
#: The door costs little more than two processes of one program differ by.
DOOR_TURNS = Turns(seconds=1.0, sittings=12, rounds=2)

#: What each ratio of two servers' requests a second is to be at the least.
GOALS: Mapping[str, Mapping[str, float]] = {
    "Q1": {"hub/limit": 0.75, "hub/plain": 15, "larger/hub": 0.8},
    "Q2": {"hub/limit": 0.75, "hub/plain": 25},
    "Q3": {"hub/limit": 0.75, "larger/hub": 0.8},
    "Q4": {"hub/limit": 0.75, "larger/hub": 0.8},
    "Q1 door": {"bearer/doorless": 0.85},
    questions.LOAN_CHECK: {"hub/limit": 0.75},
}
_PARTS = ("", " p50 ms", " p99 ms", " cpu", " cpu ms/request", " work ms/request", " MiB")


def main() -> None:
    console = Console(soft_wrap=True)
    with postgres.server(shared_buffers=MEMORY) as server:
        read = asyncio.run(_read(server))
        console.print(_servers(read), _ratios(read))
        others = asyncio.run(_others(server))
        console.print(_plain(others))
    target = Path("var/bench.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(read | others, indent=1), encoding="utf-8")


async def _read(server: str) -> dict[str, Figures]:
    small, large = [(await questions.province(server, mines), mines) for mines in MINES]
    found = await reading.measure(small, large, TURNS)
    found |= await banks.measure(*small, TURNS)
    return found | await door.measure(*small, DOOR_TURNS)


async def _others(server: str) -> dict[str, Figures]:
    small = postgres.named(server, questions.name(MINES[0]))
    found = await banks.measure_bulk(small)
    found |= await banks.measure_attestations(small)
    found |= await province.measure(server, MINES[0])
    found |= await province.measure_screening(server, MINES[0], ZONES)
    found |= await pages.measure(await pages.province(server, MINES[0]), MINES[0])
    found |= await posting.measure(server, POSTED, RUNS)
    found |= await events.measure(server)
    found |= await watching.measure(postgres.named(server, questions.name(MINES[1])), MINES[1])
    found |= await ways_out.measure(server)
    return found | await pulling.measure(server, PULLED)


def _servers(found: Mapping[str, Figures]) -> Table:
    table = Table("question", "server", "requests/s", *(part.strip() for part in _PARTS[1:]))
    for question, figures in found.items():
        for name in figures:
            if f"{name} MiB" in figures:
                table.add_row(question, name, *(f"{figures[name + part]:,.2f}" for part in _PARTS))
    return table


def _ratios(found: Mapping[str, Figures]) -> Table:
    table = Table("question", "ratio", "median", "least", "most", "goal")
    for question, figures in found.items():
        for name, value in figures.items():
            if f"{name} least" in figures:
                spread = (value, figures[f"{name} least"], figures[f"{name} most"])
                table.add_row(question, name, *(f"{one:,.2f}" for one in spread), *_goal(question, name, value))
    return table


def _goal(question: str, name: str, value: float) -> Iterator[str]:
    if (goal := GOALS.get(question, {}).get(name.removesuffix(" by work"))) is not None:
        yield f"≥ {goal:g} {'met' if value >= goal else 'MISSED'}"


def _plain(found: Mapping[str, Figures]) -> Table:
    table = Table("what", "figures")
    for name, figures in found.items():
        table.add_row(name, "   ".join(f"{key} {value:,.2f}" for key, value in figures.items()))
    return table


if __name__ == "__main__":
    main()
