"""GraphQL over HTTP: one path, POST with JSON, answers as the database wrote them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from auth.callers import challenge
from auth.principals import Principal
from hub.bodies import BodyRefused, read_body
from hub.domain.errors import ErrorCode, HubError
from hub.domain.purposes import HEADER, read_purpose
from hub.services.documents import TrustedDocuments
from schema.budgets import Budgets
from schema.execution import Answer, Graph, Operation, refused_by
from schema.negotiation import GRAPHQL, JSON, answer_type, check_content
from schema.requests import read_request
from schema.statuses import status

_Response = tuple[int, list[tuple[bytes, bytes]], bytes]
_PURPOSE = HEADER.lower().encode()
_CONTENT_TYPES = {kind: f"{kind}; charset=utf-8".encode() for kind in (GRAPHQL, JSON)}

Authenticate = Callable[[Request], Awaitable[Principal]]
#: Keeps what an authenticated client sent and the door could not read.
Keep = Callable[[Principal, HubError, bytes], Awaitable[None]]


class GraphQLEndpoint:
    """The ASGI application of `/graphql`, for every method.

    `most_bytes` and `body_seconds` bound the body and the time of its coming; `draft_status_codes` chooses the rules of
    `schema.statuses`.
    """

    def __init__(
        self,
        graph: Graph,
        budgets: Budgets,
        documents: TrustedDocuments,
        authenticate: Authenticate,
        keep: Keep,
        *,
        most_bytes: int,
        body_seconds: float,
        draft_status_codes: bool = False,
    ) -> None:
        self._graph = graph
        self._budgets = budgets
        self._documents = documents
        self._authenticate = authenticate
        self._keep = keep
        self._most_bytes = most_bytes
        self._body_seconds = body_seconds
        self._draft = draft_status_codes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status_code, headers, body = await self._handled(Request(scope, receive))
        await send({"type": "http.response.start", "status": status_code, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _handled(self, request: Request) -> _Response:
        kind, caller = JSON, None
        headers = request.scope["headers"]
        try:
            if request.method != "POST":
                raise HubError(ErrorCode.METHOD_NOT_ALLOWED, "POST")
            kind = answer_type(b",".join(value for name, value in headers if name == b"accept"))
            caller = await self._authenticate(request)
            check_content(headers)
            self._budgets.enter(caller.client_id)
            try:
                answer = await self._graph.run(await self._operation(request, caller), caller)
            finally:
                self._budgets.leave(caller.client_id)
        except HubError as error:
            answer = refused_by(error)
        return self._response(answer, kind, request, caller)

    async def _operation(self, request: Request, caller: Principal) -> Operation:
        try:
            body = await read_body(request, most_bytes=self._most_bytes, seconds=self._body_seconds)
        except BodyRefused as error:
            await self._keep(caller, error, error.received)
            raise
        try:
            asked = read_request(body)
        except HubError as error:
            await self._keep(caller, error, body)
            raise
        operation = await asked.operation(self._documents, caller)
        stated = [value.decode("latin-1") for name, value in request.scope["headers"] if name == _PURPOSE]
        return replace(operation, purpose=read_purpose(stated)) if stated else operation

    def _response(self, answer: Answer, kind: str, request: Request, caller: Principal | None) -> _Response:
        code, kind = status(answer, kind, draft=self._draft)
        body = self._with_cost(answer).encode("utf-8")
        headers = [(b"content-type", _CONTENT_TYPES[kind]), (b"content-length", b"%d" % len(body))]
        if caller is not None:
            headers.append((b"ratelimit-policy", self._budgets.policy))
            headers.append((b"ratelimit", self._budgets.left(caller.client_id)))
        if answer.request_error is not None:
            headers += _headers_of(answer, request)
        return code, headers, body

    def _with_cost(self, answer: Answer) -> str:
        """The answer with what its operation was taken to cost; what the database wrote is not read for it."""
        if answer.cost is None:
            return answer.text
        return f'{answer.text[:-1]},"extensions":{{"cost":{{"operation":{answer.cost},"most":{self._graph.limits.cost}}}}}}}'


def _headers_of(answer: Answer, request: Request) -> list[tuple[bytes, bytes]]:
    """What a refusal says besides."""
    headers = []
    if answer.retry_after is not None:
        headers.append((b"retry-after", b"%d" % answer.retry_after))
    match answer.request_error:
        case ErrorCode.UNAUTHENTICATED:
            headers += [(name.encode(), value.encode()) for name, value in challenge(request.scope).items()]
        case ErrorCode.METHOD_NOT_ALLOWED:
            headers.append((b"allow", b"POST"))
        case ErrorCode.PAYLOAD_TOO_LARGE | ErrorCode.REQUEST_TIMEOUT:
            headers.append((b"connection", b"close"))
    return headers
