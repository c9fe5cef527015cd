"""Access tokens: ES256 JWTs in the shape of RFC 9068, bound to the hub's issuer and audience, for ten minutes at the most."""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from auth.errors import RefusedTokenError, SignedObjectError
from auth.jose import check_spelling
from auth.principals import Principal, Role
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError

ALGORITHM = "ES256"
TYPE = "at+jwt"
#: The longest life of a token, and the usual one.
LIFETIME_SECONDS = 600
#: How far another machine's clock may run ahead of ours.
LEEWAY_SECONDS = 10
_MOST_CHARACTERS = 4096
_MOST_REMEMBERED = 10_000
#: Exactly these: a token that brings a key (`jwk`, `x5c`), points to one (`jku`, `x5u`) or demands more (`crit`) is refused.
_HEADER = frozenset({"alg", "typ", "kid"})


class Holder(StrEnum):
    """What a token may be bound to, by the names of RFC 9449 and RFC 8705: a key, or a certificate."""

    KEY = "jkt"
    CERTIFICATE = "x5t#S256"


@dataclass(frozen=True, slots=True)
class Bound:
    """That a token is of use only to the holder of a key or a certificate with this thumbprint."""

    holder: Holder
    thumbprint: str


@dataclass(frozen=True, slots=True)
class Access:
    """What a good token says: for whom it speaks, its id, when it began and ends (seconds since 1970), who must hold it."""

    principal: Principal
    id: str
    begins: int
    ends: int
    bound: Bound | None = None

    @property
    def type(self) -> str:
        """The scheme under which it is shown."""
        return "DPoP" if self.bound and self.bound.holder is Holder.KEY else "Bearer"


#: Gives what a token of the hub's own says; raises UNAUTHENTICATED.
Verify = Callable[[str], Access]
#: Gives what a token of an outside provider says; raises UNAUTHENTICATED, or UNAVAILABLE where nobody can tell.
VerifyOutside = Callable[[str], Awaitable[Access]]


async def nobody_outside(_token: str) -> Access:
    """Where there is no outside provider, a token that is not the hub's own is nobody's."""
    raise HubError(ErrorCode.UNAUTHENTICATED)


class Keys(Protocol):
    """The hub's keys: the one that signs now, and all that verify (the same object as long as they are the same)."""

    @property
    def signer(self) -> ECKey: ...

    @property
    def verifiers(self) -> KeySet: ...


class _TokenError(Exception):
    """Why a token is refused.  The reason never leaves this module, but for what is `said` of one whose signature is good."""

    def __init__(self, reason: str, said: str = "") -> None:
        super().__init__(reason)
        self.said = said


