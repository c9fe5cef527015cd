"""Reading at the size of a province: the hub, a plain server over the same tables, and the bare statements, in one run."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from statistics import median

from auth.principals import Role
from hub.domain.words.departments import Department
from tests import postgres
from tests.benchmark import load, plain, questions
from tests.benchmark.load import Load, Server, request
from tests.benchmark.questions import REQUESTS
from tests.benchmark.running import Running, running
from tests.benchmark.serving import Serving, serving
from tests.benchmark.turns import Figures, Run, Turns, figures, in_sittings

#: The plain server answers some questions so seldom that it is measured for so many times as long.
_LONGER = 3
_LIMIT, _SIZES, _PLAIN = "limit", "sizes", "plain"


async def measure(small: tuple[str, int], large: tuple[str, int], turns: Turns) -> dict[str, Figures]:
    """Every question over two databases, each told with its number of mines: the hub over both, its peers over the small one.

    The limit is the faster of the hub's own statement and the one written by hand.
    """
    told = await in_sittings(partial(_sitting, small, large, turns.seconds), turns)
    found: dict[str, Figures] = {}
    for name in questions.QUESTIONS:
        limit, sizes, peers = (told[f"{name} {group}"] for group in (_LIMIT, _SIZES, _PLAIN))
        limit["limit"] = max(limit["composed"], limit["by hand"], key=lambda loads: median(load.rate for load in loads))
        found[name] = (
            figures(peers, [("hub", "plain")])
            | figures(sizes, [("larger", "hub")])
            | figures(limit, [("hub", "limit"), ("hub", "composed"), ("composed", "by hand")])
        )
    return found


@asynccontextmanager
async def _sitting(
    small: tuple[str, int], large: tuple[str, int], seconds: float
) -> AsyncIterator[Mapping[str, Mapping[str, Run]]]:
    (url, mines), (other_url, other_mines) = small, large
    at = {"BENCH_DATABASE_URL": url, "BENCH_MINES": str(mines)}
    async with (
        serving(url) as hub,
        serving(other_url) as larger,
        running("tests.benchmark.limit:app", "/composed/Q1/0", **at) as bare,
        running("tests.benchmark.plain:app", "/", **at) as peer,
    ):
        ours, more, limit, other = (_server(one, url) for one in (hub, larger, bare, peer))
        groups: dict[str, dict[str, Run]] = {}
        for name in questions.QUESTIONS:
            ask = partial(_hub, hub, ours, name, mines, seconds)
            groups[f"{name} {_LIMIT}"] = {
                "hub": ask,
                "composed": _asking(limit, [request(f"/composed/{name}/{n}", b"") for n in range(REQUESTS)], seconds),
                "by hand": _asking(limit, [request(f"/by-hand/{name}/{n}", b"") for n in range(REQUESTS)], seconds),
            }
            # By themselves: the larger one drives the others' pages out of the machine's caches, so that whoever came next
            # would pay for it.
            groups[f"{name} {_SIZES}"] = {"hub": ask, "larger": partial(_hub, larger, more, name, other_mines, seconds)}
            groups[f"{name} {_PLAIN}"] = {"hub": ask, "plain": _asking(other, _plainly(name, mines), seconds * _LONGER)}
        yield groups


def _server(one: Serving | Running, url: str) -> Server:
    return Server(one.port, one.pid, postgres.process(url))


async def _hub(hub: Serving, server: Server, name: str, mines: int, seconds: float) -> Load:
    # A token lives ten minutes: each run has its own.
    token = await hub.token(Role.DEPARTMENT, Department.ECOLOGY)
    bodies = questions.bodies(name, mines, REQUESTS)
    asked = [request("/graphql", body, Authorization=f"Bearer {token}") for body in bodies]
    return await load.run(server, asked, seconds=seconds)


def _asking(server: Server, requests: list[bytes], seconds: float) -> Run:
    return partial(load.run, server, requests, seconds=seconds)


def _plainly(name: str, mines: int) -> list[bytes]:
    return [
        request("/", json.dumps({"query": plain.QUESTIONS[name], "variables": given}).encode())
        for given in questions.variables(name, mines, REQUESTS)
    ]
