"""GraphQL over HTTP: one path, POST with JSON, answers as the database wrote them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from auth.callers import challenge
from auth.principals import Principal
from hub.domain.errors import ErrorCode, HubError
from hub.domain.purposes import HEADER, Purpose, read_purpose
from schema.errors import told
from schema.execution import Answer, Graph, Operation, refused

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"

_STATUS: dict[ErrorCode, HTTPStatus] = {
    ErrorCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    ErrorCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
    ErrorCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    ErrorCode.NOT_ACCEPTABLE: HTTPStatus.NOT_ACCEPTABLE,
    ErrorCode.PAYLOAD_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ErrorCode.DEADLINE_EXCEEDED: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}

Authenticate = Callable[[Request], Awaitable[Principal]]
#: Keeps what an authenticated client sent and the door could not read.
Keep = Callable[[Principal, HubError, bytes], Awaitable[None]]


class GraphQLEndpoint:
    """The handler of `/graphql`.  `most_bytes` bounds the body."""

    def __init__(self, graph: Graph, authenticate: Authenticate, keep: Keep, *, most_bytes: int) -> None:
        self._graph = graph
        self._authenticate = authenticate
        self._keep = keep
        self._most_bytes = most_bytes

    async def handle(self, request: Request) -> Response:
        try:
            if request.method != "POST":
                raise HubError(ErrorCode.METHOD_NOT_ALLOWED, "POST")
            kind = _answer_type(request.headers.get("accept"))
            caller = await self._authenticate(request)
            _check_content_type(request.headers.get("content-type", ""))
            body = await self._body(request, caller)
            answer = await self._answer(body, caller, read_purpose(request.headers.getlist(HEADER)))
        except HubError as error:
            answer, kind = refused(error.code, [told(error)]), JSON
        return _response(answer, kind, challenge(request.scope))

    async def _body(self, request: Request, caller: Principal) -> bytes:
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > self._most_bytes:
                    error = HubError(ErrorCode.PAYLOAD_TOO_LARGE, f"≤ {self._most_bytes} bytes")
                    await self._keep(caller, error, bytes(body))
                    raise error
        except ClientDisconnect:
            raise HubError(ErrorCode.MALFORMED_REQUEST) from None
        return bytes(body)

    async def _answer(self, body: bytes, caller: Principal, purpose: Purpose | None) -> Answer:
        try:
            operation = _read(body)
        except HubError as error:
            await self._keep(caller, error, body)
            raise
        return await self._graph.run(replace(operation, purpose=purpose), caller)


def _answer_type(accept: str | None) -> str:
    """The media type to answer in; NOT_ACCEPTABLE when the client takes neither of ours."""
    if not accept:
        return JSON
    wanted = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    for word in wanted:
        if word == GRAPHQL:
            return GRAPHQL
        if word in (JSON, "application/*", "*/*"):
            return JSON
    raise HubError(ErrorCode.NOT_ACCEPTABLE, f"{GRAPHQL}, {JSON}")


def _check_content_type(content_type: str) -> None:
    kind, *parameters = [part.strip().lower() for part in content_type.split(";")]
    charsets = [p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")]
    if kind != JSON or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise HubError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, f"{JSON}; charset=utf-8")


def _read(body: bytes) -> Operation:
    try:
        data: Any = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise HubError(ErrorCode.MALFORMED_REQUEST, "JSON") from None
    if not isinstance(data, dict):
        raise HubError(ErrorCode.MALFORMED_REQUEST, "object")
    document, name, variables = data.get("query"), data.get("operationName"), data.get("variables")
    extensions = data.get("extensions")
    if not isinstance(document, str):
        raise HubError(ErrorCode.MALFORMED_REQUEST, "query", field="query")
    if name is not None and not isinstance(name, str):
        raise HubError(ErrorCode.MALFORMED_REQUEST, "operationName", field="operationName")
    if not isinstance(variables, dict | None):
        raise HubError(ErrorCode.MALFORMED_REQUEST, "variables", field="variables")
    if not isinstance(extensions, dict | None):
        raise HubError(ErrorCode.MALFORMED_REQUEST, "extensions", field="extensions")
    return Operation(document, name, variables or {})


def _response(answer: Answer, kind: str, challenged: Mapping[str, str]) -> Response:
    status = HTTPStatus.OK
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    if answer.request_error is not None:
        status = _STATUS.get(answer.request_error, HTTPStatus.BAD_REQUEST)
        if status is HTTPStatus.UNAUTHORIZED:
            headers |= challenged
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers["allow"] = "POST"
    return Response(answer.text, status, headers, media_type=f"{kind}; charset=utf-8")
