"""A flood beside innocents: a bank and a department ask as they always do, in quiet and while strangers and a hostile client do
what they can.  `python -m tests.soak [seconds]` prints the innocents' p99, the longest that `/livez` took, how many were
refused, and the hub's memory.

The innocents come from 127.0.0.1, the hostile from 127.0.0.2.  Before each figure stands what the hostile were answered: a kind
that is not there was not tried, and the figure says nothing of it.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from auth.principals import Role
from connectors.credentials import gateway_headers
from connectors.credit_disclosure import sandbox as credit
from hub.domain.words.departments import Department
from hub.services.access.clients import principal_of
from tests.benchmark.serving import Serving, serving
from tests.makers import a_province, seat_organs

HOSTILE = "127.0.0.2"
QUERY = {"query": "{ mines(first: 3) { nodes { name } } }"}
GIVEN = credit.SANDBOX.settings("http://127.0.0.1:9")
CONNECTIONS = 20
#: How long after a flood what it took in memory should be given back.
AFTER_SECONDS = 5
#: Asked by documents that are new each time: what is planned once would be found again.
CONDITIONS = {"or": [{"name": {"contains": "示例"}}] * 499}
STANDINGS = "{{ mines(first: 1) {{ nodes {{ {} }} }} }}"
LISTS = "query ($f: MineFilter) {{ {} }}"
MUCH = b'{"query": "{__typename}", "variables": {"x": [' + b",".join([b"{}"] * 1_300_000) + b"]}}"
VERSIONS = "{ mines(first: 500) { nodes { versions { name } } } }"

Act = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


def client(served: Serving, address: str) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(verify=False, local_address=address)
    return httpx.AsyncClient(base_url=served.url, transport=transport, trust_env=False, timeout=60)


def memory(pid: int) -> float:
    """What a process holds, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def acts(token: str) -> dict[str, Act]:
    """What the hostile do: strangers, and at the end a client with a token of its own."""
    ask = {"grant_type": "client_credentials"}
    own = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    return {
        "bad tokens": lambda http: http.post("/graphql", json=QUERY, headers={"authorization": "Bearer a.b.c"}),
        "wrong secrets": lambda http: http.post("/oauth/token", data=ask, auth=("nobody", "wrong")),
        "pushes of nobody": lambda http: http.post("/push/credit_disclosure", content=b" " * 1_000_000),
        "pushes with a likely head": lambda http: http.post(
            "/push/credit_disclosure", content=b" " * 4_000_000, headers=gateway_headers(GIVEN["push_id"], "wrong", b"x")
        ),
        "what cannot be read": lambda http: http.post("/graphql", content=b"x" * 100_000, headers=own),
        "much JSON": lambda http: http.post("/graphql", content=MUCH, headers=own),
        "new statements": lambda http: http.post("/graphql", json={"query": STANDINGS.format(_named("standing"))}, headers=own),
        "conditions": lambda http: http.post(
            "/graphql",
            json={"query": LISTS.format(_named("mines(filter: $f) { totalCount }")), "variables": {"f": CONDITIONS}},
            headers=own,
        ),
        "versions": lambda http: http.post("/graphql", json={"query": VERSIONS}, headers=own),
    }


def _named(field: str) -> str:
    """The field under many names that nobody has used before."""
    mark = secrets.token_hex(4)
    return " ".join(f"a{mark}{number}: {field}" for number in range(40))


async def innocent(served: Serving, token: str, until: float, took: list[float], statuses: Counter[int]) -> None:
    headers = {"authorization": f"Bearer {token}", "hub-purpose": "PRE_LOAN_REVIEW"}
    async with client(served, "127.0.0.1") as http:
        while time.monotonic() < until:
            began = time.perf_counter()
            answer = await http.post("/graphql", json=QUERY, headers=headers)
            took.append(time.perf_counter() - began)
            statuses[answer.status_code] += 1
            await asyncio.sleep(0.02)


async def looking(served: Serving, until: float, took: list[float]) -> None:
    async with client(served, "127.0.0.1") as http:
        while time.monotonic() < until:
            began = time.perf_counter()
            await http.get("/livez")
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)


