"""Systems that are pulled in tests: a connector over its sandbox in process, and shelves of workbooks."""

from __future__ import annotations

import hashlib

import httpx

from connectors.base import Connector
from connectors.registry import CONNECTORS, sandbox
from connectors.world import World
from tests.connectors.conftest import BASE, QUICK
from tests.makers import OPERATOR, Ask


def connect(code: str, world: World, transport: httpx.AsyncBaseTransport | None = None) -> tuple[Connector, object]:
    app = sandbox(code).make_app(world)
    over = transport or httpx.ASGITransport(app)
    return CONNECTORS[code](sandbox(code).settings(BASE), limits=QUICK, transport=over), app  # type: ignore[call-arg]


def narrowed(code: str, world: World, *names: str) -> tuple[Connector, object]:
    """A connector that pulls some of its resources alone."""
    connector, app = connect(code, world)
    kind = type(connector)
    some = type(kind.__name__, (kind,), {"resources": {name: kind.resources[name] for name in names}})  # type: ignore[attr-defined]
    return some(connector.settings, limits=QUICK, transport=connector.transport), app  # type: ignore[attr-defined]


def mines(world: World) -> Connector:
    """Natural resources as it tells of mines and organs alone."""
    return narrowed("natural_resources", world, "organs", "mines")[0]


def shelf(file: dict[str, bytes]) -> httpx.MockTransport:
    """A shelf of workbooks of opinions; what is changed in `file` later is changed on the shelf."""

    def answer(request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        if name in file:
            return httpx.Response(200, content=file[name])
        listed = file if name == "opinions" and not request.url.params["after"] else {}
        told = [{"name": name, "sha256": hashlib.sha256(body).hexdigest()} for name, body in listed.items()]
        return httpx.Response(200, json={"files": told})

    return httpx.MockTransport(answer)


SOURCES = """
    { departments { department sources { code freshness itemsAccepted itemsUnchanged itemsStale itemsQuarantined itemsTold
      itemsMissing itemsVanished countedSince failures lastError drift driftSince } } }
"""


async def source(ask: Ask, code: str) -> dict[str, object]:
    found = await ask(OPERATOR, SOURCES)
    return next(s for d in found["data"]["departments"] for s in d["sources"] if s["code"] == code)
