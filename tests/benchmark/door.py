"""What the door costs: Q1 over the whole hub, by bearer tokens and by DPoP, beside the same hub without its door."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

from auth.dpop import Nonces
from auth.principals import Role
from auth.tokens import Bound, Holder
from hub.domain.words.departments import Department
from tests import postgres
from tests.auth.proving import KeyHolder
from tests.benchmark import load, questions
from tests.benchmark.load import LEAD_SECONDS, Load, Server, request
from tests.benchmark.questions import REQUESTS
from tests.benchmark.running import running
from tests.benchmark.serving import Serving, serving
from tests.benchmark.turns import Figures, Run, Turns, figures, in_sittings

_GROUP = "Q1 door"
_PATH = "/graphql"
_PURPOSE = "PRE_LOAN_REVIEW; ref=2026-17"


class _Prover:
    """A department that holds a key, and signs the proofs of a run before it."""

    def __init__(self, hub: Serving, server: Server, bodies: Sequence[bytes], seconds: float) -> None:
        self._hub = hub
        self._server = server
        self._bodies = bodies
        self._seconds = seconds
        self._holder = KeyHolder()
        self._nonces = Nonces(lambda: hub.hub.keys.derived("dpop nonce"))
        # As many as a run may use, by what the run before has used.
        self._most = 10_000

    async def run(self) -> Load:
        token = await self._hub.token(Role.DEPARTMENT, Department.ECOLOGY, Bound(Holder.KEY, self._holder.thumbprint))
        proof = partial(
            self._holder.proof, _PATH, token, htu=self._hub.url + _PATH, iat=int(time.time()), nonce=self._nonces.new()
        )
        asked = [
            request(_PATH, self._bodies[n % len(self._bodies)], Authorization=f"DPoP {token}", DPoP=proof())
            for n in range(self._most)
        ]
        told = await load.run(self._server, asked, seconds=self._seconds, once=True)
        self._most = int(told.rate * (LEAD_SECONDS + self._seconds) * 1.5)
        return told


async def measure(url: str, mines: int, turns: Turns) -> dict[str, Figures]:
    """Requests a second without and with the door, for a department and for a bank."""
    told = await in_sittings(partial(_sitting, url, mines, turns.seconds), turns)
    pairs = [("bearer", "doorless"), ("dpop", "doorless"), ("bank bearer", "bank doorless")]
    return {_GROUP: figures(told[_GROUP], pairs)}


@asynccontextmanager
async def _sitting(url: str, mines: int, seconds: float) -> AsyncIterator[Mapping[str, Mapping[str, Run]]]:
    bodies = questions.bodies("Q1", mines, REQUESTS)
    async with serving(url) as hub, running("tests.benchmark.doorless:app", "/", BENCH_DATABASE_URL=url) as bare:
        department = await hub.token(Role.DEPARTMENT, Department.ECOLOGY)
        bank = await hub.token(Role.BANK)

        ours, theirs = (Server(one.port, one.pid, postgres.process(url)) for one in (hub, bare))

        def asking(server: Server, path: str, **headers: str) -> Run:
            return partial(load.run, server, [request(path, body, **headers) for body in bodies], seconds=seconds)

        runs: dict[str, Run] = {
            "doorless": asking(theirs, "/DEPARTMENT"),
            "bearer": asking(ours, _PATH, Authorization=f"Bearer {department}"),
            "dpop": _Prover(hub, ours, bodies, seconds).run,
            "bank doorless": asking(theirs, "/BANK"),
            "bank bearer": asking(ours, _PATH, Authorization=f"Bearer {bank}", Hub_Purpose=_PURPOSE),
        }
        yield {_GROUP: runs}
