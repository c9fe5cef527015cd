"""Several processes on one PostgreSQL: what is posted at one is told at the others, also when one of them is killed amid it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from auth.principals import Role
from hub.composition.hub import Hub
from hub.domain.words.departments import Department
from hub.services.access.clients import principal_of
from hub.settings import Settings
from tests import postgres
from tests.benchmark.serving import Serving, serving
from tests.conftest import TEMPLATE
from tests.makers import a_province, licence, penalty
from tests.receivers import LOOPBACK, Receiver, a_receiver

ISSUER = "http://127.0.0.1:1"
POST = "mutation ($items: [PenaltyInput!]!) { postPenalties(items: $items) { accepted } }"
FOLLOW = "subscription ($after: Cursor) { recordPosted(after: $after, kinds: [PENALTY]) { position cursor licenceNos } }"
REGISTER = """mutation ($name: String!, $url: String!) { registerWebhook(
  name: $name, url: $url, document: "subscription { recordPosted(kinds: [PENALTY]) { position licenceNos } }"
) { secret } }"""
#: At length, as many as SOAK says (`make soak`).
EVENTS = int(os.environ.get("SOAK", "48"))
AT_ONCE = min(50, max(4, EVENTS // 200))
ROUNDS = EVENTS // AT_ONCE
PATIENCE_SECONDS = 150 + EVENTS // 10
#: A follower leaves, and comes back, after so many events.
STAYS_FOR = 20


@dataclass
class Follower:
    """One who follows by Server-Sent Events at the first process that answers; leaves now and then, and comes back by its
    cursor."""

    urls: list[str]
    headers: dict[str, str]
    after: str | None
    positions: list[int] = field(default_factory=list)
    at: dict[int, float] = field(default_factory=dict)

    async def follow(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=httpx.Timeout(5, read=None)) as http:
            while True:
                for url in self.urls:
                    with suppress(httpx.HTTPError):
                        await self._take(http, url)
                await asyncio.sleep(0.1)

    async def _take(self, http: httpx.AsyncClient, url: str) -> None:
        asked = {"query": FOLLOW, "variables": {"after": self.after}}
        headers = self.headers | {"accept": "text/event-stream"}
        async with http.stream("POST", f"{url}/graphql", json=asked, headers=headers) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: {"):
                    event = json.loads(line[6:])["data"]["recordPosted"]
                    self.positions.append(event["position"])
                    self.at[event["position"]] = time.monotonic()
                    self.after = event["cursor"]
                    if len(self.positions) % STAYS_FOR == 0:
                        return


@pytest.fixture
async def hub(postgres_server: str, tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub's services over a database of its own, for which processes will serve."""
    async with postgres.copied(postgres_server, TEMPLATE) as url:
        made = Hub.make(Settings(database_url=url, key_file=str(tmp_path / "keys.json"), issuer=ISSUER))
        await made.database.start()
        await a_province(made.posting)
        yield made
        await made.database.close()


async def token(hub: Hub, role: Role, department: Department | None = None) -> dict[str, str]:
    client_id, _ = await hub.clients.add(role.value, role, department)
    row = next(row for row in await hub.clients.list() if row.client_id == client_id)
    return {"authorization": f"Bearer {hub.tokens.issue(principal_of(row))}"}


async def ask(at: str, headers: dict[str, str], query: str, **variables: object) -> bool:
    """Whether somebody has answered."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        try:
            answer = await http.post(f"{at}/graphql", json={"query": query, "variables": variables}, headers=headers)
        except httpx.HTTPError:
            return False
    return answer.status_code == 200 and "errors" not in answer.json()


def in_order_of_each_mine(receiver: Receiver) -> bool:
    """Whether of no mine an event was taken for the first time after a later one."""
    last: dict[str, int] = defaultdict(int)
    seen = set()
    for one in receiver.taken:
        if one.id in seen:
            continue
        seen.add(one.id)
        for mine in one.data["licenceNos"]:
            if one.data["position"] < last[mine]:
                return False
            last[mine] = one.data["position"]
    return True


async def test_nothing_is_missed_when_a_process_is_killed_amid_posts_at_both(hub: Hub) -> None:
    more = {"HUB_KEY_FILE": hub.settings.key_file, "HUB_ISSUER": ISSUER, "HUB_WEBHOOK_NETWORKS": LOOPBACK}
    async with AsyncExitStack() as stack:
        first: Serving = await stack.enter_async_context(serving(hub.settings.database_url, **more))
        second: Serving = await stack.enter_async_context(serving(hub.settings.database_url, **more))
        receivers = [await stack.enter_async_context(a_receiver()) for _ in range(2)]
        reader = await token(hub, Role.DEPARTMENT, Department.FINANCE)
        writer = await token(hub, Role.DEPARTMENT, Department.ECOLOGY)
        for served, receiver, name in zip((first, second), receivers, ("one", "two"), strict=True):
            assert await ask(served.url, reader, REGISTER, name=name, url=receiver.url)
        start = str(await hub.following.last())
        followers = [Follower(urls, reader, start) for urls in ([first.url, second.url], [second.url])]
        following = [asyncio.create_task(one.follow()) for one in followers]

        # What is posted at one is told at the other within a second of its answer.
        for url, follower in ((first.url, followers[1]), (second.url, followers[0])):
            before = len(follower.positions)
            async with asyncio.timeout(PATIENCE_SECONDS):
                assert await ask(url, writer, POST, items=[penalty(900 + len(followers[1].positions) * 7 + before)])
                while len(follower.positions) == before:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.005)

        async def post(at: Serving, items: list[dict[str, object]]) -> None:
            # Who is not answered posts again, elsewhere: repeats change nothing.
            if not await ask(at.url, writer, POST, items=items):
                assert await ask(second.url, writer, POST, items=items)

        async def kill() -> None:
            # By then both are at work on what is posted just now: the sequencer, the followers, those who send.
            await asyncio.sleep(0.02)
            os.kill(first.pid, signal.SIGKILL)

        for number in range(ROUNDS):
            items = [penalty(1000 + number * AT_ONCE + n, mines=[licence(1 + n % 3)]) for n in range(AT_ONCE)]
            posting = post(first, items[::2]), post(second, items[1::2])
            await asyncio.gather(*posting, *([kill()] if number == ROUNDS // 2 else []))
        count = 2 + ROUNDS * AT_ONCE
        async with asyncio.timeout(PATIENCE_SECONDS):
            while min(len(one.positions) for one in followers) < count:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
        for receiver in receivers:
            await receiver.until(lambda it: len({one.id for one in it.taken}) == count)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)

    expected = list(range(12, 12 + count))
    for follower in followers:
        assert follower.positions == expected
    for receiver in receivers:
        assert sorted({one.data["position"] for one in receiver.taken}) == expected
        assert in_order_of_each_mine(receiver)
        bodies: dict[str, set[str]] = defaultdict(set)
        for one in receiver.came:
            bodies[one.id].add(one.body)
        assert all(len(same) == 1 for same in bodies.values())
