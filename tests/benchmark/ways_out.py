"""What goes out of the log a second: rows of the feed, webhooks, deliveries; how far positions lag; what followers cost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from statistics import median, quantiles
from typing import Any

import asyncpg
import httpx

from auth.principals import Role
from hub.demo import free_port
from hub.demo import serving as playing
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from tests import postgres
from tests.benchmark.load import cpu_of
from tests.benchmark.receiver import receiving
from tests.benchmark.serving import Serving, serving
from tests.hub.services.work.nodes import Node, connector
from tests.makers import ECOLOGY, NATURAL_RESOURCES, licence, mine, penalty, posted, seat_organs
from tests.receivers import LOOPBACK

PAGE = """query ($after: Cursor) { events(after: $after, first: 1000) {
  nodes { position type record { id } } pageInfo { endCursor hasNextPage } } }"""
REGISTER = """mutation ($name: String!, $url: String!, $after: Cursor) { registerWebhook(name: $name, url: $url, after: $after,
  document: "subscription { recordPosted(kinds: [PENALTY]) { position record { id } } }") { secret } }"""
REMOVE = "mutation ($name: String!) { removeWebhook(name: $name) { name } }"
BATCH, MINES = 1000, 200
#: Posts a second while positions are watched, and for how many seconds.
RATE, SECONDS = 500, 6
#: Batches that are posted at the same time, at the most.
AT_ONCE = 8
_numbers = count(1)


def _decisions(number: int) -> list[dict[str, Any]]:
    return [penalty(one, mines=[licence(1 + one % MINES)]) for one in (next(_numbers) for _ in range(number))]


async def _fill(hub: Serving, number: int) -> None:
    for start in range(0, number, BATCH):
        await posted(hub.hub.posting, ECOLOGY, RecordKind.PENALTY, *_decisions(min(BATCH, number - start)))


async def _ask(hub: Serving, token: str, query: str, **variables: Any) -> Any:
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        headers = {"Authorization": f"Bearer {token}"}
        answer = await client.post(f"{hub.url}/graphql", json={"query": query, "variables": variables}, headers=headers)
        return answer.json()["data"]


async def _numbered(hub: Serving, number: int) -> None:
    """Wait until the log has so many positions."""
    while (await hub.hub.following.last()).position < number:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.05)


async def _feed(hub: Serving, token: str) -> dict[str, float]:
    rows, after, more, began = 0, None, True, time.perf_counter()
    while more:
        page = (await _ask(hub, token, PAGE, after=after))["events"]
        rows, after, more = rows + len(page["nodes"]), page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return {"rows/s": rows / (time.perf_counter() - began)}


async def _webhooks(hub: Serving, token: str, receiver: str, names: Sequence[str], number: int) -> dict[str, float]:
    """How many webhooks a second come in all, of the last `number` events to each address of a receiver; and what one costs the
    hub's process, in microseconds of CPU."""
    last = (await hub.hub.following.last()).position
    began, spent = time.perf_counter(), cpu_of(hub.pid)
    for name in names:
        await _ask(hub, token, REGISTER, name=name, url=f"{receiver}/hook/{name}", after=str(last - number))
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            came = (await client.get(f"{receiver}/count")).json()
            if all(came.get(name, 0) >= number for name in names):
                break
            await asyncio.sleep(0.05)
    seconds, spent = time.perf_counter() - began, cpu_of(hub.pid) - spent
    for name in names:
        await _ask(hub, token, REMOVE, name=name)
    sent = len(names) * number
    return {f"to {len(names)}/s": sent / seconds, f"to {len(names)} cpu us each": 1e6 * spent / sent}


async def _deliveries(url: str, number: int) -> float:
    """How many deliveries a second a node acknowledges, from the hub's start."""
    node, port = Node(), free_port(0)
    address = f"http://127.0.0.1:{port}"
    given = {f"HUB_CONNECTOR_CREDIT_DISCLOSURE_{name.upper()}": value for name, value in connector(address).settings.items()}
    async with playing(node.app, "127.0.0.1", port), serving(url, **given):
        began = time.perf_counter()
        while len(node.taken) < number:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
        return number / (time.perf_counter() - began)


