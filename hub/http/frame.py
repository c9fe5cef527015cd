"""The frame around every answer: which names the hub goes by, and the headers that tell browsers and caches to keep off."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.languages import ASKED, preferred
from hub.http.headers import by_name
from hub.http.heads import answer_head

Headers = tuple[tuple[bytes, bytes], ...]

#: The hub answers machines: nothing of it may be framed, run, sniffed, or kept.
SECURITY_HEADERS: Headers = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    # A proxy that gathers an answer holds streams up, and writes what is long to a disk of its own.
    (b"x-accel-buffering", b"no"),
)
#: Answers begin with these; the second is a websocket's that is refused.
_STARTS = ("http.response.start", "websocket.http.response.start")
_HSTS = (b"strict-transport-security", b"max-age=31536000")


def guarding_headers(*, tls: bool) -> Headers:
    """The headers of every answer, unless it sets them itself."""
    return (*SECURITY_HEADERS, *((_HSTS,) if tls else ()))


class Frame:
    """Wraps the applications: refuses foreign host names, over HTTP and for websockets, and adds the headers of every answer.

    Requests of a path in `direct` go to the application there, which puts these headers into its answers itself: most requests
    go one way, and to find it by a router and to rewrite their answers would cost more than to know who asks.
    """

    def __init__(
        self, app: ASGIApp, names: Collection[str], headers: Headers, direct: Mapping[str, ASGIApp] | None = None
    ) -> None:
        self._app = app
        self._names = frozenset(names)
        self._headers = headers
        self._direct = direct or {}
        # Clients send the same few values all the time.
        self._known: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = by_name(scope)
        ASKED.set(preferred(said) if (said := headers.get(b"accept-language")) else None)
        app, is_http = self._app, scope["type"] == "http"
        host = headers.get(b"host", b"")
        if host not in self._known and not self._is_ours(host):
            app = self._refuse
        elif is_http and (direct := self._direct.get(scope["path"])) is not None:
            app = direct
        else:
            send = self._framed(send)
        if is_http and scope["method"] == "HEAD":
            await answer_head(app, scope, receive, send)
        else:
            await app(scope, receive, send)

    def _framed(self, send: Send) -> Send:
        async def framed(message: Message) -> None:
            if message["type"] in _STARTS:
                headers: list[tuple[bytes, bytes]] = list(message["headers"])
                set_already = {name for name, _ in headers}
                message["headers"] = headers + [header for header in self._headers if header[0] not in set_already]
            await send(message)

        return framed

    def _is_ours(self, host: bytes) -> bool:
        is_ours = _name(host) in self._names
        # Only our own names are remembered: foreign ones are without number.
        if is_ours and len(self._known) < 1000:
            self._known.add(host)
        return is_ours

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        payload = {"errors": [HubError(ErrorCode.WRONG_HOST).payload]}
        framed = self._framed(send)
        await framed(
            {
                "type": "http.response.start",
                "status": 421,
                "headers": [(b"content-type", b"application/json"), (b"connection", b"close")],
            }
        )
        await framed({"type": "http.response.body", "body": json.dumps(payload, ensure_ascii=False).encode()})


def _name(host: bytes) -> str:
    """The name in a Host header, without its port; empty for what is no such header."""
    try:
        parts = urlsplit("//" + host.decode("ascii"))
        if parts.path or parts.query or parts.fragment or parts.username is not None:
            return ""
        _ = parts.port
        return (parts.hostname or "").lower()
    except (UnicodeDecodeError, ValueError):
        return ""
