"""An OpenID provider over real HTTP on loopback, which does as it should until a test tells it otherwise."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from hub.demo import free_port, serving

CLIENT_ID = "hub at the provider"
SECRET = "a secret: with + and %"
#: What the provider says of whoever signs in, until a test has it say something else.
PERSON = {"sub": "u-1", "name": "示例·科员", "roles": ["offline_access", "DEPARTMENT:ECOLOGY:530100"]}

_KEY = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)


def coded(data: Any) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """A token with any header and any claims; with `alg` `none` it has no signature."""
    text = f"{coded(header)}.{coded(claims)}"
    if header["alg"] == "none":
        return text + "."
    return f"{text}.{coded(JWSRegistry.algorithms[header['alg']].sign(text.encode(), key))}"


class Provider:
    """The provider.  `person` are the claims of whoever signs in; `more` changes the claims of ID tokens, with None taking one
    away, and `header` their header; `says` changes the metadata; `forge` makes another ID token of the good one's claims."""

    def __init__(self, port: int, path: str = "") -> None:
        self.path = path
        self.issuer = f"http://127.0.0.1:{port}{path}"
        self.key: ECKey | RSAKey = _KEY
        self.alg = "RS256"
        self.published: list[ECKey | RSAKey] = [self.key]
        self.person: dict[str, Any] = dict(PERSON)
        self.more: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.says: dict[str, Any] = {}
        self.forge: Callable[[dict[str, Any]], str] | None = None
        self.down = False
        self.jwks: Callable[[], Response] | None = None
        self.asked: Counter[str] = Counter()
        self.given: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}

    def rotate(self) -> None:
        """A new key signs, and the old one is not published any more."""
        self.key, self.alg = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True), "ES256"
        self.published = [self.key]

    def access_token(self, client: str, audience: str, header: dict[str, Any] | None = None, **more: Any) -> str:
        """An access token for a machine; None takes a claim away."""
        now = int(time.time())
        good = {"iss": self.issuer, "aud": audience, "sub": client, "client_id": client, "iat": now, "exp": now + 300}
        good |= {"jti": secrets.token_hex(8)} | more
        told = {"alg": self.alg, "kid": self.key.kid, "typ": "at+jwt"} | (header or {})
        return signed(told, {name: value for name, value in good.items() if value is not None}, self.key)

    def app(self) -> Starlette:
        pages = {
            "/.well-known/openid-configuration": self._metadata,
            "/jwks": self._keys,
            "/authorize": self._authorize,
            "/logout": self._logout,
        }
        return Starlette(
            routes=[
                *(Route(self.path + path, self._counted(page)) for path, page in pages.items()),
                Route(f"{self.path}/token", self._counted(self._token), methods=["POST"]),
            ]
        )

    def _counted(self, page: Any) -> Any:
        async def answer(request: Request) -> Response:
            self.asked[request.url.path] += 1
            return JSONResponse({}, 503) if self.down else await page(request)

        return answer

    async def _metadata(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/jwks",
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "end_session_endpoint": f"{self.issuer}/logout",
                "authorization_response_iss_parameter_supported": True,
            }
            | self.says
        )

    async def _keys(self, _request: Request) -> Response:
        if self.jwks is not None:
            return self.jwks()
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.published]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.given.append(form)
        pair = urlencode({"": CLIENT_ID})[1:] + ":" + urlencode({"": SECRET})[1:]
        basic = f"Basic {base64.b64encode(pair.encode()).decode()}"
        asked = self._codes.pop(form.get("code", ""), None)
        digest = coded(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if request.headers.get("authorization") != basic:
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or digest != asked["code_challenge"] or form.get("redirect_uri") != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        good = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"]} | self.person
        claims = {name: value for name, value in (good | self.more).items() if value is not None}
        header = {"alg": self.alg, "kid": self.key.kid} | self.header
        token = self.forge(claims) if self.forge else signed(header, claims, self.key)
        return JSONResponse({"access_token": "at", "token_type": "Bearer", "id_token": token})

    async def _logout(self, request: Request) -> Response:
        return RedirectResponse(parse_qs(request.url.query)["post_logout_redirect_uri"][0], 302)


@asynccontextmanager
async def a_provider(path: str = "") -> AsyncIterator[Provider]:
    """A running provider, whose issuer has this path."""
    port = free_port(0)
    made = Provider(port, path)
    async with serving(made.app(), "127.0.0.1", port):
        yield made


def huge() -> Response:
    """More keys than anybody has."""
    return Response(b'{"keys": [' + b" " * 10_000_000 + b"]}", media_type="application/json")