class Tokens:
    """Issues and verifies access tokens.  `audience` is the issuer itself unless the hub is known by another name."""

    def __init__(
        self,
        keys: Keys,
        issuer: str,
        audience: str | None = None,
        *,
        now: Callable[[], float] = time.time,
        most_remembered: int = _MOST_REMEMBERED,
    ) -> None:
        self._keys = keys
        self._verifiers = keys.verifiers
        self.issuer = issuer
        self.audience = audience or issuer
        self._now = now
        self._most_remembered = most_remembered
        self._verified: OrderedDict[str, Access] = OrderedDict()

    def issue(self, principal: Principal, *, lifetime: int = LIFETIME_SECONDS, bound: Bound | None = None) -> str:
        """A token for a principal, good for `lifetime` seconds; with `bound`, in one holder's hands only."""
        if not 0 < lifetime <= LIFETIME_SECONDS:
            raise ValueError(f"a token lives 1 to {LIFETIME_SECONDS} seconds")
        now = int(self._now())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": principal.client_id,
            "client_id": principal.client_id,
            "iat": now,
            "exp": now + lifetime,
            "jti": str(uuid.uuid4()),
            "scope": " ".join(sorted(principal.scopes)),
            "role": principal.role.value,
            "division": principal.division_code,
        }
        if principal.department is not None:
            claims["department"] = principal.department.value
        if bound is not None:
            claims["cnf"] = {bound.holder.value: bound.thumbprint}
        signer = self._keys.signer
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": signer.kid}
        return jwt.encode(header, claims, signer, algorithms=[ALGORITHM])

    def verify(self, token: str) -> Access:
        """What the token says; UNAUTHENTICATED for every token that is not ours, whole and in time, and why, where it is ours.

        A token that was good is remembered until it ends: checking a signature costs more than the rest of a small read.
        """
        now = self._now()
        if (verifiers := self._keys.verifiers) is not self._verifiers:
            # What a key that is gone has signed is not good any more.
            self._verifiers = verifiers
            self._verified.clear()
        known = self._verified.get(token)
        if known is not None and known.ends > now:
            return known
        self._verified.pop(token, None)
        try:
            access = self._read(token, now)
        except _TokenError as error:
            raise RefusedTokenError(error.said) if error.said else HubError(ErrorCode.UNAUTHENTICATED) from None
        except (SignedObjectError, JoseError, ValueError, TypeError, AttributeError, RecursionError):
            raise HubError(ErrorCode.UNAUTHENTICATED) from None
        self._verified[token] = access
        if len(self._verified) > self._most_remembered:
            self._verified.popitem(last=False)
        return access

    def _read(self, token: str, now: float) -> Access:
        if len(token) > _MOST_CHARACTERS:
            raise _TokenError("length")
        # What is remembered by its text must have no more than one: else one token fills the memory that all share.
        check_spelling(token)
        received = jwt.decode(token, self._verifiers, algorithms=[ALGORITHM])
        if set(received.header) != _HEADER or received.header["typ"] != TYPE:
            raise _TokenError("header")
        claims = received.claims
        if _text(claims, "iss") != self.issuer or _text(claims, "aud") != self.audience:
            raise _TokenError("iss, aud", "The access token is of another issuer or for another audience (iss, aud)")
        ends = _check_times(claims, now)
        client_id = _text(claims, "client_id")
        token_id = _text(claims, "jti")
        if client_id != _text(claims, "sub") or not token_id:
            raise _TokenError("sub, jti")
        department = _text(claims, "department") if "department" in claims else None
        principal = Principal(
            client_id=client_id,
            role=Role(_text(claims, "role")),
            scopes=frozenset(_text(claims, "scope").split()),
            department=Department(department) if department is not None else None,
            division_code=_text(claims, "division"),
        )
        return Access(principal, token_id, _moment(claims, "iat"), ends, bound_by(claims))


def _check_times(claims: Mapping[str, Any], now: float) -> int:
    """When the token ends."""
    begins, ends = _moment(claims, "iat"), _moment(claims, "exp")
    valid_from = _moment(claims, "nbf") if "nbf" in claims else begins
    if ends <= now:
        raise _TokenError("exp", "The access token has ended (exp), by the clock of the hub")
    if max(begins, valid_from) > now + LEEWAY_SECONDS:
        said = f"The access token begins later (iat, nbf); the clock of the hub may be {LEEWAY_SECONDS} s behind"
        raise _TokenError("iat, nbf", said)
    if ends - begins > LIFETIME_SECONDS:
        raise _TokenError("exp", f"The access token lives too long (exp): at most {LIFETIME_SECONDS} s")
    return ends


def bound_by(claims: Mapping[str, Any]) -> Bound | None:
    """What a token's claims bind it to.  A binding that we do not understand is not passed over: ValueError."""
    if "cnf" not in claims:
        return None
    confirmed = claims["cnf"]
    if not isinstance(confirmed, dict) or len(confirmed) != 1:
        raise ValueError("cnf")
    [(holder, thumbprint)] = confirmed.items()
    if not isinstance(thumbprint, str) or not thumbprint:
        raise ValueError("cnf")
    return Bound(Holder(holder), thumbprint)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        raise _TokenError(name)
    return value


def _moment(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if not isinstance(value, int):
        raise _TokenError(name)
    return value
