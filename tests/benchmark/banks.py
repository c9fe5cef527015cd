"""What banks ask: one loan check against the bare statement that brings what it stands on, and many mines at once; and what
is attested and verified.

The bare statement works nothing out, keeps nothing and commits nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from statistics import median
from typing import Any

import httpx

from auth.principals import Principal, Role
from hub.client.attestations import verify
from hub.services.access.clients import principal_of
from hub.services.banks.loan_checks import MOST_MINES, LoanChecks, Question
from tests import postgres
from tests.benchmark import load
from tests.benchmark.load import Load, Server, request
from tests.benchmark.questions import CHECKED, LOAN_CHECK, REQUESTS, checked
from tests.benchmark.running import running
from tests.benchmark.serving import Serving, serving
from tests.benchmark.turns import Figures, Run, Turns, figures, in_sittings
from tests.makers import licence

_PURPOSE = "PRE_LOAN_REVIEW; ref=2026-17"
_ONE = f"query One($no: String!, $at: DateTime) {{ loanCheck(licenceNo: $no, knownAt: $at) {{ {CHECKED} }} }}"
_MANY = f"query Many($nos: [String!]!, $at: DateTime) {{ loanChecks(licenceNos: $nos, knownAt: $at) {{ {CHECKED} }} }}"
_RUNS = 5
#: So many are attested.
ATTESTED = 200


async def measure(url: str, mines: int, turns: Turns) -> dict[str, Figures]:
    """Over a database of so many mines: checks a second, and milliseconds of a bulk, now and as of a moment."""
    told = await in_sittings(partial(_sitting, url, mines, turns.seconds), turns)
    found = figures(told[LOAN_CHECK], [("hub", "limit")])
    return {LOAN_CHECK: found}


async def measure_bulk(url: str) -> dict[str, Figures]:
    """Milliseconds of a check of as many mines as may be asked about at once, now and as known at this moment."""
    async with serving(url) as hub:
        now = await _bulk(hub, None)
        then = await _bulk(hub, datetime.now(UTC).isoformat())
    return {f"loan check of {MOST_MINES} mines, ms": {"now": now, "as of a moment": then, "ratio": then / now}}


@asynccontextmanager
async def _sitting(url: str, mines: int, seconds: float) -> AsyncIterator[Mapping[str, Mapping[str, Run]]]:
    at = {"BENCH_DATABASE_URL": url, "BENCH_MINES": str(mines)}
    path = f"/composed/{LOAN_CHECK}"
    async with serving(url) as hub, running("tests.benchmark.limit:app", f"{path}/0", **at) as bare:
        ours, limit = (Server(one.port, one.pid, postgres.process(url)) for one in (hub, bare))
        asked = [request(f"{path}/{place}", b"") for place in range(REQUESTS)]
        runs: dict[str, Run] = {
            "hub": partial(_checks, hub, ours, mines, seconds),
            "limit": partial(load.run, limit, asked, seconds=seconds),
        }
        yield {LOAN_CHECK: runs}


async def _checks(hub: Serving, server: Server, mines: int, seconds: float) -> Load:
    headers = {"Authorization": f"Bearer {await hub.token(Role.BANK)}", "Hub_Purpose": _PURPOSE}
    bodies = [json.dumps({"query": _ONE, "variables": {"no": number}}).encode() for number in checked(mines, REQUESTS)]
    return await load.run(server, [request("/graphql", body, **headers) for body in bodies], seconds=seconds)


async def measure_attestations(url: str) -> dict[str, Figures]:
    """How many attestations are issued and verified a second, and milliseconds of a printed statement."""
    async with serving(url) as served:
        hub, bank = served.hub, await _bank(served)
        await hub.database.start()
        attestations = hub.attestations
        checks = LoanChecks(hub.database, hub.database.clock.now)
        made = [await checks.make(Question([licence(n + 1)]), bank, None) for n in range(ATTESTED)]
        began = time.perf_counter()
        issued = [await attestations.attest(check["id"], bank) for check in made]
        issuing = time.perf_counter() - began
        asked: dict[str, Any] = {"keys": hub.keys.public(), "issuer": attestations.issuer, "now": time.time() + 1}
        listed = await attestations.status_list(0)
        began = time.perf_counter()
        assert all(verify(one["sdJwt"], status_list=listed, **asked).is_genuine for one in issued)
        verifying = time.perf_counter() - began
        printing = []
        for one in issued[: _RUNS + 1]:
            began = time.perf_counter()
            await attestations.statement(one["id"], bank)
            printing.append((time.perf_counter() - began) * 1000)
    # The first waits for the typesetter to read its font.
    figures = {"issued/s": ATTESTED / issuing, "verified/s": ATTESTED / verifying}
    return {"attestations": {**figures, "PDF ms": median(printing[1:]), "first PDF ms": printing[0]}}


async def _bank(hub: Serving) -> Principal:
    """The bank whose tokens `hub` gives."""
    await hub.token(Role.BANK)
    return principal_of(next(row for row in await hub.hub.clients.list() if row.role == Role.BANK))


async def _bulk(hub: Serving, at: str | None) -> float:
    headers = {"Authorization": f"Bearer {await hub.token(Role.BANK)}", "Hub-Purpose": _PURPOSE}
    asked = {"query": _MANY, "variables": {"nos": [licence(n + 1) for n in range(MOST_MINES)], "at": at}}
    told = []
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        for _ in range(_RUNS):
            began = time.perf_counter()
            answer = await client.post(f"{hub.url}/graphql", json=asked, headers=headers)
            told.append((time.perf_counter() - began) * 1000)
            assert answer.text.count('"licenceNo"') == MOST_MINES, answer.text[:500]
    return median(told)
