"""From the headers of a request or of a websocket handshake to the caller that they prove: by a token, or by a session."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, MutableMapping
from functools import lru_cache
from typing import Any

from auth.certificates import Certificates
from auth.dpop import Dpop, Shown
from auth.errors import NonceNeededError, RefusedTokenError, SignedObjectError, UnfitClaimError
from auth.jose import ALGORITHMS
from auth.principals import Role
from auth.sessions import Browsers
from auth.status import IsGood
from auth.tokens import Access, Bound, Holder, Verify, VerifyOutside, nobody_outside
from hub.domain.words.errors import ErrorCode, HubError
from hub.http.headers import by_name
from hub.http.peers import Peers
from hub.http.strangers import Strangers

#: RFC 6750, 2.1: the scheme in any case, spaces, and a b64token.
_AUTHORIZATION = re.compile(rb"([A-Za-z]+) +([A-Za-z0-9._~+/-]+=*)")
#: Longer headers are not read, so that those which are remembered have a bound: tokens are shorter by far.
_MOST_BYTES = 8192

_BEARER = "bearer"
_CHALLENGE = 'Bearer realm="hub"'
_REFUSAL = "hub.refusal"


def presented(authorization: bytes) -> tuple[str, str]:
    """Scheme, in small letters, and token of an Authorization header; UNAUTHENTICATED for anything else."""
    if len(authorization) > _MOST_BYTES:
        raise HubError(ErrorCode.UNAUTHENTICATED)
    return _read(authorization)


# Clients show the same header again and again.  What is malformed is not remembered.
@lru_cache(maxsize=1000)
def _read(authorization: bytes) -> tuple[str, str]:
    match = _AUTHORIZATION.fullmatch(authorization.strip())
    if match is None:
        raise HubError(ErrorCode.UNAUTHENTICATED)
    return match[1].decode("ascii").lower(), match[2].decode("ascii")


def challenge(scope: Mapping[str, Any]) -> dict[str, str]:
    """The headers of the refusal: as `Callers` found, else RFC 6750's, which names an error only to those who tried."""
    refusal: dict[str, str] | None = scope.get(_REFUSAL)
    tried = any(name == b"authorization" for name, _ in scope["headers"])
    return refusal or {"www-authenticate": f'{_CHALLENGE}, error="invalid_token"' if tried else _CHALLENGE}


def _said(why: str) -> dict[str, str]:
    """The refusal of a token whose signature is good."""
    return {"www-authenticate": f'{_CHALLENGE}, error="invalid_token", error_description="{why}"'}


#: RFC 9449, 7.1: who shows a bound token as if it were not is told of both ways.
_BY_KEY = {
    "www-authenticate": _said("The access token is bound to a key: show it by DPoP")["www-authenticate"]
    + f', DPoP realm="hub", algs="{" ".join(ALGORITHMS)}"'
}


