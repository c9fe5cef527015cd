"""How the hub is, for whoever starts, watches and feeds it: `/livez`, `/readyz`, `/metrics`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from auth.callers import challenge
from auth.principals import Role
from auth.tokens import Access
from hub.composition.background_tasks import BackgroundTasks
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.replicas import Replica, Replicas
from hub.services.work.standing import Standing
from hub.storage.engine.database import Database
from hub.storage.engine.migrations import head, revision

_OK = "ok"
#: How long what was seen of the database counts, and how long a look may take.
_LOOK_SECONDS = 1.0
_PATIENCE_SECONDS = 5.0
_FORMAT = "text/plain; version=0.0.4"


class Health:
    """Answers for one process.  `admit` knows who calls; figures are for operators.  `standing` is what it does of
    the standing work."""

    def __init__(
        self,
        database: Database,
        tasks: BackgroundTasks,
        admit: Callable[[MutableMapping[str, Any]], Awaitable[Access]],
        *,
        standing: Sequence[Standing] = (),
        replicas: Replicas | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._tasks = tasks
        self._admit = admit
        self._standing = standing
        self._replicas = replicas or Replicas(database)
        self._ticks = ticks
        self._looking = asyncio.Lock()
        self._looked = float("-inf")
        self._database_says = _OK

    @property
    def routes(self) -> list[Route]:
        answers = {"/livez": self.live, "/readyz": self.ready, "/metrics": self.metrics}
        return [Route(path, answer, methods=["GET"]) for path, answer in answers.items()]

    async def live(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """Whether this process does all that it should."""
        # Strangers may ask, and asking writes: one look serves all who ask within its time.
        async with self._looking:
            if self._ticks() - self._looked >= _LOOK_SECONDS:
                self._database_says = await self._look()
                self._looked = self._ticks()
        if self._database_says != _OK:
            return JSONResponse({"status": self._database_says}, 503)
        if late := self._tasks.late:
            return JSONResponse({"status": "behind", "behind": {task.name: round(task.behind, 1) for task in late}}, 503)
        return JSONResponse({"status": _OK, **self._copies()})

    def _copies(self) -> dict[str, Any]:
        """Which replicas are not asked, by their place among HUB_REPLICA_URLS, and why: the primary answers instead."""
        known = [(str(place), self._replicas.trouble(one)) for place, one in enumerate(self._replicas.all, 1)]
        return {"replicas": {place: trouble or _OK for place, trouble in known}} if known else {}

    async def _look(self) -> str:
        says = "the database cannot be reached"
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                if await revision(self._database) != head():
                    return "the database needs `hub migrate`"
                says = "the database cannot be written"
                await self._database.check_writing()
        except (HubError, TimeoutError):
            return says
        return _OK

    async def metrics(self, request: Request) -> Response:
        """Figures in the text format of Prometheus."""
        try:
            access = await self._admit(request.scope)
        except HubError as error:
            if error.code is not ErrorCode.UNAUTHENTICATED:
                raise
            return JSONResponse({"error": error.code.value}, 401, challenge(request.scope))
        if access.principal.role is not Role.OPERATOR:
            return JSONResponse({"error": ErrorCode.FORBIDDEN.value}, 403)
        return PlainTextResponse("".join(f"{line}\n" for line in self._figures()), media_type=_FORMAT)

    def _figures(self) -> Iterator[str]:
        yield "# HELP hub_database_away_total How often the database could not do what it was asked."
        yield "# TYPE hub_database_away_total counter"
        yield f"hub_database_away_total {self._database.away.times}"
        figures: tuple[tuple[str, str, str, Callable[[Any], float]], ...] = (
            ("hub_background_running", "gauge", "Whether the work is running.", lambda task: float(task.is_running)),
            ("hub_background_behind_seconds", "gauge", "For how long the work has got nowhere.", lambda task: task.behind),
            ("hub_background_failures_total", "counter", "Rounds of the work that failed.", lambda task: task.failures),
        )
        for name, kind, words, figure in figures:
            yield f"# HELP {name} {words}"
            yield f"# TYPE {name} {kind}"
            for task in self._tasks.tasks:
                yield f'{name}{{work="{task.name}"}} {figure(task):g}'
        yield from self._figures_of_pieces()
        yield from self._figures_of_copies()

    def _figures_of_pieces(self) -> Iterator[str]:
        yield "# HELP hub_standing_work_failures How often the piece has failed in a row, when it was done by this process."
        yield "# TYPE hub_standing_work_failures gauge"
        for doing in self._standing:
            for name, failures in doing.failures.items():
                yield f'hub_standing_work_failures{{piece="{name}"}} {failures}'

    def _figures_of_copies(self) -> Iterator[str]:
        figures: tuple[tuple[str, str, str, Callable[[Replica], float]], ...] = (
            ("hub_replica_used", "gauge", "Whether the replica is asked.", lambda one: float(not self._replicas.trouble(one))),
            ("hub_replica_behind_seconds", "gauge", "For how long back it may lack something.", self._replicas.behind),
            ("hub_replica_reads_total", "counter", "Reads that it has answered.", lambda one: one.answered),
            ("hub_replica_failures_total", "counter", "Reads for which the primary stood in.", lambda one: one.failed),
        )
        for name, kind, words, figure in figures if self._replicas.all else ():
            yield f"# HELP {name} {words}"
            yield f"# TYPE {name} {kind}"
            for place, one in enumerate(self._replicas.all, 1):
                told = figure(one)
                yield f'{name}{{replica="{place}"}} {"+Inf" if told == float("inf") else f"{told:g}"}'
