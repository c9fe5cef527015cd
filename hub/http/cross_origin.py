"""Pages of other origins (the CORS protocol of Fetch): those that are named may ask, with tokens and never with cookies."""

from __future__ import annotations

from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.http.headers import by_name, without

#: What pages of other origins may reach.
_PATHS = ("/graphql", "/export/", "/oauth/", "/.well-known/")
_METHODS = b"GET, HEAD, POST"
_TAKEN = b"authorization, content-type, accept, dpop, hub-purpose, hub-after, hub-on, hub-known-at"
#: What their scripts may read, besides what every script may.
_TOLD = b"ratelimit, ratelimit-policy, retry-after, dpop-nonce, www-authenticate, content-disposition"
_KEEP_SECONDS = b"600"
_VARY = (b"vary", b"origin")


class CrossOrigin:
    """Wraps an application whose answers pages of these origins may read.  Cookies that come from there do not count."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_PATHS):
            await self._app(scope, receive, send)
            return
        headers = by_name(scope)
        origin = headers.get(b"origin")
        if origin is None or origin not in self._origins:
            # Whoever keeps it must not show it to a page that would have been told more.
            await self._app(scope, receive, _telling(send, [_VARY]))
            return
        allowed = [(b"access-control-allow-origin", origin), _VARY]
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await send({"type": "http.response.start", "status": 204, "headers": [*allowed, *_PREFLIGHT]})
            await send({"type": "http.response.body", "body": b""})
            return
        told = [*allowed, (b"access-control-expose-headers", _TOLD)]
        await self._app(without(scope, b"cookie"), receive, _telling(send, told))


_PREFLIGHT = [
    (b"access-control-allow-methods", _METHODS),
    (b"access-control-allow-headers", _TAKEN),
    (b"access-control-max-age", _KEEP_SECONDS),
    (b"cache-control", b"no-store"),
]


def _telling(send: Send, more: list[tuple[bytes, bytes]]) -> Send:
    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return told
