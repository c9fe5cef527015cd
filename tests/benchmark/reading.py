"""Reading at the size of a province: the hub, a plain server over the same tables, and the bare statements, in one run."""

from __future__ import annotations

import json
from functools import partial
from statistics import median

from auth.principals import Role
from hub.domain.departments import Department
from tests import postgres
from tests.benchmark import load, plain, questions
from tests.benchmark.load import Load, Server, request
from tests.benchmark.questions import REQUESTS
from tests.benchmark.running import Running, running
from tests.benchmark.serving import Serving, serving
from tests.benchmark.turns import Figures, Run, figures, in_turn

#: How the plain server is measured: for so many times as long, in so many rounds.
_LONGER, _FEWER = 4, 3


async def measure(small: tuple[str, int], large: tuple[str, int], *, seconds: float, rounds: int) -> dict[str, Figures]:
    """Every question over two databases, each told with its number of mines: the hub over both, its peers over the small one.

    The limit is the faster of the hub's own statement and the one written by hand.
    """
    (url, mines), (other_url, other_mines) = small, large
    at = {"BENCH_DATABASE_URL": url, "BENCH_MINES": str(mines)}
    found: dict[str, Figures] = {}
    async with (
        serving(url) as hub,
        serving(other_url) as larger,
        running("tests.benchmark.limit:app", "/composed/Q1/0", **at) as bare,
        running("tests.benchmark.plain:app", "/", **at) as peer,
    ):
        ours, more, limit, other = (_server(one, url) for one in (hub, larger, bare, peer))
        for name in questions.QUESTIONS:
            told = await in_turn(
                {
                    "hub": partial(_hub, hub, ours, name, mines, seconds),
                    "composed": _asking(limit, [request(f"/composed/{name}/{n}", b"") for n in range(REQUESTS)], seconds),
                    "by hand": _asking(limit, [request(f"/by-hand/{name}/{n}", b"") for n in range(REQUESTS)], seconds),
                },
                rounds,
            )
            told["limit"] = max(told["composed"], told["by hand"], key=lambda loads: median(load.rate for load in loads))
            # The sizes by themselves: the larger one drives the smaller one's pages out of the database's memory, so that
            # whoever came next would pay for it.
            sizes: dict[str, Run] = {
                "hub": partial(_hub, hub, ours, name, mines, seconds),
                "larger": partial(_hub, larger, more, name, other_mines, seconds),
            }
            grown = await in_turn(sizes, rounds)
            # The plain server answers some of these in seconds; it is so far off that a few rounds tell it.
            plainly: dict[str, Run] = {
                "hub": partial(_hub, hub, ours, name, mines, seconds),
                "plain": _asking(other, _plainly(name, mines), seconds * _LONGER),
            }
            beside = await in_turn(plainly, _FEWER)
            found[name] = (
                figures(beside, [("hub", "plain")])
                | figures(grown, [("larger", "hub")])
                | figures(told, [("hub", "limit"), ("hub", "composed"), ("composed", "by hand")])
            )
    return found


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
