"""What is refused before there is an answer, over HTTP: by files, pages and handshakes."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import Scope

from auth.callers import challenge
from hub.domain.words.errors import ErrorCode, HubError
from schema.errors import error_payloads
from schema.statuses import status_of


def denial(error: HubError, scope: Scope, *, allow: str = "") -> JSONResponse:
    """Why a request is refused; `allow` names the methods that are taken (RFC 9110, 10.2.1)."""
    headers: dict[str, str] = {}
    if error.code is ErrorCode.METHOD_NOT_ALLOWED:
        headers["allow"] = allow
    if error.code is ErrorCode.UNAUTHENTICATED:
        headers |= challenge(scope)
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    status = 404 if error.code is ErrorCode.NOT_FOUND else status_of(error.code)
    return JSONResponse({"errors": error_payloads(error)}, status, headers)
