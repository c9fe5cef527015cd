"""Signatures of others: client assertions, DPoP proofs, tokens of an outside provider.

Nothing that a token says of itself is believed before it is checked: its algorithm must fit the key, and a header with more in
it than the caller expects is refused, so that a token can neither bring its key along nor point to one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from auth.errors import SignedObjectError, UnfitClaimError

#: What others may sign with.  `Ed25519` is the name of RFC 9864 for what most still call `EdDSA`.
ALGORITHMS = ("EdDSA", "Ed25519", "ES256", "PS256")
#: What an outside provider may sign with: RS256 too, which OpenID Connect makes every provider know and many use alone.
PROVIDERS_ALGORITHMS = (*ALGORITHMS, "RS256")
#: How far another machine's clock may run ahead of ours, in seconds.
LEEWAY_SECONDS = 10
MOST_CHARACTERS = 8192
_MOST_ID = 200
_RSA_BITS = range(2048, 4097)
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

Key = ECKey | OKPKey | RSAKey


@dataclass(frozen=True, slots=True)
class Opened:
    """A token that can be read, and is not yet believed."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    _signed: bytes = field(repr=False)
    _signature: bytes = field(repr=False)

    def is_signed_by(self, key: Key) -> bool:
        """Whether this key made the signature, by an algorithm that goes with the key."""
        name = self.header["alg"]
        if name not in algorithms_of(key):
            return False
        try:
            return bool(JWSRegistry.algorithms[name].verify(self._signed, self._signature, key))
        except (JoseError, ValueError):
            return False

    @property
    def identity(self) -> str:
        """What tells this token from others: what was signed.  Whoever has one signature of ECDSA can make another."""
        return digest_of(self._signed)

    def text(self, name: str) -> str:
        """A claim that must be text."""
        value = self.claims.get(name)
        if not isinstance(value, str):
            raise SignedObjectError(name)
        return value

    def moment(self, name: str) -> int:
        """A claim that must be a moment in seconds since 1970."""
        value = self.claims.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise SignedObjectError(name)
        return value

    def key_name(self) -> str | None:
        """The name of the key that is said to have signed."""
        kid = self.header.get("kid")
        if kid is not None and not isinstance(kid, str):
            raise SignedObjectError("kid")
        return kid

    def id(self) -> str:
        """The token's own id, `jti`."""
        value = self.text("jti")
        if not 0 < len(value) <= _MOST_ID:
            raise SignedObjectError("jti")
        return value


def opened(
    token: str,
    members: Collection[str],
    types: Collection[str | None],
    algorithms: Collection[str] = ALGORITHMS,
    known: Mapping[str, Any] | None = None,
) -> Opened:
    """The parts of a compact JWS.  Its header may hold these `members` and no others, be of these types, and name one of these
    algorithms; it is `known` where the same text was opened so before."""
    if len(token) > MOST_CHARACTERS or not token.isascii():
        raise SignedObjectError("size")
    parts = token.split(".")
    if len(parts) != 3:
        raise SignedObjectError("parts")
    try:
        header = known or json.loads(_decoded(parts[0]))
        claims, signature = json.loads(_decoded(parts[1])), _decoded(parts[2])
    except (ValueError, RecursionError):
        raise SignedObjectError("encoding") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise SignedObjectError("objects")
    signed = f"{parts[0]}.{parts[1]}".encode()
    if known is not None:
        return Opened(known, claims, signed, signature)
    if header.get("alg") not in algorithms:
        # That says nothing of anybody, and who chose a library's default wants to know it.
        raise UnfitClaimError("alg", f"The signature's algorithm (alg) is none of {', '.join(algorithms)}")
    if not set(header) <= set(members) or header.get("typ") not in types:
        raise SignedObjectError("header")
    return Opened(header, claims, signed, signature)


def public_key(jwk: Any, algorithms: Collection[str] = ALGORITHMS) -> Key:
    """A key from its public JWK: P-256, Ed25519, or RSA of 2,048 to 4,096 bits, for one of these algorithms; else
    SignedObjectError."""
    if not isinstance(jwk, Mapping) or _PRIVATE & set(jwk) or jwk.get("use", "sig") != "sig":
        raise SignedObjectError("jwk")
    kept = {name: value for name, value in jwk.items() if name in ("kty", "crv", "x", "y", "n", "e", "kid")}
    key: Key
    try:
        for name in kept.keys() & {"x", "y", "n", "e"}:
            # Its thumbprint is worked out from these words: one key, one thumbprint.
            _decoded(kept[name])
        match kept.get("kty"), kept.get("crv"):
            case "EC", "P-256":
                key = ECKey.import_key(kept)
            case "OKP", "Ed25519":
                key = OKPKey.import_key(kept)
            case "RSA", None:
                if int.from_bytes(_decoded(kept["n"])).bit_length() not in _RSA_BITS:
                    raise SignedObjectError("size")
                key = RSAKey.import_key(kept)
            case _:
                raise SignedObjectError("kty")
        # A point that is not on the curve shows itself only here.
        key.get_op_key("verify")
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise SignedObjectError("jwk") from None
    if jwk.get("alg", None) not in (None, *(name for name in algorithms_of(key) if name in algorithms)):
        raise UnfitClaimError(
            "alg", f"alg {str(jwk['alg'])[:20]}: {', '.join(n for n in algorithms_of(key) if n in algorithms)}"
        )
    return key


def algorithms_of(key: Key) -> tuple[str, ...]:
    """The algorithms that a key may be used with."""
    match key:
        case ECKey():
            return ("ES256",)
        case OKPKey():
            return ("EdDSA", "Ed25519")
        case RSAKey():
            return ("PS256", "RS256")
    raise SignedObjectError("key")


def digest_of(data: bytes) -> str:
    """A SHA-256 digest as tokens write it."""
    return _coded(hashlib.sha256(data).digest())


def check_spelling(token: str) -> None:
    """SignedObjectError for what is spelled in another way than the one in which its bytes are written: the last letter of a
    part has bits that mean nothing, and some readers pass over what is no letter at all."""
    try:
        for part in token.split("."):
            _decoded(part)
    except ValueError:
        raise SignedObjectError("encoding") from None


def read_part(part: str) -> bytes:
    """The bytes of a part; ValueError for what is spelled in another way."""
    return _decoded(part)


def _decoded(part: str) -> bytes:
    try:
        decoded = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError(part) from None
    if _coded(decoded) != part:
        raise ValueError(part)
    return decoded


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
