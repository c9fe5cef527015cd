"""The last to know of what went wrong: whatever no door has answered is answered here, once, and told once."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.domain.words.errors import ErrorCode, HubError
from hub.http.cutting import cutter
from hub.http.logs import trace

_STATUSES = {ErrorCode.UNAVAILABLE: 503, ErrorCode.DEADLINE_EXCEEDED: 503}

_log = logging.getLogger("hub")


class Guard:
    """Wraps the routes.  The connection ends with what is answered here: nobody knows how much of the request was read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def watched(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if has_started:
                _log.error("an answer was cut: %s", trace(error))
                cutter(scope)()
            else:
                await _answer(error)(scope, receive, send)


def unrouted(request: Request, error: Exception) -> JSONResponse:
    """What to tell of an address that leads nowhere, or of a method that is not taken there."""
    assert isinstance(error, HTTPException)
    if error.status_code != 405:
        return JSONResponse({"errors": [HubError(ErrorCode.NOT_FOUND).payload]}, error.status_code)
    methods = ", ".join(sorted(_methods(request)))
    return JSONResponse({"errors": [HubError(ErrorCode.METHOD_NOT_ALLOWED, methods).payload]}, 405, {"allow": methods})


def _methods(request: Request) -> Iterator[str]:
    """The methods that are taken at an address, by one route or by several."""
    for route in request.app.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            yield from route.methods or ()


def _answer(error: Exception) -> JSONResponse:
    known = error if isinstance(error, HubError) and error.code in _STATUSES else HubError(ErrorCode.INTERNAL)
    if known is not error:
        _log.error("unexpected: %s", trace(error))
    headers = {"connection": "close"}
    if known.retry_after is not None:
        headers["retry-after"] = str(known.retry_after)
    return JSONResponse({"errors": [known.payload]}, _STATUSES.get(known.code, 500), headers)
