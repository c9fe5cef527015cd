"""Lists as files over HTTP: `GET /export/penalties.csv?filter={…}`, streamed, for those who prove by a header who they are."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from auth.callers import challenge
from auth.principals import Principal
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import HEADER, read_purpose
from hub.http.cutting import cutter
from hub.http.headers import by_name
from hub.http.logs import trace
from schema.errors import error_payloads
from schema.exports import CsvText, Table, rows, tables
from schema.requests import parameters_of
from schema.sending import Outlet, send_pieces
from schema.service import Service
from schema.statuses import status_of

PATH = "/export/"
_SUFFIX = ".csv"

_log = logging.getLogger("hub.export")


@dataclass(frozen=True, slots=True)
class _Begun:
    """Who asks for which table, its first page, and the others."""

    table: Table
    caller: Principal
    pages: AsyncGenerator[Sequence[Mapping[str, Any]]]
    first: Sequence[Mapping[str, Any]]


class ExportEndpoint:
    """The ASGI application of `/export/…`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._budgets = service.budgets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            begun = await self._begun(scope)
        except HubError as error:
            await self._refuse(error, scope, receive, send)
            return
        left = asyncio.create_task(_left(receive))
        try:
            await self._told(begun, scope, send, left)
        finally:
            left.cancel()
            self._budgets.leave(begun.caller.client_id)

    async def _begun(self, scope: Scope) -> _Begun:
        """Who asks for what, and its first page: what is refused is refused before anything is sent."""
        if scope["method"] != "GET":
            raise HubError(ErrorCode.METHOD_NOT_ALLOWED, "GET")
        headers = by_name(scope)
        if b"authorization" not in headers:
            raise HubError(ErrorCode.UNAUTHENTICATED)
        access = await self._service.admit(scope)
        caller = access.principal
        name = scope["path"].removeprefix(PATH)
        table = tables().get(name.removesuffix(_SUFFIX))
        if table is None or not name.endswith(_SUFFIX):
            raise HubError(ErrorCode.NOT_FOUND, f"{name[:80]}: {', '.join(tables())}")
        if await self._service.documents.is_held(caller):
            raise HubError(ErrorCode.DOCUMENT_NOT_TRUSTED)
        wanted = parameters_of(scope["query_string"], ("filter",)).get("filter")
        stated = headers.get(HEADER.lower().encode())
        purpose = read_purpose(stated.decode("latin-1")) if stated else None
        self._budgets.enter(caller.client_id)
        try:
            pages = rows(self._service.graph, table, caller, wanted, purpose)
            return _Begun(table, caller, pages, await anext(pages))
        except BaseException:
            self._budgets.leave(caller.client_id)
            raise

    async def _told(self, begun: _Begun, scope: Scope, send: Send, left: asyncio.Task[None]) -> None:
        text, outlet = CsvText(begun.table), Outlet(self._budgets, begun.caller.client_id, cutter(scope))
        headers = [
            (b"content-type", b"text/csv; charset=utf-8; header=present"),
            (b"content-disposition", f'attachment; filename="{begun.table.field}.csv"'.encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            text.add(begun.first)
            async with aclosing(begun.pages):
                async for page in begun.pages:
                    if left.done():
                        # Nobody is there to read on.
                        return
                    await self._write(text.take(), outlet, send, more=True)
                    text.add(page)
            await self._write(text.take(), outlet, send, more=False)
        except Exception as error:
            # A file without its end must not pass for a whole one.
            if not isinstance(error, HubError):
                _log.error("an export was cut: %s", trace(error))
            outlet.cut()

    async def _write(self, body: bytes, outlet: Outlet, send: Send, *, more: bool) -> None:
        async with outlet.way(len(body)):
            await send_pieces(send, body, more=more)

    async def _refuse(self, error: HubError, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"allow": "GET"} if error.code is ErrorCode.METHOD_NOT_ALLOWED else {}
        if error.code is ErrorCode.UNAUTHENTICATED:
            headers |= challenge(scope)
        if error.retry_after is not None:
            headers["retry-after"] = str(error.retry_after)
        answer = JSONResponse(
            {"errors": error_payloads(error)}, 404 if error.code is ErrorCode.NOT_FOUND else status_of(error.code), headers
        )
        await answer(scope, receive, send)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
