"""The schema over HTTP, for those who may be told of it: as a page for people, and as SDL for generators."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from graphql import print_schema
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from auth.principals import Principal
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.cutting import cutter
from schema.denials import denial
from schema.planner.measuring import INTROSPECTION
from schema.reference import reference
from schema.root import build_schema
from schema.sending import Outlet
from schema.service import Service


def schema_routes(service: Service) -> list[Route]:
    """`/schema` and `/schema.graphql`."""
    schema = build_schema()._schema
    page = SchemaPage(service, HTMLResponse, lambda: reference(schema))
    sdl = SchemaPage(service, PlainTextResponse, lambda: print_schema(schema))
    return [Route("/schema", page, methods=["GET"]), Route("/schema.graphql", sdl, methods=["GET"])]


class SchemaPage:
    """The ASGI application of a text about the schema, which is made once, beside the loop, and paid for like introspection."""

    def __init__(self, service: Service, kind: type[Response], made: Callable[[], str]) -> None:
        self._service = service
        self._budgets = service.budgets
        self._kind = kind
        self._made = made
        self._making = asyncio.Lock()
        self._text: bytes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            caller = await self._admitted(scope)
            self._budgets.enter(caller.account)
            try:
                self._budgets.take(caller.account, INTROSPECTION)
                text = await self._ready()
                async with Outlet(self._budgets, caller.account, cutter(scope)).way(len(text)):
                    await self._kind(text)(scope, receive, send)
            finally:
                self._budgets.leave(caller.account)
        except HubError as error:
            await denial(error, scope)(scope, receive, send)

    async def _admitted(self, scope: Scope) -> Principal:
        caller = (await self._service.admit(scope)).principal
        if caller.role not in self._service.graph.introspects:
            raise HubError(ErrorCode.FORBIDDEN, "introspection")
        return caller

    async def _ready(self) -> bytes:
        async with self._making:
            if self._text is None:
                self._text = (await asyncio.to_thread(self._made)).encode()
        return self._text