class Callers:
    """Knows a caller by its token, or a person's browser by its session, over HTTP and at the door of a websocket alike.

    `address` is the hub's own, without a slash at its end, as clients know it.  `verify` knows the hub's own tokens, `outside`
    those of the identity provider.  Tokens of the roles in `must_bind` are bound ones.  `used` is told who was let in,
    `refused` why somebody was not; `strangers` are those, by the addresses that `peers` knows.
    """

    def __init__(
        self,
        verify: Verify,
        is_good: IsGood,
        dpop: Dpop,
        address: str,
        *,
        certificates: Certificates | None = None,
        must_bind: Collection[Role] = frozenset(),
        outside: VerifyOutside = nobody_outside,
        browsers: Browsers | None = None,
        refused: Callable[[HubError], None] = lambda _error: None,
        used: Callable[[str], None] = lambda _client_id: None,
        strangers: Strangers | None = None,
        peers: Peers | None = None,
    ) -> None:
        self._verify = verify
        self._is_good = is_good
        self._dpop = dpop
        self._address = address
        self._certificates = certificates or Certificates()
        self._must_bind = frozenset(must_bind)
        self._outside = outside
        self._browsers = browsers
        self._refused = refused
        self._used = used
        self._strangers = strangers or Strangers()
        self._peers = peers or Peers()

    async def admit(self, scope: MutableMapping[str, Any]) -> Access:
        """That by which a caller is let in, by an ASGI scope: a token before a session.  What stays open after this asks
        `Revocations.ended` when to close.

        Raises UNAUTHENTICATED for bad tokens and for what was revoked, RATE_LIMITED for too many of them from one address,
        FORBIDDEN for what another site made a browser send.
        """
        try:
            headers, access = by_name(scope), None
            if b"authorization" not in headers and self._browsers is not None:
                access = await self._browsers.admit(scope)
            if access is None:
                scheme, token = presented(headers.get(b"authorization", b""))
                try:
                    access = self._verify(token)
                except RefusedTokenError:
                    # It is the hub's own.
                    raise
                except HubError:
                    access = await self._outside(token)
                if access.bound is not None:
                    await self._check_holder(scope, access, access.bound, scheme, token)
                elif scheme != _BEARER:
                    raise HubError(ErrorCode.UNAUTHENTICATED)
                elif access.principal.role in self._must_bind:
                    scope[_REFUSAL] = _said("The access token must be bound to a key or a certificate")
                    raise HubError(ErrorCode.UNAUTHENTICATED)
            if not await self._is_good(access):
                raise RefusedTokenError("The access token was revoked, or has ended" if b"authorization" in headers else "")
        except HubError as error:
            self._refused(error)
            if isinstance(error, RefusedTokenError) and error.said:
                scope[_REFUSAL] = _said(error.said)
            # Who is told a nonce for the first time has not failed.
            if error.code is ErrorCode.UNAUTHENTICATED and "dpop-nonce" not in scope.get(_REFUSAL, ()):
                await self._strangers.failed(self._peers.address(scope))
            raise
        self._used(access.principal.client_id)
        return access

    async def _check_holder(
        self, scope: MutableMapping[str, Any], access: Access, bound: Bound, scheme: str, token: str
    ) -> None:
        """That the caller holds what its token is bound to; leaves in the scope what `challenge` is to say if not."""
        # A bound token under another scheme than its own is a stolen one.
        if scheme != access.type.lower():
            scope[_REFUSAL] = _BY_KEY if bound.holder is Holder.KEY else _said("The access token is bound to a certificate")
            raise HubError(ErrorCode.UNAUTHENTICATED)
        if bound.holder is Holder.CERTIFICATE:
            if self._certificates.thumbprint(scope) != bound.thumbprint:
                scope[_REFUSAL] = _said("The access token is bound to a certificate that the connection does not show")
                raise HubError(ErrorCode.UNAUTHENTICATED)
            return
        why = ""
        try:
            if await self._dpop.check(shown(scope, self._address), token) == bound.thumbprint:
                return
            error = "invalid_token"
        except UnfitClaimError as unfit:
            error, why = "invalid_dpop_proof", f', error_description="{unfit.said}"'
        except SignedObjectError:
            error = "invalid_dpop_proof"
        except NonceNeededError:
            error = "use_dpop_nonce"
        said = {"www-authenticate": f'DPoP realm="hub", error="{error}"{why}, algs="{" ".join(ALGORITHMS)}"'}
        scope[_REFUSAL] = said | ({"dpop-nonce": self._dpop.nonces.new()} if error == "use_dpop_nonce" else {})
        raise HubError(ErrorCode.UNAUTHENTICATED)


def shown(scope: Mapping[str, Any], address: str) -> Shown:
    """The DPoP side of a request.  A websocket's handshake is a GET, by the address's own scheme."""
    proofs = [value.decode("latin-1") for name, value in scope["headers"] if name == b"dpop"]
    return Shown(proofs, scope.get("method", "GET"), address + scope["path"])
