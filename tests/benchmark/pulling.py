"""Pulling a whole province through a connector into PostgreSQL: records a second, and memory, which must not grow with it.
Reading a workbook of 100,000 rows; and all sources side by side, beside the slowest of them alone.

Three figures are called pulling, of the same records: `fetched/s` is what a connector does (asked for, read, mapped), which
bounds how fast any hub could follow a system; `posted/s` a first pull with all that it stores (versions, log, what follows from
them, what they are found by); `unchanged/s` the weekly reading of all that stands here already.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from connectors import workbooks
from connectors.base import Connector
from connectors.financial_regulation.connector import FinancialRegulation
from connectors.natural_resources.connector import NaturalResources
from connectors.registry import CONNECTORS, sandbox
from connectors.world import World
from hub.demo import sandboxes
from hub.services.posting.pipeline import Posting
from hub.services.work.ingest import Ingest
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import migrate
from tests import postgres

#: About so many records of natural resources come for each mine of the fictional province.
RECORDS_A_MINE = 6.45


async def pull(url: str, mines: int) -> dict[str, float]:
    """Pull everything of natural resources, first to be fetched and mapped alone, then to be posted as well; run in a process
    of its own, whose memory is measured.  The database is ready, the sandboxes serve in another process."""
    database = Database(url)
    await migrate(database)
    async with sandboxes(mines, 1) as addresses:
        began, cpu, fetched = time.perf_counter(), time.process_time(), 0
        async for batch in NaturalResources(addresses["natural_resources"]).pull(None):
            fetched += len(batch.items)
        fetching, cpu = time.perf_counter() - began, time.process_time() - cpu
        told = {"fetched/s": fetched / fetching, "fetched/cpu s": fetched / cpu}
        began, cpu = time.perf_counter(), time.process_time()
        report = await Ingest(database, Posting(database)).run(NaturalResources(addresses["natural_resources"]))
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        told |= {"posted/s": report.accepted / seconds, "posted/cpu s": report.accepted / cpu}
        began, cpu = time.perf_counter(), time.process_time()
        again = await Ingest(database, Posting(database)).run(NaturalResources(addresses["natural_resources"]), whole=True)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        told |= {"unchanged/s": again.unchanged / seconds, "unchanged/cpu s": again.unchanged / cpu}
    await database.close()
    return {"records": report.accepted} | told | {"peak MiB": _peak()}


ROWS = 100_000
#: What a system takes for each answer, so that sources wait as they do for real ones.
ANSWER_SECONDS = 0.2


def write(path: Path, rows: int) -> dict[str, float]:
    """A workbook of so many opinions; in another process than that which reads it, for it takes memory too."""
    told = sandbox("financial_regulation").resources(World(64))["opinions"].after("", 64)[0]
    path.write_bytes(
        workbooks.write(list(told[0]), [told[place % len(told)] | {"文号": f"示例{place}号"} for place in range(rows)])
    )
    return {}


async def read(name: str, body: bytes) -> dict[str, float]:
    """Pull a workbook of opinions as from a shelf; run in a process of its own, whose memory is measured."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(name):
            return httpx.Response(200, content=body)
        is_asked = request.url.path.endswith("/opinions") and not request.url.params["after"]
        return httpx.Response(200, json={"files": [{"name": name}] if is_asked else []})

    settings = sandbox("financial_regulation").settings("http://department.example")
    connector = FinancialRegulation(settings, transport=httpx.MockTransport(answer))
    began, cpu, taken = time.perf_counter(), time.process_time(), 0
    async for batch in connector.pull(None):
        taken += sum(item.data is not None for item in batch.items)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {"rows": taken, "rows/s": taken / seconds, "rows/cpu s": taken / cpu, "peak MiB": _peak()}


async def side_by_side(url: str) -> dict[str, float]:
    """Pull all sources of a small province anew, each alone and then all at once, from systems that take their time."""
    database = Database(url)
    await migrate(database)
    ingest = Ingest(database, Posting(database))
    made: dict[str, Connector] = {
        code: connector(sandbox(code).settings("http://department.example"), transport=_Slow(code))  # type: ignore[call-arg]
        for code, connector in CONNECTORS.items()
    }
    async for _ in ingest.run_all(made, lambda _: lambda _done, _expected: None):
        pass
    alone = []
    for connector in made.values():
        began = time.perf_counter()
        await ingest.run(connector, whole=True)
        alone.append(time.perf_counter() - began)
    began = time.perf_counter()
    async for ended in ingest.run_all(made, lambda _: lambda _done, _expected: None, whole=True):
        assert ended.error is None, ended.code
    seconds = time.perf_counter() - began
    await database.close()
    return {"slowest alone s": max(alone), "all at once s": seconds, "ratio": seconds / max(alone)}


class _Slow(httpx.AsyncBaseTransport):
    """A sandbox that takes its time."""

    def __init__(self, code: str) -> None:
        self._inner = httpx.ASGITransport(sandbox(code).make_app(World(8)))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(ANSWER_SECONDS)
        return await self._inner.handle_async_request(request)


def _peak() -> float:
    # getrusage would tell the parent's peak as well, from before this process became its own.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


async def measure(server: str, sizes: tuple[int, ...]) -> dict[str, dict[str, float]]:
    """A pull of about each of these numbers of records; a workbook; all sources side by side."""
    found = {}
    for size in sizes:
        await postgres.statement(server, f"CREATE DATABASE bench_pull_{size}")
        url = postgres.named(server, f"bench_pull_{size}")
        found[f"pull {size}"] = await _apart("pull", url, str(int(size / RECORDS_A_MINE)))
    with TemporaryDirectory() as folder:
        await _apart("write", path := f"{folder}/1.xlsx", str(ROWS))
        found[f"workbook {ROWS}"] = await _apart("read", path)
    await postgres.statement(server, "CREATE DATABASE bench_side_by_side")
    found["side by side"] = await _apart("side-by-side", postgres.named(server, "bench_side_by_side"))
    return found


async def _apart(*words: str) -> dict[str, float]:
    """One figure, in a process of its own."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmark.pulling",
        *words,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    answer, _ = await child.communicate()
    told: dict[str, float] = json.loads(answer)
    return told


def main(what: str, *given: str) -> dict[str, float]:
    match what:
        case "pull":
            return asyncio.run(pull(given[0], int(given[1])))
        case "write":
            return write(Path(given[0]), int(given[1]))
        case "read":
            return asyncio.run(read(Path(given[0]).name, Path(given[0]).read_bytes()))
        case _:
            return asyncio.run(side_by_side(given[0]))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
