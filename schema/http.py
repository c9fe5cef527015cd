"""GraphQL over HTTP: one path, POST with JSON, answers as the database wrote them, or as a stream of events."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Iterable

from starlette.types import Receive, Scope, Send

from auth.callers import challenge
from auth.principals import Principal
from auth.tokens import Access
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import HEADER, read_purpose
from hub.http.bodies import BodyRefusedError, read_body
from hub.http.cutting import cutter
from hub.http.headers import by_name
from hub.http.logs import trace
from schema.answers import Answer, Operation, refused_by
from schema.budgets import Place
from schema.event_stream import EventStream, alone
from schema.negotiation import EVENTS, GRAPHQL, JSON, answer_type, check_content
from schema.requests import read_request
from schema.sending import PIECE, Outlet, send_answer
from schema.service import Service
from schema.statuses import status

_log = logging.getLogger("hub.graphql")

_Response = tuple[int, list[tuple[bytes, bytes]], bytes]
_PURPOSE = HEADER.lower().encode()


class GraphQLEndpoint:
    """The ASGI application of `/graphql`, for every method.

    `headers` go with every answer.  `most_bytes` and `body_seconds` bound the body and the time of its coming;
    `draft_status_codes` chooses the rules of `schema.statuses`.
    """

    def __init__(
        self,
        service: Service,
        headers: Iterable[tuple[bytes, bytes]],
        *,
        most_bytes: int,
        body_seconds: float,
        draft_status_codes: bool = False,
    ) -> None:
        self._graph = service.graph
        self._budgets = service.budgets
        self._documents = service.documents
        self._admit = service.admit
        self._keep = service.keep
        self._ended = service.ended
        self._most_bytes = most_bytes
        self._body_seconds = body_seconds
        self._draft = draft_status_codes
        every = list(headers)
        self._headers = {
            kind: [(b"content-type", f"{kind}; charset=utf-8".encode()), *every] for kind in (GRAPHQL, JSON, EVENTS)
        }
        self._policy = (b"ratelimit-policy", service.budgets.policy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, kind, access = await self._begun(scope, receive)
        if kind == EVENTS and access is not None and not (isinstance(begun, Answer) and begun.request_error):
            await self._stream(begun, access, scope, receive, send)
            return
        assert isinstance(begun, Answer)
        response = self._response(begun, kind, scope, access)
        if access is None or len(begun.body) <= PIECE:
            await send_answer(send, *response)
            return
        try:
            async with self._outlet(access, scope).way(len(begun.body)):
                await send_answer(send, *response)
        except HubError as error:
            await send_answer(send, *self._response(refused_by(error), kind, scope, access))

    def _outlet(self, access: Access, scope: Scope) -> Outlet:
        return Outlet(self._budgets, access.principal.client_id, cutter(scope))

    async def _begun(self, scope: Scope, receive: Receive) -> tuple[Answer | AsyncGenerator[Answer], str, Access | None]:
        """The answer, or the answers of a subscription, which has a place then; in which media type; and to whom."""
        kind, access = JSON, None
        headers = by_name(scope)
        try:
            if scope["method"] != "POST":
                raise HubError(ErrorCode.METHOD_NOT_ALLOWED, "POST")
            kind = answer_type(headers.get(b"accept", b""))
            access = await self._admit(scope)
            caller = access.principal
            check_content(headers)
            self._budgets.enter(caller.client_id)
            try:
                operation = await self._operation(scope, receive, caller, headers.get(_PURPOSE))
                if kind != EVENTS:
                    return await self._graph.run(operation, caller), kind, access
                begun = await self._graph.begin(operation, caller)
            finally:
                self._budgets.leave(caller.client_id)
            if not isinstance(begun, Answer):
                try:
                    self._budgets.enter(caller.client_id, Place.SUBSCRIPTION)
                except HubError:
                    await begun.aclose()
                    raise
            return begun, kind, access
        except HubError as error:
            return refused_by(error), kind, access
        except Exception as error:
            _log.error("unexpected: %s", trace(error))
            return refused_by(HubError(ErrorCode.INTERNAL)), kind, access

    async def _stream(
        self, begun: Answer | AsyncGenerator[Answer], access: Access, scope: Scope, receive: Receive, send: Send
    ) -> None:
        left = (b"ratelimit", self._budgets.left(access.principal.client_id))
        headers = [*self._headers[EVENTS], (b"x-accel-buffering", b"no"), self._policy, left]
        stream = EventStream(receive, send, self._ended(access), self._graph.limits.cost, self._outlet(access, scope))
        try:
            await stream.run(alone(begun) if isinstance(begun, Answer) else begun, headers)
        finally:
            if not isinstance(begun, Answer):
                self._budgets.leave(access.principal.client_id, Place.SUBSCRIPTION)

    async def _operation(self, scope: Scope, receive: Receive, caller: Principal, purpose: bytes | None) -> Operation:
        try:
            body = await read_body(scope, receive, most_bytes=self._most_bytes, seconds=self._body_seconds)
        except BodyRefusedError as error:
            await self._keep(caller, error, error.received)
            raise
        try:
            asked = read_request(body)
        except HubError as error:
            await self._keep(caller, error, body)
            raise
        stated = read_purpose(purpose.decode("latin-1")) if purpose else None
        return await asked.operation(self._documents, caller, stated)

    def _response(self, answer: Answer, kind: str, scope: Scope, access: Access | None) -> _Response:
        # What is refused before it streams is told by its status.
        code, kind = status(answer, GRAPHQL if kind == EVENTS else kind, draft=self._draft)
        body = answer.extended(self._graph.limits.cost)
        headers = [*self._headers[kind], (b"content-length", b"%d" % len(body))]
        if access is not None:
            headers += (self._policy, (b"ratelimit", self._budgets.left(access.principal.client_id)))
        if answer.request_error is not None:
            headers += _headers_of(answer, scope)
        return code, headers, body


def _headers_of(answer: Answer, scope: Scope) -> list[tuple[bytes, bytes]]:
    """What a refusal says besides."""
    headers = []
    if answer.retry_after is not None:
        headers.append((b"retry-after", b"%d" % answer.retry_after))
    match answer.request_error:
        case ErrorCode.UNAUTHENTICATED:
            headers += [(name.encode(), value.encode()) for name, value in challenge(scope).items()]
        case ErrorCode.METHOD_NOT_ALLOWED:
            headers.append((b"allow", b"POST"))
        case ErrorCode.PAYLOAD_TOO_LARGE | ErrorCode.REQUEST_TIMEOUT:
            headers.append((b"connection", b"close"))
    return headers
