"""`make bench`: the figures, as ratios within one run; also written to `var/bench.json`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests import postgres
from tests.benchmark import figures, posting, pulling, reading

POSTED, RUNS = 10_000, 5
PULLED = (10_000, 100_000, 300_000)
#: The mines of a province, and ten times as many.
MINES = (6_000, 60_000)
ZONES = 2_000
SECONDS = 4.0


def main() -> None:
    console = Console(soft_wrap=True)
    found: dict[str, dict[str, float]] = {}
    with postgres.server() as server:
        found |= asyncio.run(reading.measure(server, MINES[0], seconds=SECONDS, peers=True))
        larger = asyncio.run(reading.measure(server, MINES[1], seconds=SECONDS, peers=False))
        for question, told in larger.items():
            told["hub/hub at a tenth of the size"] = told["hub"] / found[question]["hub"]
            found[f"{question} at {MINES[1]} mines"] = told
        found |= asyncio.run(figures.measure(server, MINES[0]))
        found |= asyncio.run(figures.measure_screening(server, MINES[0], ZONES))
        found |= asyncio.run(posting.measure(server, POSTED, RUNS))
        found |= asyncio.run(pulling.measure(server, PULLED))
    table = Table("what", "figures")
    for name, told in found.items():
        table.add_row(name, "   ".join(f"{key} {value:,.2f}" for key, value in told.items()))
    console.print(table)
    target = Path("var/bench.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
