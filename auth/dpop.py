"""DPoP (RFC 9449): a token is of use only to whoever holds the key that it is bound to, and each proof of that serves once.

Every proof must carry a nonce of the hub's, so that none can be made in advance.  Nonces are told by an authentication code,
which every process that signs with the same key can check; nothing is kept of them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from auth.clients import FirstUse
from auth.errors import NonceNeededError, SignedObjectError, UnfitClaimError
from auth.jose import LEEWAY_SECONDS, Key, Opened, digest_of, opened, public_key

TYPE = "dpop+jwt"
#: How old a proof may be.
PROOF_SECONDS = 60
#: How long a nonce is good.
NONCE_SECONDS = 300
_HEADER = frozenset({"typ", "alg", "jwk"})
_MOST_KEYS = 1000
_NONCE = re.compile(r"([0-9a-f]{8})-([0-9a-f]{32})")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows: every DPoP header, its method, and its address as the client knows it."""

    proofs: Sequence[str]
    method: str
    url: str


class Nonces:
    """Makes nonces and knows them again.  `secret` gives what all processes share."""

    def __init__(self, secret: Callable[[], bytes], *, now: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._now = now

    def new(self) -> str:
        moment = f"{int(self._now()):08x}"
        return f"{moment}-{self._code(moment)}"

    def is_fresh(self, nonce: str) -> bool:
        match = _NONCE.fullmatch(nonce)
        if match is None or not -LEEWAY_SECONDS <= self._now() - int(match[1], 16) <= NONCE_SECONDS:
            return False
        return hmac.compare_digest(match[2], self._code(match[1]))

    def _code(self, moment: str) -> str:
        return _coded(self._secret(), moment)


# Those of one second are one nonce, and only the seconds of a few minutes are fresh.
@lru_cache(maxsize=2 * NONCE_SECONDS)
def _coded(secret: bytes, moment: str) -> str:
    return hmac.digest(secret, moment.encode(), hashlib.sha256).hex()[:32]


@dataclass(frozen=True, slots=True)
class _Signer:
    """A header that was seen with a good signature, the key that it brings along, and the key's thumbprint."""

    header: Mapping[str, Any]
    key: Key
    thumbprint: str


class Dpop:
    """Checks proofs."""

    def __init__(self, nonces: Nonces, first_use: FirstUse, *, now: Callable[[], float] = time.time) -> None:
        self.nonces = nonces
        self._first_use = first_use
        self._now = now
        #: The keys that have signed, by the header that brought them: clients keep their keys.
        self._keys: OrderedDict[str, _Signer] = OrderedDict()

    async def check(self, shown: Shown, token: str | None = None) -> str:
        """The thumbprint (RFC 7638) of the key that the request proves to hold; with `token`, the proof is for this one.

        Raises SignedObjectError, or NonceNeededError where all is well but the nonce.
        """
        if len(shown.proofs) != 1:
            raise SignedObjectError("number")
        coded_header = shown.proofs[0].partition(".")[0]
        known = self._keys.get(coded_header)
        proof = opened(shown.proofs[0], _HEADER, (TYPE,), known=known.header if known else None)
        thumbprint = self._thumbprint(coded_header, known, proof)
        self._check_claims(proof, shown, token)
        until = proof.moment("iat") + PROOF_SECONDS + LEEWAY_SECONDS
        if not await self._first_use("dpop", thumbprint, proof.id(), until=until):
            raise UnfitClaimError("jti", "The DPoP proof was used before (jti)")
        return thumbprint

    def _thumbprint(self, coded_header: str, known: _Signer | None, proof: Opened) -> str:
        """The thumbprint of the key that the proof brings along, and is signed by."""
        key = known.key if known else public_key(proof.header.get("jwk"))
        if not proof.is_signed_by(key):
            raise SignedObjectError("signature")
        if known is None:
            # Remembered only now: what is not signed takes no key's place.
            known = self._keys[coded_header] = _Signer(proof.header, key, str(key.thumbprint()))
            if len(self._keys) > _MOST_KEYS:
                self._keys.popitem(last=False)
        return known.thumbprint

    def _check_claims(self, proof: Opened, shown: Shown, token: str | None) -> None:
        try:
            proof.id()
            is_of_request = proof.text("htm") == shown.method and _is_same(proof.text("htu"), shown.url)
            age = self._now() - proof.moment("iat")
            is_of_token = token is None or hmac.compare_digest(proof.text("ath").encode(), digest_of(token.encode()).encode())
        except SignedObjectError as error:
            raise UnfitClaimError(str(error), f"The DPoP proof is signed, but not fit: {error}") from None
        if not is_of_request:
            raise UnfitClaimError("htm, htu", "The DPoP proof is of another method or address (htm, htu)")
        if not -LEEWAY_SECONDS <= age <= PROOF_SECONDS:
            said = f"The DPoP proof is not of now (iat): {PROOF_SECONDS} s old at most, {LEEWAY_SECONDS} s ahead at most"
            raise UnfitClaimError("iat", said)
        if not is_of_token:
            raise UnfitClaimError("ath", "The DPoP proof is for another token (ath)")
        if "nonce" not in proof.claims or not self.nonces.is_fresh(proof.text("nonce")):
            raise NonceNeededError


def _is_same(named: str, url: str) -> bool:
    """Whether an address is named that is the hub's own; most clients spell it as the hub does."""
    return named == url or _plain(named) == _plain(url)


def _plain(url: str) -> tuple[str, str, int, str]:
    """An address without what RFC 9449 (4.3) leaves out of the comparison: query, fragment, and the default port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SignedObjectError("htu") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise SignedObjectError("htu")
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme], parts.path or "/"