async def _lag(hub: Serving, url: str) -> dict[str, float]:
    """How old the oldest post without a position is, while so many are posted a second."""
    waits: list[float] = []
    connection = await asyncpg.connect(url)
    began, sent = time.perf_counter(), 0
    under_way: set[asyncio.Task[Any]] = set()
    async with asyncio.TaskGroup() as group:
        while time.perf_counter() - began < SECONDS:
            due = int((time.perf_counter() - began) * RATE) - sent
            under_way = {task for task in under_way if not task.done()}
            # A machine that cannot post so many is not asked for ever more at once.
            for _ in range(min(due // 10, AT_ONCE - len(under_way))):
                under_way.add(group.create_task(posted(hub.hub.posting, ECOLOGY, RecordKind.PENALTY, *_decisions(10))))
                sent += 10
            waiting = "SELECT extract(epoch FROM clock_timestamp() - min(recorded_at)) FROM log WHERE position IS NULL"
            waits.append(1000 * float(await connection.fetchval(waiting) or 0))
            await asyncio.sleep(0.01)
    seconds = time.perf_counter() - began
    await connection.close()
    return {"posts/s": sent / seconds, "p50 ms": median(waits), "p99 ms": quantiles(waits, n=100)[-1]}


async def _rate(hub: Serving) -> float:
    """How many decisions a second are posted, in batches of ten, four at a time."""
    began, done = time.perf_counter(), 0

    async def one() -> None:
        nonlocal done
        while time.perf_counter() - began < 2:
            await posted(hub.hub.posting, ECOLOGY, RecordKind.PENALTY, *_decisions(10))
            done += 10

    await asyncio.gather(*(one() for _ in range(4)))
    return done / (time.perf_counter() - began)


async def _beside(hub: Serving, token: str, address: str, rounds: int = 3) -> dict[str, float]:
    """Posting without and with a webhook that is told all of it, in turn."""
    alone, beside = [], []
    for place in range(rounds):
        alone.append(await _rate(hub))
        await _ask(hub, token, REGISTER, name=f"beside-{place}", url=address)
        beside.append(await _rate(hub))
        await _ask(hub, token, REMOVE, name=f"beside-{place}")
    ratio = median(one / other for one, other in zip(beside, alone, strict=True))
    return {"alone/s": median(alone), "beside a webhook/s": median(beside), "beside/alone": ratio}


@asynccontextmanager
async def _hub(url: str) -> AsyncIterator[tuple[Serving, str]]:
    async with serving(url, HUB_WEBHOOK_NETWORKS=LOOPBACK) as hub:
        yield hub, await hub.token(Role.DEPARTMENT, Department.FINANCE)


async def measure(server: str, number: int = 5_000, to_each: int = 200) -> dict[str, dict[str, float]]:
    """Of so many events, and so many to each of fifty receivers."""
    await postgres.statement(server, "CREATE DATABASE bench_ways_out")
    url = postgres.named(server, "bench_ways_out")
    found: dict[str, dict[str, float]] = {}
    async with _hub(url) as (hub, token):
        await seat_organs(hub.hub.database)
        await posted(hub.hub.posting, NATURAL_RESOURCES, RecordKind.MINE, *(mine(one) for one in range(1, MINES + 1)))
        await _fill(hub, number)
        await _numbered(hub, number + MINES)
        found["feed"] = await _feed(hub, token)
        found["sequencer at 500 posts/s"] = await _lag(hub, url)
        async with receiving() as served:
            receiver = f"http://127.0.0.1:{served.port}"
            found["webhooks"] = await _webhooks(hub, token, receiver, ["one"], number // 5)
            found["webhooks"] |= await _webhooks(hub, token, receiver, [f"of-{place}" for place in range(50)], to_each)
            found["posting"] = await _beside(hub, token, f"{receiver}/hook/beside")
    found["deliveries"] = {"/s": await _deliveries(url, number)}
    return found


def main() -> None:
    with postgres.server(shared_buffers="1GB") as server:
        found = asyncio.run(measure(server))
    for name, figures in found.items():
        print(name, "  ".join(f"{key} {value:,.1f}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
