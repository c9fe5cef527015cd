"""A flood beside innocents: a bank and a department ask as they always do, in quiet and while strangers and a hostile client do
what they can.  `python -m tests.soak [seconds]` prints the innocents' p99, the longest that `/livez` took, how many were
refused, and the hub's memory.

The innocents come from 127.0.0.1, the hostile from 127.0.0.2.  Before each figure stands what the hostile were answered: a kind
that is not there was not tried, and the figure says nothing of it.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from auth.principals import Role
from connectors.credentials import gateway_headers
from connectors.credit_disclosure import sandbox as credit
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.services.access.clients import principal_of
from tests.benchmark.serving import Serving, serving
from tests.makers import NATURAL_RESOURCES, a_province, licence, mine, opinion, posted, seat_organs

HOSTILE = "127.0.0.2"
ALL = "all at once"
QUERY = {"query": "{ mines(first: 3) { nodes { name } } }"}
GIVEN = credit.SANDBOX.settings("http://127.0.0.1:9")
CONNECTIONS = 20
#: The hostile have machines of their own, and here they share the hub's processors with it and with the innocents: they have
#: what these leave them, or the figures would tell how much of a machine the clients themselves take.
LEAST_PRIORITY = 19
#: How long after a flood what it took in memory should be given back.
AFTER_SECONDS = 5
#: Asked by documents that are new each time: what is planned once would be found again.
CONDITIONS = {"or": [{"name": {"contains": "示例"}}] * 499}
STANDINGS = "{{ mines(first: 1) {{ nodes {{ {} }} }} }}"
LISTS = "query ($f: MineFilter) {{ {} }}"
MUCH = b'{"query": "{__typename}", "variables": {"x": [' + b",".join([b"{}"] * 1_300_000) + b"]}}"
VERSIONS = "{ mines(first: 500) { nodes { versions { name } } } }"

#: So many mines are checked, watched, looked up and exported.
MINES = 1000
NUMBERS = [licence(number) for number in range(1, MINES + 1)]
FIELDS = "{{ {} }}"
CHECKS = "query ($n: [String!]) {{ {} }}"
WATCHED = [{"licenceNo": number} for number in NUMBERS]
PUT = "mutation ($m: [PortfolioMineInput!]!, $n: String!) { putPortfolio(name: $n, mines: $m) { accepted } }"
KEYS = "query ($r: [_Any!]!) {{ {} }}"
REHEARSE = "mutation ($i: [OpinionInput!]!) { postOpinions(items: $i, dryRun: true) { accepted } }"
FORM = b"--x\r\n\r\na\r\n" * 20_000 + b"--x--"
OF_FORM = {"content-type": "multipart/form-data; boundary=x"}

Act = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


def client(served: Serving, address: str) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(verify=False, local_address=address)
    return httpx.AsyncClient(base_url=served.url, transport=transport, trust_env=False, timeout=60)


def spent(pid: int) -> float:
    """What a process has taken of a processor's time, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def calm(pid: int) -> None:
    """Wait until what the hostile have left behind is done, half a minute at most: it is not the next one's."""
    for _ in range(30):
        before = spent(pid)
        await asyncio.sleep(1)
        if spent(pid) - before < 0.2:
            return


