"""GraphQL over HTTP: one path, POST with JSON; GET to read; answers as the database wrote them, or streams."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Iterable

from starlette.types import Receive, Scope, Send

from auth.callers import challenge
from auth.principals import Principal
from auth.tokens import Access
from hub.domain.log import Cursor
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.bodies import BodyRefusedError, read_body
from hub.http.cutting import cutter
from hub.http.headers import by_name
from hub.http.heads import READING
from hub.http.leaving import Leavers
from hub.http.logs import trace
from hub.http.whole import come
from schema.answers import Answer, refused_by
from schema.budgets import Place
from schema.event_stream import FORMS, EventStream, alone
from schema.negotiation import GRAPHQL, JSON, accepted, check_content
from schema.requests import GraphQLRequest, purpose_by, read_address, read_request, stated_by
from schema.sending import PIECE, Always, Outlet, Response, send_answer, send_as_taken
from schema.service import Service
from schema.statuses import status

_log = logging.getLogger("hub.graphql")

_METHODS = ", ".join((*READING, "POST"))
#: A place in the log on which what is read must stand, or on a later one.
_AFTER = b"hub-after"
#: How long what may go on waits for its beginning.
_TURN_SECONDS = 10.0
_OF_DOCUMENTS = frozenset(
    {
        ErrorCode.DOCUMENT_UNREADABLE,
        ErrorCode.DOCUMENT_INVALID,
        ErrorCode.INVALID_INPUT,
        ErrorCode.QUERY_TOO_COMPLEX,
    }
)


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
        self._leavers = Leavers()
        self._most_bytes = most_bytes
        self._body_seconds = body_seconds
        self._draft = draft_status_codes
        every = list(headers)
        types = {kind: f"{kind}; charset=utf-8" for kind in (GRAPHQL, JSON)}
        types |= {kind: form.content_type for kind, form in FORMS.items()}
        policy = (b"ratelimit-policy", service.budgets.policy)
        self._headers = {kind: Always([(b"content-type", told.encode()), *every]) for kind, told in types.items()}
        #: The same for those who are known, and have a budget.
        self._of_known = {kind: Always([*headers.listed, policy]) for kind, headers in self._headers.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, kind, access = await self._begun(scope, receive)
        if kind in FORMS and access is not None and not (isinstance(begun, Answer) and _is_told_by_status(begun)):
            await self._stream(begun, kind, access, scope, (receive, send))
            return
        assert isinstance(begun, Answer)
        response = self._response(begun, kind, scope, access)
        if access is None or len(begun.body) <= PIECE:
            await self._send(begun, response, scope, (receive, send))
            return
        try:
            async with self._outlet(access, scope).way(len(begun.body)):
                await self._send(begun, response, scope, (receive, send))
        except HubError as error:
            await send_answer(send, self._response(refused_by(error), kind, scope, access))

    def _send(self, answer: Answer, response: Response, scope: Scope, ends: tuple[Receive, Send]) -> Awaitable[None]:
        return send_as_taken(scope, *ends, response) if answer.is_read else send_answer(ends[1], response)

    def _outlet(self, access: Access, scope: Scope) -> Outlet:
        return Outlet(self._budgets, access.principal.account, cutter(scope))

    async def _begun(self, scope: Scope, receive: Receive) -> tuple[Answer | AsyncGenerator[Answer], str, Access | None]:
        """The answer, or the answers of a subscription, which has a place then; in which media type; and to whom."""
        kind, access = JSON, None
        headers = by_name(scope)
        try:
            by_address = scope["method"] in READING
            if not by_address and scope["method"] != "POST":
                raise HubError(ErrorCode.METHOD_NOT_ALLOWED, _METHODS)
            kind, stream = accepted(headers.get(b"accept", b""))
            if by_address and b"authorization" not in headers:
                # A page of another site can make a browser ask for an address, with cookies.
                raise HubError(ErrorCode.UNAUTHENTICATED)
            access = await self._admit(scope)
            caller = access.principal
            if not by_address:
                check_content(headers)
            if stream is None:
                self._budgets.enter(caller.account)
            else:
                await self._budgets.enter_in_turn(caller.account, _TURN_SECONDS)
            try:
                asked = read_address(scope["query_string"]) if by_address else await self._asked(scope, receive, caller)
                operation = await asked.operation(self._documents, caller, purpose_by(headers), stated_by(headers))
                if (place := headers.get(_AFTER)) is not None:
                    operation = operation._replace(after=_place(place))
                if stream is None:
                    return await self._graph.run(operation, caller, self._leavers.while_there(receive)), kind, access
                begun = await self._graph.begin(operation, caller)
            finally:
                self._budgets.leave(caller.account)
            if not isinstance(begun, Answer):
                assert stream is not None
                kind = stream
                try:
                    self._budgets.enter(caller.account, Place.SUBSCRIPTION)
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
        self,
        begun: Answer | AsyncGenerator[Answer],
        kind: str,
        access: Access,
        scope: Scope,
        ends: tuple[Receive, Send],
    ) -> None:
        left = (b"ratelimit", self._budgets.left(access.principal.account))
        headers = [*self._of_known[kind].listed, left]
        outlet, most = self._outlet(access, scope), self._graph.limits.cost
        stream = EventStream(FORMS[kind], *ends, self._ended(access), most=most, outlet=outlet)
        try:
            await stream.run(alone(begun) if isinstance(begun, Answer) else begun, headers)
        finally:
            if not isinstance(begun, Answer):
                self._budgets.leave(access.principal.account, Place.SUBSCRIPTION)

    async def _asked(self, scope: Scope, receive: Receive, caller: Principal) -> GraphQLRequest:
        if (body := come(receive, self._most_bytes)) is None:
            try:
                body = await read_body(scope, receive, most_bytes=self._most_bytes, seconds=self._body_seconds)
            except BodyRefusedError as error:
                await self._keep(caller, error, error.received)
                raise
        try:
            return read_request(body)
        except HubError as error:
            await self._keep(caller, error, body)
            raise

    def _response(self, answer: Answer, kind: str, scope: Scope, access: Access | None) -> Response:
        # What is refused before it streams is told by its status.
        code, kind = status(answer, GRAPHQL if kind in FORMS else kind, draft=self._draft)
        body = answer.extended(self._graph.limits.cost)
        more = [(b"content-length", b"%d" % len(body))]
        if access is not None:
            more.append((b"ratelimit", self._budgets.left(access.principal.account)))
        if answer.request_error is not None:
            more += _headers_of(answer, scope)
        return Response(code, (self._headers if access is None else self._of_known)[kind], more, body)


def _place(said: bytes) -> Cursor:
    """The place in the log that a header names; INVALID_INPUT for what is none."""
    try:
        return Cursor.read(said.decode("latin-1"))
    except ValueError as error:
        raise HubError(ErrorCode.INVALID_INPUT, str(error), field="Hub-After") from None


def _is_told_by_status(answer: Answer) -> bool:
    """Whether what is refused before it streams has a status; what is wrong with a document is told in a stream that is over
    then, so that clients neither take it for a fault of the way nor come back."""
    return answer.request_error is not None and answer.request_error not in _OF_DOCUMENTS


def _headers_of(answer: Answer, scope: Scope) -> list[tuple[bytes, bytes]]:
    """What a refusal says besides."""
    headers = []
    if answer.retry_after is not None:
        headers.append((b"retry-after", b"%d" % answer.retry_after))
    match answer.request_error:
        case ErrorCode.UNAUTHENTICATED:
            headers += [(name.encode(), value.encode()) for name, value in challenge(scope).items()]
        case ErrorCode.METHOD_NOT_ALLOWED:
            # What GET may not do, POST may.
            headers.append((b"allow", b"POST" if scope["method"] in READING else _METHODS.encode()))
        case ErrorCode.PAYLOAD_TOO_LARGE | ErrorCode.REQUEST_TIMEOUT:
            headers.append((b"connection", b"close"))
    return headers
