"""Playing a department's system: what it holds is told page by page in the department's own words."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.mapping import Mapped
from connectors.world.province import Data, World
from connectors.world.shelves import Shelf, revision
from connectors.world.told_by import shelf
from hub.domain.words.departments import Department

MOST_ROWS = 500


@dataclass(frozen=True)
class Resource:
    """A shelf told in a department's words.  `stamp` names the field that carries the moment of change."""

    shelf: Shelf
    mapped: Mapped
    stamp: str

    def after(self, since: str, size: int = MOST_ROWS) -> tuple[list[Data], bool, int]:
        """Rows that changed after a moment, whether more follow, and how many there are in all."""
        rows = [self._row(data, moment) for moment, data in self.shelf.after(since, min(size, MOST_ROWS))]
        left = max(0, len(self.shelf) - revision(since))
        return rows, left > len(rows), left

    def _row(self, data: Data, moment: str) -> Data:
        row: dict[str, Any] = self.mapped.row(data)
        if self.mapped.envelope.department and "department" in data:
            row[self.mapped.envelope.department] = data["department"]
        return {**row, **data.get("upstream", {}), self.stamp: moment}


Held = Mapping[str, Resource]


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """A system as it is played.  `credentials` open it; `routes` is how it speaks of what it holds; what it holds is what the
    fictional province tells of the department, or what `shelves` says."""

    department: Department | None
    resources_mapped: Mapping[str, Mapped]
    stamp: str
    credentials: Mapping[str, str]
    routes: Callable[[Held], Sequence[Route]]
    shelves: Callable[[World], Mapping[str, Shelf]] | None = None

    def settings(self, base_url: str) -> dict[str, str]:
        """What a connector needs to talk to it."""
        return {"base_url": base_url, **self.credentials}

    def resources(self, world: World) -> dict[str, Resource]:
        """What it holds, by resource."""
        shelves = self.shelves(world) if self.shelves else self._own(world)
        return {name: Resource(shelves[name], mapped, self.stamp) for name, mapped in self.resources_mapped.items()}

    def _own(self, world: World) -> dict[str, Shelf]:
        assert self.department is not None
        return {name: shelf(mapped.kind, world, self.department) for name, mapped in self.resources_mapped.items()}

    def make_app(self, world: World) -> Starlette:
        """Its HTTP interface.  `state.resources` is what it tells, `state.reported` what was pushed to it, by key."""
        held = self.resources(world)
        app = Starlette(routes=list(self.routes(held)))
        app.state.resources = held
        app.state.reported = {}
        return app


def opened_by(key: str) -> Callable[[Request], bool]:
    """Whether a request carries the key in its header."""
    return lambda request: hmac.compare_digest(request.headers.get("x-api-key", "").encode(), key.encode())


@dataclass(frozen=True)
class Pages:
    """The interface of most systems: `GET path` tells what of `{resource}` changed after the moment in the query parameter
    `since`, up to `size` rows.  `answer` makes the body of rows, whether more follow, and how many there are."""

    path: str
    since: str
    size: str
    known: Callable[[Request], bool]
    answer: Callable[[list[Data], bool, int], Any]
    unknown: Response
    missing: Response
    #: The moment in what a caller asked, and the type of the answer, where a protocol has its own.
    moment: Callable[[str], str] = str
    media_type: str = "application/json"
    #: The query parameter that names a page of these, from 1; "" where pages have no numbers.
    number: str = ""

    def route(self, held: Held) -> Route:
        async def listing(request: Request) -> Response:
            if not self.known(request):
                return self.unknown
            resource = held.get(request.path_params["resource"])
            if resource is None:
                return self.missing
            asked = request.query_params
            size, number = int(asked.get(self.size, MOST_ROWS)), int(asked.get(self.number, 1))
            rows, more, total = resource.after(self.moment(asked.get(self.since, "")), size * number)
            return JSONResponse(self.answer(rows[size * (number - 1) :], more, total), media_type=self.media_type)

        return Route(self.path, listing, methods=["GET"])
