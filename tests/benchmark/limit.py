"""The limit: a bare ASGI application that runs ready statements with ready values on the driver, and nothing else.

`POST /composed/Q1/17` answers the 18th request of Q1 by the statement that the hub composes, `/by-hand/Q1/17` by the one that
was written for the question.  They must answer the same, to the letter, before anything is served.  `/composed/LOAN_CHECK/17`
brings what a loan check stands on, and neither works anything out nor keeps it.
"""

from __future__ import annotations

import os
import traceback
from typing import Any

import asyncpg

from auth.principals import Principal
from hub.domain.findings.loan_check import READS
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.banks.grounds import statement
from hub.storage.engine.postgres import KEEP_MEMORY, LONGEST_KEPT, STATEMENTS_KEPT
from hub.storage.timelines.facts import given
from schema.answers import Operation
from schema.execution import Graph
from schema.root import build_schema
from tests.benchmark import by_hand
from tests.benchmark.questions import LOAN_CHECK, QUESTIONS, REQUESTS, checked, variables
from tests.makers import ECOLOGY

_COMPARED = 50
Asked = list[tuple[str, list[Any]]]


class _Noted:
    """Stands where the database stands, and notes what it is asked."""

    dialect_name = "postgresql"
    read_places = write_places = 1

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[Any]]] = []

    async def fetch_json(self, sql: str, values: list[Any]) -> bytes:
        self.asked.append((sql, values))
        return b"{}"


async def composed(mines: int, count: int = REQUESTS, caller: Principal = ECOLOGY) -> dict[str, Asked]:
    """The hub's statement and its values for so many requests of every question."""
    found = {}
    for question, document in QUESTIONS.items():
        noted: Any = _Noted()
        graph = Graph(build_schema(), Reading(noted), Posting(noted))
        for values in variables(question, mines, count):
            await graph.run(Operation(document, None, values), caller)
        found[question] = noted.asked
    return found


def written(mines: int, count: int = REQUESTS) -> dict[str, Asked]:
    """The same by hand."""
    return {
        question: [(sql, by_hand.values(values)) for values in variables(question, mines, count)]
        for question, sql in by_hand.STATEMENTS.items()
    }


def grounds_of(mines: int, count: int = REQUESTS) -> Asked:
    """What a loan check stands on, of so many mines one after another, by the hub's statement."""
    sql, names = statement(READS, "postgresql", is_past=False, looks=False)
    values = (given("postgresql", [number], None) for number in checked(mines, count))
    return [(sql, [one[name] for name in names]) for one in values]


class App:
    """Both ways over one database."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            try:
                await self._begin()
            except Exception:
                await send({"type": "lifespan.startup.failed", "message": traceback.format_exc()})
                raise
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self._pool.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        while (await receive()).get("more_body"):
            pass
        _, way, question, number = scope["path"].split("/")
        sql, values = self._known[way][question][int(number)]
        body = (await self._pool.fetchval(sql, *values)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _begin(self) -> None:
        self._pool = await asyncpg.create_pool(
            os.environ["BENCH_DATABASE_URL"],
            min_size=10,
            max_size=10,
            init=_prepare,
            reset=_no_reset,
            server_settings={"plan_cache_mode": "force_generic_plan", "jit": "off", "random_page_cost": "1.1"},
            # A loan check's statement is longer than what the driver keeps by itself: it would be planned for each check.
            statement_cache_size=STATEMENTS_KEPT,
            max_cacheable_statement_size=LONGEST_KEPT,
        )
        mines = int(os.environ["BENCH_MINES"])
        self._known = {"composed": await composed(mines), "by-hand": written(mines)}
        await self._compare()
        self._known["composed"][LOAN_CHECK] = grounds_of(mines)

    async def _compare(self) -> None:
        for question in QUESTIONS:
            for number in range(_COMPARED):
                answers = {
                    await self._pool.fetchval(sql, *v) for sql, v in (known[question][number] for known in self._known.values())
                }
                assert len(answers) == 1, (question, number, answers)


async def _prepare(connection: Any) -> None:
    """As the hub does it."""
    await connection.execute(KEEP_MEMORY)


async def _no_reset(_connection: Any) -> None:
    """Reads leave nothing behind."""


app = App()
