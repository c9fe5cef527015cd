"""The websocket door of `/graphql`: who may open one, before anything is spoken (`schema.transport_ws`).

The handshake proves who calls, like any request.  A client that cannot set headers, such as a browser's, proves it in
`connection_init` by members that are read like the headers of these names: `Authorization`, `DPoP`, `Hub-Purpose`.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from auth.callers import challenge
from auth.origins import is_within
from auth.tokens import Access
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import HEADER
from hub.http.headers import with_more
from schema.errors import error_payload
from schema.service import Service
from schema.transport_ws import PROTOCOL, Session

#: How many sockets may be open whose client has not yet proven itself.
_MOST_STRANGERS = 200
#: Members of `connection_init` that prove who calls.
_PROOFS = ("authorization", "dpop")


class WebSocketEndpoint:
    """The ASGI application of `/graphql` for websockets.  Browsers are let in from pages of `address`, the hub's own, alone."""

    def __init__(self, service: Service, address: str) -> None:
        self._service = service
        self._address = address
        self._strangers = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        known: Access | None = None
        try:
            self._check_origin(socket)
            known = await self._known(scope)
        except HubError as error:
            await socket.receive()
            await socket.send_denial_response(_denial(error, scope))
            return
        if PROTOCOL not in scope["subprotocols"]:
            await socket.accept()
            await socket.close(4406, "Subprotocol not acceptable")
            return
        await socket.accept(PROTOCOL)
        self._strangers += 1
        met = False

        async def admit(said: Mapping[str, str]) -> Access:
            nonlocal met
            access = known or await self._service.admit(_as_request(scope, said))
            met = True
            self._strangers -= 1
            return access

        session = Session(socket, self._service, admit, ", ".join(socket.headers.getlist(HEADER)))
        try:
            await session.run()
        finally:
            self._strangers -= not met

    async def _known(self, scope: Scope) -> Access | None:
        """Whom the handshake proves to be calling; nobody yet, where it carries no token and no session that holds."""
        headers = Headers(scope=scope)
        if "authorization" in headers or "cookie" in headers:
            try:
                return await self._service.admit(scope)
            except HubError as error:
                if error.code is not ErrorCode.UNAUTHENTICATED or "authorization" in headers:
                    raise
        if self._strangers >= _MOST_STRANGERS:
            raise HubError(ErrorCode.UNAVAILABLE)
        return None

    def _check_origin(self, socket: WebSocket) -> None:
        """A page of another site must not open sockets with the cookies of whoever looks at it."""
        if not all(is_within(one, self._address) for one in socket.headers.getlist("origin")):
            raise HubError(ErrorCode.FORBIDDEN, "Origin")


def _as_request(scope: Scope, said: Mapping[str, str]) -> Scope:
    """The handshake as if it had carried what `connection_init` says."""
    more = [(name.encode(), said[name].encode("utf-8", "replace")) for name in _PROOFS if name in said]
    return with_more(scope, more)


def _denial(error: HubError, scope: Scope) -> Response:
    codes = {ErrorCode.UNAUTHENTICATED: 401, ErrorCode.FORBIDDEN: 403}
    headers = challenge(scope) if error.code is ErrorCode.UNAUTHENTICATED else {}
    return JSONResponse({"errors": [error_payload(error)]}, codes.get(error.code, 503), headers)
