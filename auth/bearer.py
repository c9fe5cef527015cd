"""From the headers of a request or of a websocket handshake to the caller that they prove."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from auth.principals import Principal
from hub.domain.errors import ErrorCode, HubError

#: RFC 6750, 2.1: the scheme in any case, spaces, and a b64token.
_BEARER = re.compile(rb"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)")

_CHALLENGE = 'Bearer realm="hub"'

#: Gives whom a token speaks for; raises UNAUTHENTICATED.
Verify = Callable[[str], Principal]
#: Whether a client is still registered.
IsActive = Callable[[str], Awaitable[bool]]


def bearer_token(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The bearer token in ASGI headers; UNAUTHENTICATED where there is none, more than one, or something else."""
    found = _authorizations(headers)
    match = _BEARER.fullmatch(found[0].strip()) if len(found) == 1 else None
    if match is None:
        raise HubError(ErrorCode.UNAUTHENTICATED)
    return match[1].decode("ascii")


def challenge(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The `WWW-Authenticate` of the refusal: RFC 6750 names an error only to those who tried."""
    return f'{_CHALLENGE}, error="invalid_token"' if _authorizations(headers) else _CHALLENGE


class Bearer:
    """Knows a caller by its token, over HTTP and at the door of a websocket alike."""

    def __init__(self, verify: Verify, is_active: IsActive) -> None:
        self._verify = verify
        self._is_active = is_active

    async def __call__(self, scope: Mapping[str, Any]) -> Principal:
        """Who is calling, by an ASGI scope; UNAUTHENTICATED for bad tokens and for clients that were revoked."""
        principal = self._verify(bearer_token(scope["headers"]))
        if not await self._is_active(principal.client_id):
            raise HubError(ErrorCode.UNAUTHENTICATED)
        return principal


def _authorizations(headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    return [value for name, value in headers if name.lower() == b"authorization"]
