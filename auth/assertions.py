"""`private_key_jwt` (RFC 7523): a client proves who it is by a short statement signed with a key that it has registered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from joserfc.jwk import ECKey

from auth.errors import SignedObjectError, UnfitClaimError
from auth.jose import LEEWAY_SECONDS, Key, Opened, opened

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: The longest life of an assertion.  Each serves once, however long it lives; libraries sign for an hour.
LONGEST_SECONDS = 3600
_HEADER = frozenset({"alg", "typ", "kid"})
_TYPES = (None, "JWT", "client-authentication+jwt")
#: A client that has no key costs as much as one that has.
_DECOY = ECKey.generate_key("P-256")


@dataclass(frozen=True, slots=True)
class Assertion:
    """A checked assertion: its id, and when it ends, in seconds since 1970."""

    id: str
    ends: int


def subject_of(token: str) -> str:
    """Whom an assertion claims to speak for; not yet believed."""
    return opened(token, _HEADER, _TYPES).text("sub")


def check(token: str, client_id: str, keys: Sequence[Key], audiences: Collection[str], now: float) -> Assertion:
    """The assertion, when it is the client's own, for us, and in time; SignedObjectError for any other.  That it is used
    once is not seen here."""
    assertion = opened(token, _HEADER, _TYPES)
    named = assertion.header.get("kid")
    tried = [key for key in keys if named is None or key.kid in (None, named)] or [_DECOY]
    if not any(assertion.is_signed_by(key) for key in tried):
        raise SignedObjectError("signature")
    return _checked(assertion, client_id, audiences, now)


def _checked(assertion: Opened, client_id: str, audiences: Collection[str], now: float) -> Assertion:
    """What is looked at once the signature is good, and so told where it is wrong."""
    try:
        if assertion.text("iss") != client_id or assertion.text("sub") != client_id:
            raise SignedObjectError("iss, sub")
        if not _audiences(assertion) & frozenset(audiences):
            raise SignedObjectError(f"aud is none of {', '.join(sorted(audiences))}")
        ends, token_id = assertion.moment("exp"), assertion.id()
        begins = [assertion.moment(name) for name in ("iat", "nbf") if name in assertion.claims]
    except SignedObjectError as error:
        raise UnfitClaimError(str(error), f"The assertion is signed, but not fit: {error}") from None
    if ends <= now:
        raise UnfitClaimError("exp", "The assertion has ended (exp), by the clock of the hub")
    if ends > now + LONGEST_SECONDS + LEEWAY_SECONDS:
        raise UnfitClaimError("exp", f"The assertion lives too long (exp): at most {LONGEST_SECONDS} s")
    if any(begin > now + LEEWAY_SECONDS for begin in begins):
        raise UnfitClaimError("iat, nbf", f"The assertion begins later (iat, nbf); a clock may be {LEEWAY_SECONDS} s ahead")
    if any(begin < now - LONGEST_SECONDS for begin in begins):
        raise UnfitClaimError("iat, nbf", f"The assertion is too old (iat, nbf): at most {LONGEST_SECONDS} s")
    return Assertion(token_id, ends)


def _audiences(assertion: Opened) -> frozenset[str]:
    """Those for whom it is: libraries name the issuer and the token endpoint together."""
    value = assertion.claims.get("aud")
    named = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in named):
        raise SignedObjectError("aud")
    return frozenset(named)
