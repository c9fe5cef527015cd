"""How a client proves who it is: by a secret, or by a key (private_key_jwt, RFC 7523) to which its tokens are bound (DPoP)."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey

from hub.client.attestations import coded

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SECONDS = 60


def _signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: ECKey) -> str:
    said = {"alg": "ES256", **header}
    return jws.serialize_compact(said, json.dumps(claims).encode(), key, algorithms=["ES256"])


@dataclass(frozen=True, slots=True)
class Secret:
    """A client's id and secret."""

    client_id: str
    secret: str = field(repr=False)

    def form(self, issuer: str) -> dict[str, str]:
        """What is sent for a token."""
        return {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret}

    def proof(self, method: str, url: str, nonce: str | None, token: str | None = None) -> str | None:
        """No proof: its tokens are whose they are."""
        return None


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A client's id and its ES256 key, a private JWK."""

    client_id: str
    jwk: Mapping[str, Any] = field(repr=False)

    @property
    def _key(self) -> ECKey:
        return ECKey.import_key(dict(self.jwk))

    def form(self, issuer: str) -> dict[str, str]:
        """What is sent for a token: an assertion for the hub alone, good for a minute."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": issuer,
            "iat": now,
            "exp": now + _SECONDS,
            "jti": uuid.uuid4().hex,
        }
        kid = {"kid": self.jwk["kid"]} if "kid" in self.jwk else {}
        assertion = _signed({"typ": "JWT", **kid}, claims, self._key)
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion,
        }

    def proof(self, method: str, url: str, nonce: str | None, token: str | None = None) -> str | None:
        """A proof that a request is by who holds the key (RFC 9449)."""
        claims = {"jti": uuid.uuid4().hex, "htm": method, "htu": url, "iat": int(time.time())}
        if nonce:
            claims["nonce"] = nonce
        if token:
            claims["ath"] = coded(hashlib.sha256(token.encode()).digest())
        public = {name: self.jwk[name] for name in ("kty", "crv", "x", "y")}
        return _signed({"typ": "dpop+jwt", "jwk": public}, claims, self._key)


Credential = Secret | PrivateKey
