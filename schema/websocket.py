"""The websocket door of `/graphql`: who may open one, before anything is spoken (`schema.transport_ws`).

The handshake proves who calls, like any request.  A client that cannot set headers, such as a browser's, proves it in
`connection_init` by members that are read like the headers of these names: `Authorization`, `DPoP`, `Hub-Purpose`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from auth.origins import is_within, origin_of
from auth.tokens import Access
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import HEADER
from hub.http.headers import by_name, with_more, without
from hub.http.peers import Peers
from schema.denials import denial
from schema.requests import stated_by
from schema.service import Service
from schema.transport_ws import PROTOCOL, Session

#: How many sockets may be open whose client has not yet proven itself, and how many of them from one address.  For one more the
#: oldest goes: who means to prove itself does so at once.
_MOST_STRANGERS = 200
_MOST_FROM_ONE = 20
#: Members of `connection_init` that prove who calls.
_PROOFS = ("authorization", "dpop")


class WebSocketEndpoint:
    """The ASGI application of `/graphql` for websockets.  Browsers are let in from pages of `address`, the hub's own, and of
    these `origins`, whose cookies do not count; `peers` knows from where they come."""

    def __init__(
        self, service: Service, address: str, peers: Peers | None = None, origins: Collection[str] = frozenset()
    ) -> None:
        self._origins = frozenset(origins)
        self._service = service
        self._address = address
        self._peers = peers or Peers()
        #: Those that have not proven themselves, the oldest first, and their addresses.
        self._strangers: dict[Session, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        known: Access | None = None
        is_page = "origin" in socket.headers
        try:
            if not self._is_own(socket):
                # What a browser sends along by itself counts for pages of the hub's own alone.
                scope = without(scope, b"cookie")
            as_of = stated_by(by_name(scope))
            known = await self._known(scope)
        except HubError as error:
            await socket.receive()
            if is_page and PROTOCOL in scope["subprotocols"]:
                # A page learns nothing of an answer to its handshake, but why a socket was closed.
                await send({"type": "websocket.accept", "subprotocol": PROTOCOL, "headers": []})
                await send({"type": "websocket.close", "code": 4403, "reason": _reason(error)})
            else:
                await socket.send_denial_response(denial(error, scope))
            return
        if PROTOCOL not in scope["subprotocols"]:
            await socket.accept()
            await socket.close(4406, "Subprotocol not acceptable")
            return
        await socket.accept(PROTOCOL)

        async def admit(said: Mapping[str, str]) -> Access:
            access = known or await self._service.admit(_as_request(scope, said))
            self._strangers.pop(session, None)
            return access

        async def renewed(said: Mapping[str, str]) -> Access:
            return await self._service.admit(_as_request(without(scope, b"authorization"), said))

        purpose = ", ".join(socket.headers.getlist(HEADER))
        session = Session(socket, self._service, admit, renewed, purpose=purpose, as_of=as_of)
        if known is None:
            self._make_room(address := self._peers.address(scope))
            self._strangers[session] = address
        try:
            await session.run()
        finally:
            self._strangers.pop(session, None)

    def _make_room(self, address: str) -> None:
        near = [session for session, where in self._strangers.items() if where == address]
        if len(near) >= _MOST_FROM_ONE:
            oldest = near[0]
        elif len(self._strangers) >= _MOST_STRANGERS:
            oldest = next(iter(self._strangers))
        else:
            return
        del self._strangers[oldest]
        oldest.hurry()

    async def _known(self, scope: Scope) -> Access | None:
        """Whom the handshake proves to be calling; nobody yet, where it carries no token and no session that holds."""
        headers = Headers(scope=scope)
        if "authorization" in headers or "cookie" in headers:
            try:
                return await self._service.admit(scope)
            except HubError as error:
                if error.code is not ErrorCode.UNAUTHENTICATED or "authorization" in headers:
                    raise
        return None

    def _is_own(self, socket: WebSocket) -> bool:
        """Whether no page of another origin asks; FORBIDDEN for those of origins that are not named."""
        others = [one for one in socket.headers.getlist("origin") if not is_within(one, self._address)]
        if any(origin_of(one) not in self._origins for one in others):
            raise HubError(ErrorCode.FORBIDDEN, "Origin")
        return not others


def _as_request(scope: Scope, said: Mapping[str, str]) -> Scope:
    """The handshake as if it had carried what `connection_init` says."""
    more = [(name.encode(), said[name].encode("utf-8", "replace")) for name in _PROOFS if name in said]
    return with_more(scope, more)


def _reason(error: HubError) -> str:
    return f"{error.code}: {error.detail}" if error.detail.isascii() and error.detail else error.code.value
