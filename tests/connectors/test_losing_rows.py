"""A table that changes while it is read tries to lose rows, under the protocol of each interface that a connector may have:
after it rests and is pulled once more, what stands here is what stands there, or it is told that something is missing."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from types import ModuleType
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import connectors
from connectors import features, feeds, soap
from connectors.base import Batch, Connector
from connectors.errors import Incomplete, TooMuchAtOnce, TryAgain
from connectors.feeds import FeedPage
from connectors.registry import sandbox
from connectors.sandbox import Sandbox
from connectors.scaffold import Interface, scaffold
from connectors.world import World
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from tests.connectors.conftest import BASE, QUICK
from tests.connectors.test_feeds import Source, at

#: What happens before a request: a row's number, how many seconds pass before it, how many seconds late it is stamped, and
#: whether it is put, deleted, or the puller is started anew.
STEP = st.tuples(
    st.integers(0, 30), st.integers(0, 40), st.integers(0, 590), st.sampled_from(["put", "put", "delete", "restart"])
)
Step = tuple[int, int, int, str]
RESOURCE = "opinions"


@dataclass
class Table(Source):
    """A table whose rows are told in a department's words, as a sandbox asks for them; `asked_size` are asked for at once."""

    row: Mapping[str, Any] = field(default_factory=dict)

    def upstream(self, number: int, text: str, second: float) -> dict[str, Any]:
        return {**self.row, "documentNumber": str(number), "text": text, "modified": at(second)}

    def after_page(self, since: str, upto: int) -> tuple[list[dict[str, Any]], bool, Any]:
        """Up to so many rows, of which those of earlier pages are passed over by who asks."""
        found, least = self.after(since), min(self.size, self.asked_size)
        pages = upto // self.asked_size
        rows = [self.upstream(number, text, second) for second, number, text in found[least * (pages - 1) : least * pages]]
        total = len(found) if self.told_total is True else self.told_total
        return [{}] * (self.asked_size * (pages - 1)) + rows, False, total


class Resource:
    """A table in the place of what a sandbox holds."""

    def __init__(self, table: Table) -> None:
        self.after = table.after_page


@dataclass
class Files:
    """The same table as files, each of which holds the rows of some numbers and is written anew when one of them changes: under
    its own name, or late under an earlier one.  A digest is told truly, not at all, or, while steps are `left`, before the
    file is written."""

    table: Table
    write: Callable[[str, Sequence[Mapping[str, Any]]], bytes]
    digest: str
    left: Sequence[object]

    def names(self) -> list[str]:
        return sorted({f"{number % 7}.xlsx" for number in self.table.rows})

    def body(self, name: str) -> bytes:
        rows = [
            self.table.upstream(number, text, second)
            for number, (second, text) in sorted(self.table.rows.items())
            if f"{number % 7}.xlsx" == name
        ]
        return self.write(RESOURCE, rows)

    def routes(self, path: str) -> list[Route]:
        async def listing(request: Request) -> Response:
            names = [name for name in self.names() if name > request.query_params["after"]][: self.table.size]
            return JSONResponse({"files": [{"name": name} | self._digest(name) for name in names]})

        async def file(request: Request) -> Response:
            name = request.path_params["name"]
            return Response(self.body(name)) if name in self.names() else JSONResponse({}, 404)

        return [Route(f"/{path}/{RESOURCE}", listing), Route(f"/{path}/{RESOURCE}/{{name}}", file)]

    def _digest(self, name: str) -> dict[str, str]:
        if self.digest == "none":
            return {}
        return {"sha256": hashlib.sha256(b"" if self.digest == "early" and self.left else self.body(name)).hexdigest()}


@dataclass
class Made:
    """A connector as it is scaffolded for an interface, the sandbox beside it, one of its rows, and the module that says how
    many are asked for at once."""

    interface: Interface
    connector: type[Connector]
    played: Sandbox
    row: Mapping[str, Any]
    asking: ModuleType

    def system(self, table: Table, digest: str, left: Sequence[object]) -> Starlette:
        """The table behind the interface."""
        table.row = self.row
        if self.interface is Interface.FILES:
            write = import_module(f"connectors.{self.connector.manifest.code}.sandbox")._write
            return Starlette(routes=Files(table, write, digest, left).routes("files"))
        (name,) = self.played.resources_mapped
        return Starlette(routes=list(self.played.routes({name: Resource(table)})))  # type: ignore[dict-item]


