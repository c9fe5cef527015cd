"""From the headers of a request or of a websocket handshake to the caller that they prove."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from auth.principals import Principal
from auth.status import IsGood
from auth.tokens import Access
from hub.domain.errors import ErrorCode, HubError

#: RFC 6750, 2.1: the scheme in any case, spaces, and a b64token.
_AUTHORIZATION = re.compile(rb"([A-Za-z]+) +([A-Za-z0-9._~+/-]+=*)")

_CHALLENGE = 'Bearer realm="hub"'

#: Gives what a token says; raises UNAUTHENTICATED.
Verify = Callable[[str], Access]
#: Returns when a token ends.
Ended = Callable[[Access], Awaitable[None]]


def presented(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, str]:
    """Scheme, in small letters, and token in ASGI headers; UNAUTHENTICATED where there is none, more than one, or something
    else."""
    found = _authorizations(headers)
    match = _AUTHORIZATION.fullmatch(found[0].strip()) if len(found) == 1 else None
    if match is None:
        raise HubError(ErrorCode.UNAUTHENTICATED)
    return match[1].decode("ascii").lower(), match[2].decode("ascii")


def challenge(scope: Mapping[str, Any]) -> dict[str, str]:
    """The headers of the refusal: RFC 6750 names an error only to those who tried."""
    tried = _authorizations(scope["headers"])
    return {"www-authenticate": f'{_CHALLENGE}, error="invalid_token"' if tried else _CHALLENGE}


class Callers:
    """Knows a caller by its token, over HTTP and at the door of a websocket alike."""

    def __init__(self, verify: Verify, is_good: IsGood) -> None:
        self._verify = verify
        self._is_good = is_good

    async def __call__(self, scope: Mapping[str, Any]) -> Principal:
        """Who is calling, by an ASGI scope; UNAUTHENTICATED for bad tokens and for what was revoked."""
        return (await self.admit(scope)).principal

    async def admit(self, scope: Mapping[str, Any]) -> Access:
        """The token by which a caller is let in.  What stays open after this asks `Revocations.ended` when to close."""
        scheme, token = presented(scope["headers"])
        if scheme != "bearer":
            raise HubError(ErrorCode.UNAUTHENTICATED)
        access = self._verify(token)
        if not await self._is_good(access):
            raise HubError(ErrorCode.UNAUTHENTICATED)
        return access


def _authorizations(headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    return [value for name, value in headers if name.lower() == b"authorization"]
