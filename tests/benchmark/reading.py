"""Reading at the size of a province: the hub, a plain server over the same tables, and the bare statements, in one run."""

from __future__ import annotations

import json
from functools import partial
from statistics import median

from auth.principals import Role
from hub.domain.departments import Department
from tests.benchmark import load, plain, questions
from tests.benchmark.load import Load, request
from tests.benchmark.questions import REQUESTS
from tests.benchmark.running import Running, running
from tests.benchmark.serving import Serving, serving
from tests.benchmark.turns import Figures, Run, figures, in_turn


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
        for name in questions.QUESTIONS:
            told = await in_turn(
                {
                    "hub": partial(_hub, hub, name, mines, seconds),
                    "composed": _asking(bare, [request(f"/composed/{name}/{n}", b"") for n in range(REQUESTS)], seconds),
                    "by hand": _asking(bare, [request(f"/by-hand/{name}/{n}", b"") for n in range(REQUESTS)], seconds),
                    "plain": _asking(peer, _plainly(name, mines), seconds),
                    "larger": partial(_hub, larger, name, other_mines, seconds),
                },
                rounds,
            )
            told["limit"] = max(told["composed"], told["by hand"], key=lambda loads: median(load.rate for load in loads))
            found[name] = figures(
                told, [("hub", "limit"), ("hub", "plain"), ("larger", "hub"), ("composed", "by hand"), ("hub", "composed")]
            )
    return found


async def _hub(hub: Serving, name: str, mines: int, seconds: float) -> Load:
    # A token lives ten minutes: each run has its own.
    token = await hub.token(Role.DEPARTMENT, Department.ECOLOGY)
    bodies = questions.bodies(name, mines, REQUESTS)
    asked = [request("/graphql", body, Authorization=f"Bearer {token}") for body in bodies]
    return await load.run(hub.port, hub.pid, asked, seconds=seconds)


def _asking(server: Running, requests: list[bytes], seconds: float) -> Run:
    return partial(load.run, server.port, server.pid, requests, seconds=seconds)


def _plainly(name: str, mines: int) -> list[bytes]:
    return [
        request("/", json.dumps({"query": plain.QUESTIONS[name], "variables": given}).encode())
        for given in questions.variables(name, mines, REQUESTS)
    ]
