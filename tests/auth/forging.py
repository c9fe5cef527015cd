"""A token office of its own for tests, and the tools of a forger."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, KeySet

from auth.principals import Principal, Role
from auth.tokens import Tokens
from hub.domain.words.departments import Department
from hub.domain.words.errors import TEXTS, ErrorCode, HubError

ISSUER = "https://hub.example"
AUDIENCE = "https://hub.example/graphql"
NOW = 1_790_000_000

ECOLOGY = Principal("ecology-1", Role.DEPARTMENT, frozenset({"read", "penalty:post"}), Department.ECOLOGY, "530100")
BANK = Principal("bank-1", Role.BANK, frozenset({"read"}))


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)


KEY = new_key()


class Ring:
    """Keys of which the first signs."""

    def __init__(self, *keys: ECKey) -> None:
        self.signer = keys[0]
        self.verifiers = KeySet([*keys])

    def public(self) -> dict[str, Any]:
        return dict(self.verifiers.as_dict(private=False))


class Hands:
    """A clock that tests move."""

    def __init__(self, at: float = NOW) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


def office(now: Hands | None = None, **more: Any) -> Tokens:
    """A token office with `KEY`."""
    return Tokens(Ring(KEY), ISSUER, AUDIENCE, now=now or Hands(), **more)


def coded(data: Any) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def header(**more: Any) -> dict[str, Any]:
    """A good header; None takes a member away."""
    return _without_none({"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid} | more)


def claims(**more: Any) -> dict[str, Any]:
    """Good claims; None takes a claim away."""
    good = decoded(office().issue(ECOLOGY).split(".")[1])
    return _without_none(good | more)


def signed(head: Any, body: Any, key: ECKey = KEY) -> str:
    """A token with any header and any body, truly signed."""
    text = f"{coded(head)}.{coded(body)}"
    plain = jws.serialize_compact({"alg": "ES256"}, b"", key, algorithms=["ES256"])
    assert plain
    algorithm = jws.JWSRegistry.algorithms["ES256"]
    return f"{text}.{coded(algorithm.sign(text.encode(), key))}"


def refused(token: str, tokens: Tokens | None = None) -> None:
    """The token is refused, in words that tell nothing of the reason."""
    with pytest.raises(HubError) as caught:
        (tokens or office()).verify(token)
    assert caught.value.code is ErrorCode.UNAUTHENTICATED
    assert caught.value.detail == ""
    assert caught.value.__cause__ is None
    assert caught.value.message == " / ".join(TEXTS[ErrorCode.UNAUTHENTICATED])


def _without_none(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}
