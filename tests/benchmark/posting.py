"""Posting through the `postPenalties` mutation, beside the raw INSERT of the very rows that it stored, in one run."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import httpx

from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import migrate
from tests import postgres
from tests.benchmark.questions import COUNTIES
from tests.benchmark.serving import serving
from tests.makers import NATURAL_RESOURCES, licence, mine, penalty, posted, seat, seat_organs, uscc

BATCH = 500
ENTERPRISES = 3000
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


def bodies(count: int) -> list[bytes]:
    """The requests: the parties are all enterprises of a province, and the organs of the mines' counties decide."""
    items = [
        penalty(
            n,
            partyUscc=uscc(n % ENTERPRISES),
            mines=[licence(n % BATCH + 1)],
            authorityCode=_deciding_organ(n % BATCH + 1),
            dataSourceCode=_deciding_organ(n % BATCH + 1),
        )
        for n in range(count)
    ]
    batches = (items[start : start + BATCH] for start in range(0, count, BATCH))
    return [json.dumps({"query": MUTATION, "variables": {"items": batch}}).encode() for batch in batches]


async def through_the_hub(url: str, bodies: list[bytes]) -> tuple[float, Rows]:
    """Records a second that one client posts over HTTP with its token, and the rows that were stored."""
    async with serving(url) as hub:
        await seat_organs(
            hub.hub.database, {_deciding_organ(n): (Department.ECOLOGY, _county(n)) for n in range(len(COUNTIES))}
        )
        mines = [mine(n, divisionCode=_county(n)) for n in range(1, BATCH + 1)]
        await posted(hub.hub.posting, NATURAL_RESOURCES, RecordKind.MINE, *mines)
        token = await hub.token(Role.DEPARTMENT, Department.ECOLOGY)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            began = time.perf_counter()
            answers = [await client.post(f"{hub.url}/graphql", content=body, headers=headers) for body in bodies]
            seconds = time.perf_counter() - began
        for answer in answers:
            assert answer.json()["data"]["postPenalties"]["accepted"] == BATCH, answer.text[:500]
        rows: Rows = {}
        async with hub.hub.database.connection() as connection:
            for table, which in (("penalties", ""), ("penalty_mines", ""), ("log", "WHERE kind = 'penalty'")):
                found = await connection.exec_driver_sql(f"SELECT * FROM {table} {which}")  # noqa: S608 - our own names
                rows[table] = (list(found.keys()), [tuple(row) for row in found.fetchall()])
    return BATCH * len(bodies) / seconds, rows


async def raw_sqlite(path: Path, rows: Rows, count: int) -> float:
    """Records a second that the driver alone inserts, in transactions of the same size."""
    database = Database(f"sqlite:///{path}")
    await migrate(database)
    await database.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    began = time.perf_counter()
    for start in range(0, count, BATCH):
        connection.execute("BEGIN IMMEDIATE")
        for table, (names, values) in rows.items():
            marks = ", ".join("?" * len(names))
            connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values[start : start + BATCH])  # noqa: S608
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return count / seconds


async def raw_postgres(url: str, rows: Rows, count: int) -> float:
    """The same on asyncpg."""
    database = Database(url)
    await migrate(database)
    await database.close()
    connection = await asyncpg.connect(url)
    began = time.perf_counter()
    for start in range(0, count, BATCH):
        async with connection.transaction():
            for table, (names, values) in rows.items():
                marks = ", ".join(f"${place + 1}" for place in range(len(names)))
                await connection.executemany(
                    f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608
                    values[start : start + BATCH],
                )
    seconds = time.perf_counter() - began
    await connection.close()
    return count / seconds


async def measure(server: str, count: int, runs: int) -> dict[str, dict[str, float]]:
    """Posting and raw INSERT on both databases, in records a second: the medians of several runs, taken in turn."""
    sent = bodies(count)
    told: dict[str, list[tuple[float, float]]] = {"posting sqlite": [], "posting postgresql": []}
    for run in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            hub, rows = await through_the_hub(f"sqlite:///{folder}/hub.db", sent)
            told["posting sqlite"].append((hub, await raw_sqlite(Path(folder) / "raw.db", rows, count)))
        for name in (f"bench_hub_{run}", f"bench_raw_{run}"):
            await postgres.statement(server, f"CREATE DATABASE {name}")
        hub, rows = await through_the_hub(postgres.named(server, f"bench_hub_{run}"), sent)
        raw = await raw_postgres(postgres.named(server, f"bench_raw_{run}"), rows, count)
        told["posting postgresql"].append((hub, raw))
    return {name: _medians(found) for name, found in told.items()}


def _medians(found: list[tuple[float, float]]) -> dict[str, float]:
    ratios = [hub / raw for hub, raw in found]
    return {
        "hub": median(hub for hub, _ in found),
        "raw": median(raw for _, raw in found),
        "hub/raw": median(ratios),
        "least": min(ratios),
        "most": max(ratios),
    }
