"""No stale green, with processes as they run: two hubs on one PostgreSQL, of which one reads at a streaming copy that lags.
`python -m tests.soak.stale_green [interleavings]`.

Departments post at either hub, a source fails, something waits and is settled, the copy stops replaying and goes on, and banks
check at both meanwhile.  No answer is greener than what was acknowledged, nor worse than what may have held; a read that names
the place of the last post tells what stands then, wherever it is answered.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import Any

import httpx

from auth.principals import Principal, Role
from hub.domain.findings.words import LoanAnswer
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from tests import postgres
from tests.benchmark.serving import Serving, serving
from tests.hub.services.banks.test_loan_checks_interleaved import MINES, Process, Witness, put_in_order
from tests.makers import issued_by, licence, seat_organs

POST = "mutation ($items: [%sInput!]!) { told: post%s(items: $items) { results { recordId problems { path code } } } }"
POSTS = {RecordKind.PENALTY: POST % ("Penalty", "Penalties"), RecordKind.OPINION: POST % ("Opinion", "Opinions")}
CHECKS = "query ($nos: [String!]) { told: loanChecks(licenceNos: $nos) { mines { answer } } }"
SEEN = "query ($no: String!) { told: mine(licenceNo: $no) { penalties { totalCount } } }"


class Served(Process):
    """A hub that is asked as everybody asks it."""

    def __init__(self, hub: Serving, http: httpx.AsyncClient, tokens: dict[Role, str]) -> None:
        super().__init__(hub.hub.database, hub.hub.database.clock.now)
        self._http, self._url, self._tokens = http, hub.url, tokens
        #: The place in the log of what was posted here last.
        self.posted_at = (0, "")

    async def ask(self, role: Role, query: str, after: str = "", **variables: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[role]}", "Hub-Purpose": "PRE_LOAN_REVIEW; ref=2026-17"}
        if after:
            headers["Hub-After"] = after
        asked = {"query": query, "variables": variables}
        return (await self._http.post(f"{self._url}/graphql", json=asked, headers=headers)).json()

    async def post(self, who: Principal, kind: RecordKind, *items: dict[str, Any]) -> None:
        told = await self.ask(Role.DEPARTMENT, POSTS[kind], items=[issued_by(who, item) for item in items])
        assert all(one["recordId"] for one in told["data"]["told"]["results"]), told
        place = told["extensions"]["log"]
        self.posted_at = place["position"], place["cursor"]

    async def check(self, licence_nos: Sequence[str]) -> list[LoanAnswer]:
        told = await self.ask(Role.BANK, CHECKS, nos=list(licence_nos))
        return [LoanAnswer(one["answer"]) for one in told["data"]["told"]["mines"]]

    async def reads_at_copies(self) -> int:
        """How many reads copies have answered for this hub."""
        headers = {"Authorization": f"Bearer {self._tokens[Role.OPERATOR]}"}
        lines = (await self._http.get(f"{self._url}/metrics", headers=headers)).text.splitlines()
        return sum(int(float(line.split()[1])) for line in lines if line.startswith("hub_replica_reads_total{"))


@asynccontextmanager
async def two() -> AsyncIterator[tuple[list[Served], str]]:
    """Two hubs over a province in perfect order, and the address of the copy at which the second reads."""
    async with AsyncExitStack() as stack:
        server = stack.enter_context(postgres.server())
        await postgres.statement(server, "CREATE DATABASE soak_green")
        url = postgres.named(server, "soak_green")
        one = await stack.enter_async_context(serving(url))
        await seat_organs(one.hub.database)
        await put_in_order(Process(one.hub.database, one.hub.database.clock.now), one.hub.database)
        at = postgres.named(stack.enter_context(postgres.standby(server)).get_uri(), "soak_green")
        other = await stack.enter_async_context(serving(url, HUB_REPLICA_URLS=at))
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=60))
        roles = {Role.BANK: None, Role.OPERATOR: None, Role.DEPARTMENT: Department.ECOLOGY}
        yield (
            [
                Served(hub, http, {role: await hub.token(role, department) for role, department in roles.items()})
                for hub in (one, other)
            ],
            at,
        )


async def read_after(dice: Random, served: Sequence[Served], witness: Witness) -> None:
    """Read what a bank sees of a mine's penalties, from the place of the last post on."""
    _, after = max(one.posted_at for one in served)
    number = dice.choice(MINES)
    [penalised] = [one for one in witness.conditions if one.name == f"penalised {number}"]
    told = await dice.choice(served).ask(Role.BANK, SEEN, after, no=licence(number))
    assert told["data"]["told"]["penalties"]["totalCount"] == int(penalised.is_on), (told, penalised)


async def main(interleavings: int) -> None:
    dice, witness = Random(20261128), Witness()  # noqa: S311
    async with two() as (served, at):
        for _ in range(interleavings):
            if dice.random() < 0.3:
                await postgres.statement(at, f"SELECT pg_wal_replay_{dice.choice(['pause', 'resume'])}()")
            await witness.interleave(dice, served)
            await read_after(dice, served, witness)
        copied = await served[1].reads_at_copies()
        await postgres.statement(at, "SELECT pg_wal_replay_resume()")
    answers = sum(witness.seen.values())
    print(f"{interleavings} interleavings: {answers} answers, none greener than acknowledged; {copied} reads at the copy")
    assert witness.certain >= {LoanAnswer.CLEAR, LoanAnswer.UNKNOWN, LoanAnswer.BLOCKED}


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