@dataclass(frozen=True)
class Watched:
    """The innocents' p99 and the longest look at `/livez`, in milliseconds; statuses; the most memory, in MiB."""

    p99: float
    alive: float
    statuses: Counter[int]
    most: float


async def watched(served: Serving, tokens: list[str], seconds: float) -> Watched:
    """How the innocents fare for so many seconds."""
    took: list[float] = []
    looks: list[float] = []
    statuses: Counter[int] = Counter()
    most, until = 0.0, time.monotonic() + seconds
    asking = asyncio.gather(
        looking(served, until, looks), *(innocent(served, token, until, took, statuses) for token in tokens)
    )
    while not asking.done():
        most = max(most, memory(served.pid))
        await asyncio.sleep(0.05)
    await asking
    return Watched(1000 * sorted(took)[int(len(took) * 0.99)], 1000 * max(looks), statuses, most)


async def flood(url: str, token: str, names: list[str]) -> None:
    """Do these without end; in a process of its own, so that the innocents' clocks do not wait for it."""

    answered: Counter[str] = Counter()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: (print(dict(answered), flush=True), os._exit(0)))

    async def one(name: str) -> None:
        transport = httpx.AsyncHTTPTransport(verify=False, local_address=HOSTILE)
        async with httpx.AsyncClient(base_url=url, transport=transport, trust_env=False, timeout=60) as http:
            while True:
                try:
                    answered[f"{name}: {(await known[name](http)).status_code}"] += 1
                except httpx.TransportError as error:
                    answered[f"{name}: {type(error).__name__}"] += 1

    known = acts(token)
    print(flush=True)
    await asyncio.gather(*(one(name) for name in names for _ in range(CONNECTIONS)))


@asynccontextmanager
async def flooding(served: Serving, token: str, names: list[str]) -> AsyncIterator[None]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.soak", "flood", served.url, token, *names, stdout=PIPE
    )
    assert child.stdout is not None
    try:
        # Its start takes the processor too, which is no attack; it says when it has begun.
        await child.stdout.readline()
        await asyncio.sleep(1)
        yield
        if child.returncode is not None:
            raise RuntimeError("the flood ended by itself")
    finally:
        with suppress(ProcessLookupError):
            child.terminate()
        print((await child.communicate())[0].decode().strip(), flush=True)


async def main(seconds: float, chosen: list[str]) -> None:
    names = {f"HUB_CONNECTOR_CREDIT_DISCLOSURE_{name.upper()}": value for name, value in GIVEN.items()}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/hub.db"
        async with serving(url, HUB_COST_PER_MINUTE="20000000", **names) as served:
            await seat_organs(served.hub.database)
            await a_province(served.hub.posting)
            tokens = [await served.token(Role.BANK), await served.token(Role.DEPARTMENT, Department.ECOLOGY)]
            await watched(served, tokens, 1)
            quiet = await watched(served, tokens, seconds)
            print(f"{'quiet':28} p99 {quiet.p99:7.1f} ms            {quiet.most:6.0f} MiB", flush=True)
            kinds = chosen or list(acts(""))
            for name, several in [*((kind, [kind]) for kind in kinds), ("all at once", kinds)][: len(chosen) or None]:
                # What one of them has spent is not the next one's.
                client_id, _ = await served.hub.clients.add(name, Role.OPERATOR)
                hostile = next(row for row in await served.hub.clients.list() if row.client_id == client_id)
                token = served.hub.tokens.issue(principal_of(hostile))
                async with flooding(served, token, several):
                    now = await watched(served, tokens, seconds)
                await asyncio.sleep(AFTER_SECONDS)
                after = memory(served.pid)
                refused = now.statuses.total() - now.statuses[200]
                told = (
                    f"({now.p99 / quiet.p99:4.1f} ×)  {now.most:4.0f} MiB ({now.most / quiet.most:3.1f} ×), then {after:4.0f}"
                )
                alive = f"/livez ≤ {now.alive:5.0f} ms"
                print(
                    f"{name:28} p99 {now.p99:7.1f} ms {told}  {alive}  refused {refused} of {now.statuses.total()}", flush=True
                )


if __name__ == "__main__":
    if sys.argv[1:2] == ["flood"]:
        asyncio.run(flood(sys.argv[2], sys.argv[3], sys.argv[4:]))
    else:
        asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 10, sys.argv[2:]))
