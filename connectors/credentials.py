"""How departments' systems want to be convinced: OAuth2 tokens, keys, and the two customary header signatures.

Sources: the national exchange platform's convention (gjgxjhpt_ headers) and the provincial open-data gateways (X-Client-Id …);
DOMAIN.md section 7 of the design notes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import AsyncGenerator, Generator, Mapping

import httpx

from connectors.errors import TryAgain
from connectors.http import Http
from hub.domain.calendar.moments import Clock, utc_now

#: How far apart the clocks of the two sides of a signed message may be.
WINDOW_SECONDS = 600
_MOMENT = re.compile(r"[0-9]{13}", re.ASCII)
#: Shorter than with the digest of a body behind it: a nonce that ended in one would be signed, without a body, by the signature
#: of the message with that body.
_NONCE = re.compile(r"[!-~]{1,64}")
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{43}=")


def signature(secret: str, *parts: str) -> str:
    """Base64 of HMAC-SHA256 over the parts in a row."""
    return base64.b64encode(hmac.digest(secret.encode(), "".join(parts).encode(), hashlib.sha256)).decode()


class PlatformSignature(httpx.Auth):
    """The national exchange platform: requester, service and time, signed by the app's secret."""

    def __init__(self, requester: str, service: str, secret: str, clock: Clock = utc_now) -> None:
        self._requester, self._service, self._secret, self._clock = requester, service, secret, clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        moment = str(_thousandths(self._clock))
        request.headers["gjgxjhpt_rid"] = self._requester
        request.headers["gjgxjhpt_sid"] = self._service
        request.headers["gjgxjhpt_rtime"] = moment
        request.headers["gjgxjhpt_sign"] = signature(self._secret, self._service, self._requester, moment)
        yield request


class GatewaySignature(httpx.Auth):
    """The provincial gateways: client, time and nonce, signed by the client's secret."""

    def __init__(self, client_id: str, secret: str, clock: Clock = utc_now) -> None:
        self._client_id, self._secret, self._clock = client_id, secret, clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers.update(gateway_headers(self._client_id, self._secret, clock=self._clock))
        yield request


def gateway_headers(client_id: str, secret: str, body: bytes = b"", clock: Clock = utc_now) -> dict[str, str]:
    """The four headers of the gateways; over the body's digest too, where there is one."""
    moment, nonce = str(_thousandths(clock)), secrets.token_hex(16)
    digest = hashlib.sha256(body).hexdigest() if body else ""
    return {
        "X-Client-Id": client_id,
        "X-Timestamp": moment,
        "X-Nonce": nonce,
        "X-Signature": signature(secret, client_id, moment, nonce, digest),
    }


def gateway_nonce(headers: Mapping[str, str], client_id: str, clock: Clock = utc_now) -> str | None:
    """The nonce of a message whose four headers (lower-case names) may be right: the client's, fresh, and of their shape.
    Whether they are is told by `gateway_signed`, once the body is there."""
    moment, nonce = headers.get("x-timestamp", ""), headers.get("x-nonce", "")
    if headers.get("x-client-id") != client_id or not _NONCE.fullmatch(nonce):
        return None
    # The parts stand in a row without anything between them: only a moment of one length keeps them apart.
    if not _MOMENT.fullmatch(moment) or not _SIGNATURE.fullmatch(headers.get("x-signature", "")):
        return None
    return nonce if abs(_thousandths(clock) - int(moment)) <= WINDOW_SECONDS * 1000 else None


def gateway_signed(headers: Mapping[str, str], client_id: str, secret: str, body: bytes = b"", clock: Clock = utc_now) -> bool:
    """Whether such headers (lower-case names) are right and fresh."""
    nonce = gateway_nonce(headers, client_id, clock)
    if nonce is None:
        return False
    digest = hashlib.sha256(body).hexdigest() if body else ""
    wanted = signature(secret, client_id, headers["x-timestamp"], nonce, digest)
    return hmac.compare_digest(headers["x-signature"].encode(), wanted.encode())


def _thousandths(clock: Clock) -> int:
    """What time it is, in thousandths of a second since 1970."""
    return int(clock().timestamp() * 1000)


class ApiKey(httpx.Auth):
    """A key in a header, as geographic services want it."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["X-API-Key"] = self._key
        yield request


class ClientCredentials(httpx.Auth):
    """OAuth2 client credentials: a token is fetched when needed, kept, and fetched anew once when it is refused.

    `http` asks the token endpoint, under the same limits as every other call.
    """

    def __init__(self, http: Http, path: str, client_id: str, client_secret: str) -> None:
        self._http, self._path = http, path
        code = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {code}"}
        self._token = ""
        self._ends = 0.0

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        if self._ends < time.monotonic():
            await self._fetch()
        request.headers["Authorization"] = f"Bearer {self._token}"
        answer = yield request
        if answer.status_code == 401:
            await self._fetch()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    async def _fetch(self) -> None:
        form = {"grant_type": "client_credentials"}
        answer = (await self._http.post(self._path, headers=self._headers, data=form)).json()
        try:
            self._token = str(answer["access_token"])
            self._ends = time.monotonic() + float(answer.get("expires_in", 60)) * 0.8
        except (ValueError, KeyError, TypeError, AttributeError):
            raise TryAgain("the token endpoint's answer cannot be read") from None
