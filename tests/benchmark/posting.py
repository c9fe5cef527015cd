"""Posting through the `postPenalties` mutation, beside the raw INSERT of the very rows that it stored, in one run: in batches,
and one by one, by one connection and by eight at once."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import asyncpg
import httpx

from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import migrate
from tests import postgres
from tests.benchmark import load
from tests.benchmark.questions import COUNTIES
from tests.benchmark.serving import serving
from tests.makers import NATURAL_RESOURCES, licence, mine, penalty, posted, seat, seat_organs, uscc

BATCH = 500
ENTERPRISES = 3000
#: For how long is posted one by one, and more than are posted in a second; so many are inserted raw.
SECONDS, MOST, RAW_SINGLES = 2.0, 1_500, 500
MUTATION = """
mutation ($items: [PenaltyInput!]!) {
  postPenalties(items: $items) { accepted results { index outcome recordId version problems { path code message } } }
}
"""

#: Table → its columns and rows.
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def _county(mine_number: int) -> str:
    return COUNTIES[mine_number % len(COUNTIES)]


def _deciding_organ(mine_number: int) -> str:
    """The organ of ecology of the county in which a mine lies."""
    return seat(Department.ECOLOGY, _county(mine_number))


class Rates(NamedTuple):
    """Records a second: of those that come in batches, and of those that come one by one, over one connection and over eight;
    raw ones over one alone."""

    batches: float
    one: float
    eight: float = 0.0


def _item(number: int) -> dict[str, Any]:
    """The parties are all enterprises of a province, and the organs of the mines' counties decide."""
    mine_number = number % BATCH + 1
    organ = _deciding_organ(mine_number)
    named = {"partyUscc": uscc(number % ENTERPRISES), "mines": [licence(mine_number)]}
    return penalty(number, authorityCode=organ, dataSourceCode=organ, **named)


def _bodies(numbers: Iterable[int], size: int) -> Iterator[bytes]:
    """The requests, each with so many items."""
    items = [_item(number) for number in numbers]
    for start in range(0, len(items), size):
        yield json.dumps({"query": MUTATION, "variables": {"items": items[start : start + size]}}).encode()


async def through_the_hub(url: str, count: int, seconds: float = SECONDS) -> tuple[Rates, Rows]:
    """What clients post over HTTP with their token, first so many in batches, then one by one for some seconds; and the rows
    that were stored."""
    async with serving(url) as hub:
        await seat_organs(
            hub.hub.database, {_deciding_organ(n): (Department.ECOLOGY, _county(n)) for n in range(len(COUNTIES))}
        )
        mines = [mine(n, divisionCode=_county(n)) for n in range(1, BATCH + 1)]
        await posted(hub.hub.posting, NATURAL_RESOURCES, RecordKind.MINE, *mines)
        token = await hub.token(Role.DEPARTMENT, Department.ECOLOGY)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        sent = list(_bodies(range(count), BATCH))
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            began = time.perf_counter()
            answers = [await client.post(f"{hub.url}/graphql", content=body, headers=headers) for body in sent]
            took = time.perf_counter() - began
        for answer in answers:
            assert answer.json()["data"]["postPenalties"]["accepted"] == BATCH, answer.text[:500]
        server, most, alone = load.Server(hub.port, hub.pid, hub.pid), int(MOST * (seconds + load.LEAD_SECONDS)), []
        for connections in (1, 8):
            numbers = range(count + connections * most, count + (connections + 1) * most)
            requests = [load.request("/graphql", body, Authorization=f"Bearer {token}") for body in _bodies(numbers, 1)]
            told = await load.run(server, requests, seconds=seconds, connections=connections, once=True)
            alone.append(told.rate)
        rows: Rows = {}
        async with hub.hub.database.connection() as connection:
            for table, which in (("penalties", ""), ("penalty_mines", ""), ("log", "WHERE kind = 'penalty'")):
                found = await connection.exec_driver_sql(f"SELECT * FROM {table} {which}")  # noqa: S608 - our own names
                rows[table] = (list(found.keys()), [tuple(row) for row in found.fetchall()])
    return Rates(count / took, *alone), rows


def _alone(rows: Rows, count: int) -> range:
    """The places of rows that are inserted one by one, behind those of the batches."""
    return range(count, len(rows["penalties"][1]))[:RAW_SINGLES]


async def raw_sqlite(path: Path, rows: Rows, count: int) -> Rates:
    """What the driver alone inserts: so many in transactions of the same size, the others one by one."""
    database = Database(f"sqlite:///{path}")
    await migrate(database)
    await database.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")

    def insert(start: int, most: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for table, (names, values) in rows.items():
            marks = ", ".join("?" * len(names))
            connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values[start : start + most])  # noqa: S608
        connection.execute("COMMIT")

    began = time.perf_counter()
    for start in range(0, count, BATCH):
        insert(start, BATCH)
    then, alone = time.perf_counter(), _alone(rows, count)
    for start in alone:
        insert(start, 1)
    ended = time.perf_counter()
    connection.close()
    return Rates(count / (then - began), len(alone) / (ended - then))


async def raw_postgres(url: str, rows: Rows, count: int) -> Rates:
    """The same on asyncpg."""
    database = Database(url)
    await migrate(database)
    await database.close()
    connection = await asyncpg.connect(url)

    async def insert(start: int, most: int) -> None:
        async with connection.transaction():
            for table, (names, values) in rows.items():
                marks = ", ".join(f"${place + 1}" for place in range(len(names)))
                await connection.executemany(
                    f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608
                    values[start : start + most],
                )

    began = time.perf_counter()
    for start in range(0, count, BATCH):
        await insert(start, BATCH)
    then, alone = time.perf_counter(), _alone(rows, count)
    for start in alone:
        await insert(start, 1)
    ended = time.perf_counter()
    await connection.close()
    return Rates(count / (then - began), len(alone) / (ended - then))


async def measure(server: str, count: int, runs: int) -> dict[str, dict[str, float]]:
    """Posting and raw INSERT on both databases, in records a second: the medians of several runs, taken in turn."""
    told: dict[str, list[tuple[Rates, Rates]]] = {"posting sqlite": [], "posting postgresql": []}
    for run in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            hub, rows = await through_the_hub(f"sqlite:///{folder}/hub.db", count)
            told["posting sqlite"].append((hub, await raw_sqlite(Path(folder) / "raw.db", rows, count)))
        for name in (f"bench_hub_{run}", f"bench_raw_{run}"):
            await postgres.statement(server, f"CREATE DATABASE {name}")
        hub, rows = await through_the_hub(postgres.named(server, f"bench_hub_{run}"), count)
        raw = await raw_postgres(postgres.named(server, f"bench_raw_{run}"), rows, count)
        told["posting postgresql"].append((hub, raw))
    return {name: _medians(found) for name, found in told.items()}


def _medians(found: list[tuple[Rates, Rates]]) -> dict[str, float]:
    rates: Mapping[str, list[float]] = {
        "hub": [hub.batches for hub, _ in found],
        "raw": [raw.batches for _, raw in found],
        "hub/raw": [hub.batches / raw.batches for hub, raw in found],
        "one by one": [hub.one for hub, _ in found],
        "raw one by one": [raw.one for _, raw in found],
        "one by one, hub/raw": [hub.one / raw.one for hub, raw in found],
        "one by one, eight/one": [hub.eight / hub.one for hub, _ in found],
    }
    ratios = rates["hub/raw"]
    return {name: median(several) for name, several in rates.items()} | {"least": min(ratios), "most": max(ratios)}
