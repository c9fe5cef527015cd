"""Reading at the size of a province: the hub, a plain server over the same tables, and the bare statements, in one run."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from auth.principals import Role
from hub.demo import free_port
from hub.domain.departments import Department
from hub.services.posting import Posting
from hub.storage.database import Database
from hub.storage.migrating import migrate
from tests import postgres
from tests.benchmark import load, plain, questions
from tests.benchmark.limit import REQUESTS
from tests.benchmark.load import Load, request
from tests.benchmark.serving import serving


@asynccontextmanager
async def _other(application: str, database_url: str, mines: int) -> AsyncIterator[tuple[int, int]]:
    """Another ASGI application on the hub's own server; its port and process."""
    port = free_port(0)
    command = ["-m", "uvicorn", application, "--port", str(port), "--log-level", "warning", "--no-access-log"]
    told = os.environ | {"BENCH_DATABASE_URL": database_url, "BENCH_MINES": str(mines)}
    child = await asyncio.create_subprocess_exec(sys.executable, *command, env=told)
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(400):
                try:
                    await client.get(f"http://127.0.0.1:{port}/Q1/0")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        yield port, child.pid
    finally:
        child.terminate()
        await child.wait()


async def _filled(server: str, mines: int) -> str:
    name = f"bench_read_{mines}"
    await postgres.statement(server, f"CREATE DATABASE {name}")
    url = postgres.named(server, name)
    database = Database(url)
    await migrate(database)
    await questions.fill(Posting(database), mines)
    await database.close()
    await postgres.statement(url, "VACUUM ANALYZE")
    return url


async def measure(server: str, mines: int, *, seconds: float, peers: bool) -> dict[str, dict[str, float]]:
    """Every question in turn: requests a second of each server, latencies, CPU and memory, and the ratios."""
    url = await _filled(server, mines)
    found: dict[str, dict[str, float]] = {}
    async with (
        serving(url) as hub,
        _other("tests.benchmark.limit:app", url, mines) as (bare, bare_pid),
        _other("tests.benchmark.plain:app", url, mines) as (peer, peer_pid),
    ):
        token = await hub.token(Role.DEPARTMENT, Department.ECOLOGY)
        for name in questions.QUESTIONS:
            ours = [request("/graphql", body, token) for body in questions.bodies(name, mines, REQUESTS)]
            ready = [request(f"/{name}/{number}", b"") for number in range(REQUESTS)]
            theirs = [
                request("/", json.dumps({"query": plain.QUESTIONS[name], "variables": given}).encode())
                for given in questions.variables(name, mines, REQUESTS)
            ]
            told: dict[str, list[Load]] = {"hub": [], "limit": [], "plain": []}
            await load.run(hub.port, hub.pid, ours, seconds=1)
            # Twice in turn, so that a slow minute of the machine meets all of them.
            for _ in range(2):
                told["hub"].append(await load.run(hub.port, hub.pid, ours, seconds=seconds))
                told["limit"].append(await load.run(bare, bare_pid, ready, seconds=seconds))
                if peers:
                    told["plain"].append(await load.run(peer, peer_pid, theirs, seconds=seconds))
            found[name] = _figures(told)
    return found


def _figures(told: dict[str, list[Load]]) -> dict[str, float]:
    best = {name: max(runs, key=lambda run: run.rate) for name, runs in told.items() if runs}
    figures: dict[str, float] = {name: run.rate for name, run in best.items()}
    for name, run in best.items():
        figures |= {f"{name} p50 ms": run.p50, f"{name} p99 ms": run.p99, f"{name} cpu": run.cpu, f"{name} MiB": run.memory}
    return figures | {f"hub/{name}": best["hub"].rate / run.rate for name, run in best.items() if name != "hub"}
