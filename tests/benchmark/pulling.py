"""Pulling a whole province through a connector into PostgreSQL: records a second, and memory, which must not grow with it."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from connectors.natural_resources.connector import NaturalResources
from hub.demo import sandboxes
from hub.services.posting.pipeline import Posting
from hub.services.work.ingest import Ingest
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import migrate
from tests import postgres

#: About so many records of natural resources come for each mine of the fictional province.
RECORDS_A_MINE = 6.45


async def pull(url: str, mines: int) -> dict[str, float]:
    """Pull everything of natural resources; run in a process of its own, whose memory is measured."""
    database = Database(url)
    await migrate(database)
    async with sandboxes(mines, 1) as addresses:
        began = time.perf_counter()
        report = await Ingest(database, Posting(database)).run(NaturalResources(addresses["natural_resources"]))
        seconds = time.perf_counter() - began
    await database.close()
    return {"records": report.accepted, "records/s": report.accepted / seconds, "peak MiB": _peak()}


def _peak() -> float:
    # getrusage would tell the parent's peak as well, from before this process became its own.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


async def measure(server: str, sizes: tuple[int, ...]) -> dict[str, dict[str, float]]:
    """A pull of about each of these numbers of records."""
    found = {}
    for size in sizes:
        await postgres.statement(server, f"CREATE DATABASE bench_pull_{size}")
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.benchmark.pulling",
            postgres.named(server, f"bench_pull_{size}"),
            str(int(size / RECORDS_A_MINE)),
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        answer, _ = await child.communicate()
        found[f"pull {size}"] = json.loads(answer)
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(pull(sys.argv[1], int(sys.argv[2])))))
