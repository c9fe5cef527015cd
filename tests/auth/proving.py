"""A holder of a key, who proves it as RFC 9449 says, and a forger who changes what he likes."""

from __future__ import annotations

import uuid
from typing import Any

from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from auth.jose import Key, digest_of
from tests.auth.forging import ISSUER, NOW, coded


class KeyHolder:
    """Holds a key and makes proofs by it."""

    def __init__(self, key: Key | None = None, alg: str = "ES256", at: int = NOW) -> None:
        self.key: Key = key or ECKey.generate_key("P-256")
        self.alg = alg
        self.at = at

    @property
    def thumbprint(self) -> str:
        return str(self.key.thumbprint())

    def claims(self, path: str, token: str | None = None, **more: Any) -> dict[str, Any]:
        """Good claims for a POST; None takes a claim away."""
        good = {"jti": str(uuid.uuid4()), "htm": "POST", "htu": ISSUER + path, "iat": self.at}
        if token is not None:
            good["ath"] = digest_of(token.encode())
        return {name: value for name, value in (good | more).items() if value is not None}

    def header(self, **more: Any) -> dict[str, Any]:
        good = {"typ": "dpop+jwt", "alg": self.alg, "jwk": self.key.as_dict(private=False)}
        return {name: value for name, value in (good | more).items() if value is not None}

    def signed(self, header: dict[str, Any], claims: Any) -> str:
        text = f"{coded(header)}.{coded(claims)}"
        return f"{text}.{coded(JWSRegistry.algorithms[self.alg].sign(text.encode(), self.key))}"

    def proof(self, path: str, token: str | None = None, **more: Any) -> str:
        return self.signed(self.header(), self.claims(path, token, **more))