@pytest.fixture(scope="module", params=Interface)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    interface, folder = request.param, tmp_path_factory.mktemp("made")
    code = f"restless_{interface}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connectors, "__path__", [*connectors.__path__, str(folder)])
        scaffold(code, Department.WATER, [RecordKind.OPINION], folder, interface)
        module = import_module(f"connectors.{code}.connector")
        played = sandbox(code)
        (resource,) = played.resources(World(64, 7)).values()
        asking = {Interface.FEATURES: features, Interface.SOAP: soap}.get(interface, module)
        connector = vars(module)[f"Restless{interface.capitalize()}"]
        yield Made(interface, connector, played, resource.after("", 1)[0][0], asking)
        for name in [name for name in sys.modules if name.startswith(f"connectors.{code}")]:
            del sys.modules[name]


class Bustle(httpx.AsyncBaseTransport):
    """The way to a system, on which a step happens before each request while there are any `left`."""

    def __init__(self, table: Source, app: Starlette, left: list[Step]) -> None:
        self._table, self._inner, self._left = table, httpx.ASGITransport(app), left
        self._now = 1000

    def happen(self) -> None:
        if not self._left:
            return
        number, passed, late, act = self._left.pop()
        self._now += passed
        if act == "put":
            self._table.put(number, self._now - late, f"text {len(self._left)}")
        elif act == "delete":
            self._table.rows.pop(number, None)
        else:
            raise httpx.ConnectError("the puller is started anew")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.happen()
        return await self._inner.handle_async_request(request)


async def told_or_brought(pull: Callable[[str | None], AsyncIterator[Batch]], left: Sequence[Step]) -> dict[str, str] | None:
    """What the pulls of a restless system and one after it rests have brought; None where the last tells that not all came."""
    here: dict[str, str] = {}
    cursor: str | None = None
    while True:
        is_last = not left
        try:
            async for batch in pull(cursor):
                here.update((item.reference, str(item.raw["text"])) for item in batch.items)
                cursor = batch.cursor
        except (Incomplete, TooMuchAtOnce, TryAgain, httpx.ConnectError):
            if is_last:
                return None
        else:
            if is_last:
                return here


SYSTEM = {
    "left": st.lists(STEP, min_size=10, max_size=60),
    "size": st.integers(1, 12),
    "told_total": st.sampled_from([None, True, 2]),
    "first": st.lists(st.integers(0, 5), max_size=30).map(lambda seconds: {n: (s, "first") for n, s in enumerate(seconds)}),
}


def tries(**more: st.SearchStrategy[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Fifty tables try in all, or as many for each protocol as are asked for."""
    how_many = settings(max_examples=int(os.environ.get("SOAK", "8")), deadline=None, derandomize=True, database=None)
    return lambda test: how_many(given(**SYSTEM, **more)(test))


@tries(is_capped=st.booleans(), digest=st.sampled_from(["true", "none", "early"]))
async def test_no_row_is_lost_unless_that_is_told(
    made: Made,
    *,
    left: list[Step],
    size: int,
    told_total: Any,
    first: dict[int, tuple[float, str]],
    is_capped: bool,
    digest: str,
) -> None:
    # Asked for so many rows a system gives them, or fewer.
    table = Table(dict(first), size, told_total, asked_size=500 if is_capped else size)
    way = Bustle(table, made.system(table, digest, left), left)
    connector = made.connector(made.played.settings(BASE), limits=QUICK, transport=way)  # type: ignore[call-arg]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made.asking, "_PAGE", table.asked_size, raising=False)
        here = await told_or_brought(connector.pull, left)
    is_one_moment = len({second for second, _ in table.rows.values()}) == 1
    if here is not None and not (is_capped and told_total is None and is_one_moment):
        assert {n: here.get(str(n)) for n in table.rows} == {n: text for n, (_, text) in table.rows.items()}


@tries()
async def test_nor_where_the_system_says_whether_more_follows(
    left: list[Step], size: int, told_total: Any, first: dict[int, tuple[float, str]]
) -> None:
    source = Source(dict(first), size, told_total, tells_more=True)
    bustle = Bustle(source, Starlette(), left)

    async def fetch(since: str) -> FeedPage:
        bustle.happen()
        return await source.fetch(since)

    here = await told_or_brought(lambda cursor: feeds.pull(cursor, [replace(source.feed(), fetch=fetch)]), left)
    if here is not None:
        assert {n: here.get(str(n)) for n in source.rows} == {n: text for n, (_, text) in source.rows.items()}