def memory(pid: int) -> float:
    """What a process holds, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


#: Who the hostile clients are.
CLIENTS = {
    "operator": (Role.OPERATOR, None),
    "bank": (Role.BANK, None),
    "department": (Role.DEPARTMENT, Department.ECOLOGY),
}


def acts(tokens: Mapping[str, str]) -> dict[str, Act]:
    """What the hostile do: strangers, and after them clients with tokens of their own."""
    ask = {"grant_type": "client_credentials"}
    own = {
        name: {"authorization": f"Bearer {token}", "content-type": "application/json", "hub-purpose": "PRE_LOAN_REVIEW"}
        for name, token in tokens.items()
    }

    def asking(who: str, document: Callable[[], str], **variables: Any) -> Act:
        return lambda http: http.post("/graphql", json={"query": document(), "variables": variables}, headers=own[who])

    return {
        "bad tokens": lambda http: http.post("/graphql", json=QUERY, headers={"authorization": "Bearer a.b.c"}),
        "wrong secrets": lambda http: http.post("/oauth/token", data=ask, auth=("nobody", "wrong")),
        "pushes of nobody": lambda http: http.post("/push/credit_disclosure", content=b" " * 1_000_000),
        "pushes with a likely head": lambda http: http.post(
            "/push/credit_disclosure", content=b" " * 4_000_000, headers=gateway_headers(GIVEN["push_id"], "wrong", b"x")
        ),
        "forms to verify": lambda http: http.post("/verify", content=FORM, headers=OF_FORM),
        "public lists": lambda http: http.post(
            "/graphql/public", json={"query": FIELDS.format(_named("mines { totalCount }"))}
        ),
        "what cannot be read": lambda http: http.post("/graphql", content=b"x" * 100_000, headers=own["operator"]),
        "much JSON": lambda http: http.post("/graphql", content=MUCH, headers=own["operator"]),
        "new statements": asking("operator", lambda: STANDINGS.format(_named("standing"))),
        "conditions": asking("operator", lambda: LISTS.format(_named("mines(filter: $f) { totalCount }")), f=CONDITIONS),
        "versions": asking("operator", lambda: VERSIONS),
        "searches": asking("operator", lambda: FIELDS.format(_named('search(text: "示例") { id }', 4))),
        "keys": asking(
            "operator",
            lambda: KEYS.format(_named("_entities(representations: $r) { __typename }", 5)),
            r=[{"__typename": "Mine", "licenceNo": number} for number in NUMBERS],
        ),
        "events": asking("operator", lambda: "{ events(first: 1000) { nodes { cursor record { id } } } }"),
        "exports": lambda http: http.get("/export/mines.csv", headers=own["operator"]),
        # Of so many that answers come while the innocents are looked at.
        "loan checks": asking("bank", lambda: CHECKS.format(_named("loanChecks(licenceNos: $n) { id }", 1)), n=NUMBERS[:250]),
        "portfolios": lambda http: http.post(
            "/graphql",
            json={"query": PUT, "variables": {"m": WATCHED, "n": secrets.token_hex(8)}},
            headers=own["bank"],
        ),
        "rehearsals": asking("department", lambda: REHEARSE, i=[opinion(number) for number in range(1, 1001)]),
    }


def _named(field: str, times: int = 40) -> str:
    """The field under many names that nobody has used before."""
    mark = secrets.token_hex(4)
    return " ".join(f"a{mark}{number}: {field}" for number in range(times))


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


async def flood(url: str, tokens: str, names: list[str]) -> None:
    """Do these without end; in a process of its own, so that the innocents' clocks do not wait for it."""
    os.setpriority(os.PRIO_PROCESS, 0, LEAST_PRIORITY)
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

    known = acts(json.loads(tokens))
    print(flush=True)
    await asyncio.gather(*(one(name) for name in names for _ in range(CONNECTIONS)))


@asynccontextmanager
async def flooding(served: Serving, tokens: Mapping[str, str], names: list[str]) -> AsyncIterator[None]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.soak", "flood", served.url, json.dumps(tokens), *names, stdout=PIPE
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


async def a_token(served: Serving, name: str, role: Role, department: Department | None) -> str:
    """A new client's."""
    client_id, _ = await served.hub.clients.add(name, role, department)
    row = next(row for row in await served.hub.clients.list() if row.client_id == client_id)
    return served.hub.tokens.issue(principal_of(row))


async def main(seconds: float, chosen: list[str]) -> None:
    names = {f"HUB_CONNECTOR_CREDIT_DISCLOSURE_{name.upper()}": value for name, value in GIVEN.items()}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/hub.db"
        async with serving(url, HUB_PUBLIC_ACCESS="on", **names, HUB_COST_PER_MINUTE="20000000") as served:
            await seat_organs(served.hub.database)
            await a_province(served.hub.posting)
            await posted(
                served.hub.posting, NATURAL_RESOURCES, RecordKind.MINE, *(mine(number) for number in range(4, MINES + 1))
            )
            tokens = [await served.token(Role.BANK), await served.token(Role.DEPARTMENT, Department.ECOLOGY)]
            await watched(served, tokens, 1)
            quiet = await watched(served, tokens, seconds)
            print(f"{'quiet':28} p99 {quiet.p99:7.1f} ms            {quiet.most:6.0f} MiB", flush=True)
            kinds = list(acts(dict.fromkeys(CLIENTS, "")))
            floods = {kind: [kind] for kind in kinds} | {ALL: kinds}
            for name in chosen or floods:
                # What one of them has spent is not the next one's.
                hostile = {who: await a_token(served, f"{name} {who}", *kind) for who, kind in CLIENTS.items()}
                async with flooding(served, hostile, floods[name]):
                    now = await watched(served, tokens, seconds)
                await calm(served.pid)
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
