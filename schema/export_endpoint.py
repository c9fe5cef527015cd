"""Lists as files over HTTP: `GET /export/penalties.csv?filter={…}`, `.xlsx` or `.parquet`, made while it is sent, for those who
prove by a header who they are."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial

from starlette.types import Receive, Scope, Send

from auth.tokens import Access
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.cutting import cutter
from hub.http.headers import by_name
from hub.http.heads import READING
from hub.http.leaving import Leavers
from hub.http.logs import trace
from schema.denials import denial
from schema.export_files import Format, TableFile, begin
from schema.exports import Page, Table, pages, tables
from schema.requests import parameters_of, purpose_by, stated_by
from schema.sending import Outlet, send_pieces
from schema.service import Service
from schema.turns import Turns

PATH = "/export/"
_METHODS = ", ".join(READING)
#: So many pages are read or written at once, of several clients: files are for those who can wait.
_PAGES = 2
_TURN_SECONDS = 60.0
#: So many rows take a few thousandths of a second; then others go on.
_ROWS_AT_ONCE = 20

_log = logging.getLogger("hub.export")


@dataclass(frozen=True, slots=True)
class _Begun:
    """Who asks for which file, and by what they were let in; what is written of it page by page, and of the first."""

    name: str
    file: TableFile
    access: Access
    pieces: AsyncGenerator[bytes]
    first: bytes


class ExportEndpoint:
    """The ASGI application of `/export/…`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._budgets = service.budgets
        self._leavers = Leavers()
        self._turns = Turns(_PAGES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._leavers.while_there(receive):
                begun = await self._begun(scope)
        except HubError as error:
            await denial(error, scope, allow=_METHODS)(scope, receive, send)
            return
        try:
            # Nobody is told why what nobody waits for has ended.
            with suppress(HubError), self._leavers.while_there(receive):
                await self._told(begun, scope, send)
        finally:
            self._budgets.leave(begun.access.principal.account)

    async def _begun(self, scope: Scope) -> _Begun:
        """Who asks for what, and its first page: what is refused is refused before anything is sent."""
        if scope["method"] not in READING:
            raise HubError(ErrorCode.METHOD_NOT_ALLOWED, _METHODS)
        headers = by_name(scope)
        if b"authorization" not in headers:
            raise HubError(ErrorCode.UNAUTHENTICATED)
        access = await self._service.admit(scope)
        caller = access.principal
        name = scope["path"].removeprefix(PATH)
        table, kind = _named(name)
        file = begin(kind, table)
        if await self._service.documents.is_held(caller):
            raise HubError(ErrorCode.DOCUMENT_NOT_TRUSTED)
        wanted = parameters_of(scope["query_string"], ("filter",), known=("filter",)).get("filter")
        purpose = purpose_by(headers)
        self._budgets.enter(caller.account)
        try:
            turn = partial(self._turns.held, caller.client_id, _TURN_SECONDS)
            asked = (self._service.graph, table, caller, wanted, purpose)
            made = partial(_written, file)
            pieces = pages(*asked, made=made, turn=turn, as_of=stated_by(headers), most=kind.most_rows)
            return _Begun(name, file, access, pieces, await anext(pieces))
        except BaseException:
            self._budgets.leave(caller.account)
            raise

    async def _told(self, begun: _Begun, scope: Scope, send: Send) -> None:
        outlet = Outlet(self._budgets, begun.access.principal.account, cutter(scope))
        headers = [
            (b"content-type", begun.file.media_type.encode()),
            (b"content-disposition", f'attachment; filename="{begun.name}"'.encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            await self._send(begun.first, outlet, send)
            async with aclosing(begun.pieces):
                async for piece in begun.pieces:
                    if await self._service.is_revoked(begun.access):
                        raise HubError(ErrorCode.UNAUTHENTICATED)
                    await self._send(piece, outlet, send)
            last = await asyncio.to_thread(_ended, begun.file)
            async with outlet.way(len(last)):
                await send_pieces(send, last, more=False)
        except Exception as error:
            # A file without its end must not pass for a whole one.
            if not isinstance(error, HubError):
                _log.error("an export was cut: %s", trace(error))
            outlet.cut()

    async def _send(self, piece: bytes, outlet: Outlet, send: Send) -> None:
        if piece:
            async with outlet.way(len(piece)):
                await send_pieces(send, piece, more=True)


async def _written(file: TableFile, page: Page) -> bytes:
    """What a file gains by a page; others go on between its rows."""
    for start in range(0, len(page), _ROWS_AT_ONCE):
        file.add(page[start : start + _ROWS_AT_ONCE])
        await asyncio.sleep(0)
    return await asyncio.to_thread(file.take)


def _ended(file: TableFile) -> bytes:
    """What ends a file."""
    file.end()
    return file.take()


def _named(name: str) -> tuple[Table, Format]:
    """The table and the format that a name stands for."""
    of, _, ending = name.rpartition(".")
    table, kind = tables().get(of), next((kind for kind in Format if kind == ending), None)
    if table is None or kind is None:
        raise HubError(ErrorCode.NOT_FOUND, f"{name[:80]}: {', '.join(tables())}; {', '.join(Format)}")
    return table, kind
