"""An identity provider's addresses without a socket between, and a hub at which people sign in with it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from auth.errors import UnansweredError
from auth.persons import Person
from auth.provider import Provider
from auth.sign_in import Registration, SignIn
from tests.auth.asking import Register
from tests.auth.forging import KEY, Hands, signed

ISSUER = "https://login.example/realms/mines"
HUB = "https://hub.example"
CLIENT, SECRET = "hub at login", "a secret: with + and %"
#: Of a code that the provider did not give.
FORGED = "forged"


class Held:
    """A code that is not answered yet: when it `came`, and until the answer `may_go`."""

    def __init__(self) -> None:
        self.came, self.may_go = asyncio.Event(), asyncio.Event()


class Site:
    """What stands at the provider's addresses.  `says` changes its metadata, `claims` an ID token's, and `answers` what comes
    for a code, with None taking something away; a code in `held` is answered when it may be."""

    def __init__(self) -> None:
        self.says: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.answers: dict[str, Any] = {}
        self.fault: UnansweredError | None = None
        self.held: dict[str, Held] = {}
        self.nonces: dict[str, str] = {}
        self.now = Hands()
        self.forms: list[dict[str, str]] = []
        self.headers: list[Mapping[str, str]] = []

    async def get(self, url: str) -> dict[str, Any]:
        if self.fault is not None:
            raise self.fault
        if url.endswith("/jwks"):
            return {"keys": [KEY.as_dict(private=False)]}
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "end_session_endpoint": "logout"}
        known = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"} | {name: f"{ISSUER}/{at}" for name, at in names.items()}
        return _without_none(known | self.says)

    async def post(self, url: str, headers: Mapping[str, str], form: str) -> dict[str, Any]:
        assert url == f"{ISSUER}/token"
        told = dict(parse_qsl(form))
        self.forms.append(told)
        self.headers.append(headers)
        if held := self.held.get(told["code"]):
            held.came.set()
            await held.may_go.wait()
        if self.fault is not None:
            raise self.fault
        if told["code"] not in self.nonces:
            raise UnansweredError("400", is_refusal=True)
        now = int(self.now())
        good = {"iss": ISSUER, "sub": "u-1", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": self.nonces[told["code"]]}
        token = signed({"alg": "ES256", "kid": KEY.kid}, _without_none(good | {"roles": "OPERATOR"} | self.claims))
        return _without_none({"id_token": token, "access_token": "at"} | self.answers)


class Door:
    """A hub at which people sign in."""

    def __init__(self, secret: str = SECRET) -> None:
        self.site, self.register = Site(), Register()
        self.now, self.ticks = self.site.now, Hands(0.0)
        provider = Provider(ISSUER, self.site, ticks=self.ticks)
        self.sign_in = SignIn(
            provider,
            self.site,
            Registration(CLIENT, secret, "roles"),
            HUB,
            secret=lambda: b"shared",
            first_use=self.register.first_use,
            now=self.now,
            ticks=self.ticks,
        )
        self._given = 0

    async def begin(self, back: str = "/mines") -> tuple[dict[str, str], str]:
        """With what the browser was sent to the provider, and what it keeps."""
        url, kept = await self.sign_in.begin(back)
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{ISSUER}/authorize"
        return dict(parse_qsl(parts.query)), kept

    async def returned(self, **more: str | None) -> tuple[dict[str, str], str]:
        """With what the provider sends the browser back, and what that has kept."""
        asked, kept = await self.begin()
        self._given += 1
        code = str(more.get("code") or self._given)
        if code != FORGED:
            self.site.nonces[code] = asked["nonce"]
        return _without_none({"state": asked["state"], "code": code} | more), kept

    async def finish(self, query: Mapping[str, str], kept: str | None, address: str = "") -> tuple[Person, str]:
        return await self.sign_in.finish(kept, [*query.items()], address)


def _without_none(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}
