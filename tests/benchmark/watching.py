"""From the acknowledgement of a post to what is found by it, at a bank that follows its portfolio: milliseconds."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from statistics import median, quantiles

import httpx

from auth.principals import Role
from hub.domain.words.departments import Department
from hub.services.banks.portfolios import MOST_MINES
from tests.benchmark.serving import serving
from tests.makers import licence, penalty, uscc

FOUND = (
    "subscription ($watch: ID!) { portfolioFinding(watch: $watch) { position licenceNo change code now { severity chinese } } }"
)
POST = "mutation ($items: [PenaltyInput!]!) { postPenalties(items: $items) { accepted } }"
#: What comes is posted whether what came before was answered or not.
A_SECOND, SECONDS = 100, 20
_PATIENCE_SECONDS = 120
#: The hub leaves connections that nobody has used for five seconds; a post must not meet that moment.
_LIMITS = httpx.Limits(max_connections=None, keepalive_expiry=2.0)
#: Who is punished holds no licence, so that something is found of the mine alone that is named.
_STRANGERS = 40_000


async def measure(url: str, mines: int) -> dict[str, dict[str, float]]:
    """Over a database of so many mines, of which a portfolio holds as many as it may: each post is about another of them."""
    watched = min(mines, MOST_MINES)
    posts = min(watched, A_SECOND * SECONDS)
    posted: dict[str, float] = {}
    async with (
        serving(url, HUB_OPERATIONS_AT_ONCE="1000") as hub,
        httpx.AsyncClient(base_url=hub.url, trust_env=False, timeout=600, limits=_LIMITS) as client,
    ):
        bank = {"Authorization": f"Bearer {await hub.token(Role.BANK)}", "Hub-Purpose": "POST_LOAN_MONITORING"}
        ecology = {"Authorization": f"Bearer {await hub.token(Role.DEPARTMENT, Department.ECOLOGY)}"}
        loans = "\n".join(["licenceNo", *(licence(n + 1) for n in range(watched))])
        put = await client.post("/portfolios?name=bench", content=loans, headers=bank | {"Content-Type": "text/csv"})
        assert put.json()["accepted"] == watched, put.text[:500]
        asked = {"query": FOUND, "variables": {"watch": put.json()["portfolio"]["id"]}}

        async def post(number: int) -> None:
            item = penalty(900_000 + number, mines=[licence(number)], partyUscc=uscc(_STRANGERS + number))
            told = await client.post("/graphql", json={"query": POST, "variables": {"items": [item]}}, headers=ecology)
            assert told.json()["data"]["postPenalties"]["accepted"] == 1, told.text
            posted[licence(number)] = time.perf_counter()

        following = client.stream("POST", "/graphql", json=asked, headers=bank | {"Accept": "text/event-stream"})
        async with following as answer, asyncio.TaskGroup() as group:
            assert answer.status_code == 200, await answer.aread()
            taking = group.create_task(_came(answer.aiter_lines(), posts))
            began = time.perf_counter()
            for place in range(posts):
                await asyncio.sleep(began + place / A_SECOND - time.perf_counter())
                group.create_task(post(1 + place * (watched // posts)))
            rate = posts / (time.perf_counter() - began)
            came = await taking
    waits = [(came[number] - at) * 1000 for number, at in posted.items()]
    told = {"p50 ms": median(waits), "p99 ms": quantiles(waits, n=100)[-1], "posts/s": rate}
    return {f"found of {watched} watched mines": told}


async def _came(lines: AsyncIterator[str], count: int) -> dict[str, float]:
    """When something was told of each mine, for so many mines."""
    came: dict[str, float] = {}
    async with asyncio.timeout(_PATIENCE_SECONDS):
        async for line in lines:
            if line.startswith("data:") and len(line) > 10:
                told = json.loads(line[5:])["data"]["portfolioFinding"]
                # That a source is silent is told of no mine.
                if told["licenceNo"]:
                    came.setdefault(told["licenceNo"], time.perf_counter())
                if len(came) == count:
                    break
    return came
