"""The frame around every answer: which names the hub goes by, and the headers that tell browsers and caches to keep off."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.domain.errors import ErrorCode, HubError

#: The hub answers machines: nothing of it may be framed, run, sniffed, or kept.
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
#: Answers begin with these; the second is a websocket's that is refused.
_STARTS = ("http.response.start", "websocket.http.response.start")
_NO_STORE = (b"cache-control", b"no-store")
_HSTS = (b"strict-transport-security", b"max-age=31536000")


def names_of(public_address: str, host: str, more: str) -> frozenset[str]:
    """The host names that the hub answers to: of its public address, of where it listens, and those in `more`, by commas."""
    names = {urlsplit(public_address).hostname or "", host, *more.split(",")}
    if host in ("127.0.0.1", "::1", "localhost"):
        names |= {"127.0.0.1", "::1", "localhost"}
    return frozenset(name.strip().lower() for name in names if name.strip())


class Door:
    """Wraps the application: refuses foreign host names, over HTTP and for websockets, and adds the headers."""

    def __init__(self, app: ASGIApp, names: Collection[str], *, tls: bool) -> None:
        self._app = app
        self._names = frozenset(names)
        self._headers = [*SECURITY_HEADERS, _NO_STORE, *([_HSTS] if tls else [])]
        self._names_set = frozenset(name for name, _ in self._headers)
        # Clients send the same few values all the time.
        self._known: dict[bytes, bool] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif not self._is_ours(scope):
            await self._refuse(scope, receive, send)
        else:
            await self._app(scope, receive, self._framed(send))

    def _framed(self, send: Send) -> Send:
        async def framed(message: Message) -> None:
            if message["type"] in _STARTS:
                given: list[tuple[bytes, bytes]] = list(message["headers"])
                set_already = {name for name, _ in given if name in self._names_set}
                if set_already:
                    message["headers"] = given + [header for header in self._headers if header[0] not in set_already]
                else:
                    message["headers"] = given + self._headers
            await send(message)

        return framed

    def _is_ours(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return False
        known = self._known.get(hosts[0])
        if known is None:
            known = _name(hosts[0]) in self._names
            # Only our own names are remembered: foreign ones are without number.
            if known and len(self._known) < 1000:
                self._known[hosts[0]] = known
        return known

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        error = HubError(ErrorCode.WRONG_HOST)
        told: dict[str, Any] = {"errors": [{"message": error.message, "extensions": {"code": error.code.value}}]}
        framed = self._framed(send)
        await framed(
            {
                "type": "http.response.start",
                "status": 421,
                "headers": [(b"content-type", b"application/json"), (b"connection", b"close")],
            }
        )
        await framed({"type": "http.response.body", "body": json.dumps(told, ensure_ascii=False).encode()})


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
