"""The limit: a bare ASGI application that runs ready statements with ready values on the driver, and nothing else."""

from __future__ import annotations

import os
from typing import Any

import asyncpg

from auth.principals import Principal
from hub.services.posting import Posting
from hub.services.reading import Reading
from schema.answers import Operation
from schema.execution import Graph
from schema.root import build_schema
from tests.benchmark.questions import QUESTIONS, variables
from tests.makers import ECOLOGY

REQUESTS = 500


class _Noted:
    """Stands where the database stands, and notes what it is asked."""

    dialect_name = "postgresql"

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[Any]]] = []

    async def fetch_text(self, sql: str, values: list[Any]) -> str:
        self.asked.append((sql, values))
        return "{}"


async def statements(mines: int, caller: Principal = ECOLOGY) -> dict[str, list[tuple[str, list[Any]]]]:
    """The statement and the values of every request of every question."""
    found = {}
    for question, document in QUESTIONS.items():
        noted: Any = _Noted()
        graph = Graph(build_schema(), Reading(noted), Posting(noted))
        for given in variables(question, mines, REQUESTS):
            await graph.run(Operation(document, None, given), caller)
        found[question] = noted.asked
    return found


class App:
    """`POST /Q1/17` answers the 18th request of Q1."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            self._pool = await asyncpg.create_pool(
                os.environ["BENCH_DATABASE_URL"],
                min_size=10,
                max_size=10,
                reset=_no_reset,
                server_settings={"plan_cache_mode": "force_generic_plan", "jit": "off"},
            )
            self._known = await statements(int(os.environ["BENCH_MINES"]))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self._pool.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        while (await receive()).get("more_body"):
            pass
        _, question, number = scope["path"].split("/")
        sql, values = self._known[question][int(number)]
        body = (await self._pool.fetchval(sql, *values)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _no_reset(_connection: Any) -> None:
    """Reads leave nothing behind."""


app = App()
