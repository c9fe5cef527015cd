"""From the acknowledgement of a post to its event at those who follow: milliseconds, through one process and across two."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median, quantiles
from typing import Any

import httpx

from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from tests import postgres
from tests.benchmark.serving import Serving, serving
from tests.makers import NATURAL_RESOURCES, mine, penalty, posted, seat_organs

EVENTS = "subscription { recordPosted { position record { id ... on Penalty { documentNumber partyName fine } } } }"
POST = "mutation ($items: [PenaltyInput!]!) { postPenalties(items: $items) { results { recordId } } }"
#: How many posts are followed, and how long to rest between them.
POSTS, REST_SECONDS = 100, 0.02


class Follower:
    """One who follows by server-sent events; `came` has when each record's event was there."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self.came: dict[str, float] = {}
        self._lines = lines

    async def follow(self, count: int) -> None:
        async for line in self._lines:
            if line.startswith("data:") and len(line) > 10:
                told = json.loads(line[5:])
                self.came[told["data"]["recordPosted"]["record"]["id"]] = time.perf_counter()
                if len(self.came) == count:
                    return


@asynccontextmanager
async def following(client: httpx.AsyncClient, hub: Serving, token: str) -> AsyncIterator[Follower]:
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    async with client.stream("POST", f"{hub.url}/graphql", json={"query": EVENTS}, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        yield Follower(answer.aiter_lines())


async def _post(client: httpx.AsyncClient, hub: Serving, token: str, items: list[dict[str, Any]]) -> list[str]:
    answer = await client.post(
        f"{hub.url}/graphql",
        json={"query": POST, "variables": {"items": items}},
        headers={"Authorization": f"Bearer {token}"},
    )
    return [result["recordId"] for result in answer.json()["data"]["postPenalties"]["results"]]


async def _followed(url: str, followers: int, burst: int, first: int, *, others: bool) -> dict[str, float]:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(serving(url, HUB_SUBSCRIPTIONS_AT_ONCE="1000"))
        limits = httpx.Limits(max_connections=None)
        client = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=120, limits=limits))
        if first == 0:
            await seat_organs(hub.hub.database)
            await posted(hub.hub.posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
        at = await stack.enter_async_context(serving(url, HUB_SUBSCRIPTIONS_AT_ONCE="1000")) if others else hub
        token, reading = (
            await hub.token(Role.DEPARTMENT, Department.ECOLOGY),
            await at.token(Role.DEPARTMENT, Department.FINANCE),
        )
        await asyncio.sleep(1)
        told = [await stack.enter_async_context(following(client, at, reading)) for _ in range(followers)]
        taking = [asyncio.ensure_future(one.follow(POSTS + burst)) for one in told]
        acknowledged: dict[str, float] = {}
        for number in range(POSTS):
            [record] = await _post(client, hub, token, [penalty(first + number)])
            acknowledged[record] = time.perf_counter()
            await asyncio.sleep(REST_SECONDS)
        seconds = 0.0
        if burst:
            began = time.perf_counter()
            await _post(client, hub, token, [penalty(first + POSTS + number) for number in range(burst)])
            await asyncio.gather(*taking)
            seconds = time.perf_counter() - began
        await asyncio.gather(*taking)
        waits = [(one.came[record] - at) * 1000 for one in told for record, at in acknowledged.items()]
    found = {"p50 ms": median(waits), "p99 ms": quantiles(waits, n=100)[-1]}
    return found | ({f"burst of {burst}, s": seconds} if burst else {})


async def measure(server: str) -> dict[str, dict[str, float]]:
    """For one who follows, for 200 with a burst of 1,000 posts, and for one at another process than the poster's."""
    await postgres.statement(server, "CREATE DATABASE bench_events")
    url = postgres.named(server, "bench_events")
    return {
        "event to 1 follower": await _followed(url, 1, 0, 0, others=False),
        "event to 1 follower of another process": await _followed(url, 1, 0, 10_000, others=True),
        "event to 200 followers": await _followed(url, 200, 1000, 20_000, others=False),
    }
