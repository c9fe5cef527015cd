"""Posting through the `postPenalties` mutation, beside the raw INSERT of the very rows that it stored, in one run."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg

from hub.domain.record_kinds import RecordKind
from hub.services.posting import Posting
from hub.services.reading import Reading
from hub.storage.database import Database
from hub.storage.migrating import migrate
from schema.execution import Graph, Operation
from schema.root import build_schema
from tests import postgres
from tests.makers import ECOLOGY, NATURAL_RESOURCES, licence, mine, penalty, posted, uscc

BATCH = 500
MUTATION = """
mutation ($items: [PenaltyInput!]!) {
  postPenalties(items: $items) { accepted results { index outcome recordId version problems { path code message } } }
}
"""

#: Table → its columns and rows.
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


async def through_the_hub(url: str, count: int) -> tuple[float, Rows]:
    """Records a second, JSON text in and JSON text out, and the rows that were stored."""
    database = Database(url)
    await migrate(database)
    await database.start()
    posting = Posting(database)
    graph = Graph(build_schema(), Reading(database), posting)
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *(mine(n) for n in range(1, BATCH + 1)))
    bodies = [
        json.dumps(
            {
                "items": [
                    penalty(n, partyUscc=uscc(n % 300), mines=[licence(n % BATCH + 1)]) for n in range(start, start + BATCH)
                ]
            }
        )
        for start in range(0, count, BATCH)
    ]
    began = time.perf_counter()
    for body in bodies:
        answer = await graph.run(Operation(MUTATION, None, json.loads(body)), ECOLOGY)
        assert json.loads(answer.text)["data"]["postPenalties"]["accepted"] == BATCH
    seconds = time.perf_counter() - began
    rows: Rows = {}
    async with database.connection() as connection:
        for table, which in (("penalties", ""), ("penalty_mines", ""), ("log", "WHERE kind = 'penalty'")):
            found = await connection.exec_driver_sql(f"SELECT * FROM {table} {which}")  # noqa: S608 - our own names
            rows[table] = (list(found.keys()), [tuple(row) for row in found.fetchall()])
    await database.close()
    return count / seconds, rows


async def raw_sqlite(path: Path, rows: Rows, count: int) -> float:
    """Records a second that the driver alone inserts, in transactions of the same size."""
    database = Database(f"sqlite:///{path}")
    await migrate(database)
    await database.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
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


async def measure(server: str, count: int) -> dict[str, dict[str, float]]:
    """Posting and raw INSERT, in records a second, on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        hub, rows = await through_the_hub(f"sqlite:///{folder}/hub.db", count)
        raw = await raw_sqlite(Path(folder) / "raw.db", rows, count)
    found = {"posting sqlite": {"hub": hub, "raw": raw, "hub/raw": hub / raw}}
    for name in ("bench_hub", "bench_raw"):
        await postgres.statement(server, f"CREATE DATABASE {name}")
    hub, rows = await through_the_hub(postgres.named(server, "bench_hub"), count)
    raw = await raw_postgres(postgres.named(server, "bench_raw"), rows, count)
    return found | {"posting postgresql": {"hub": hub, "raw": raw, "hub/raw": hub / raw}}
