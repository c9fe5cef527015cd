"""How the tests ask for tokens, and of whom."""

from __future__ import annotations

import base64
from urllib.parse import quote_plus

import httpx

from auth.clients import Client
from auth.dpop import Dpop, Nonces
from auth.secrets import hashed
from auth.tokens import Access
from tests.auth.forging import BANK, ECOLOGY, Hands

SECRET = "correct horse+battery%staple"
CLIENTS = {who.client_id: Client(who, hashed(SECRET)) for who in (ECOLOGY, BANK)}
ASK = {"grant_type": "client_credentials"}
FORM = "application/x-www-form-urlencoded"


class Register:
    """The clients of these tests; remembers whom it was asked for, and what was used.  With a `fault` it cannot be asked."""

    def __init__(self) -> None:
        self.clients = dict(CLIENTS)
        self.asked: list[str] = []
        self.fault: Exception | None = None
        self.ended: set[str] = set()
        self.used: dict[tuple[str, ...], float] = {}
        self.dpop = Dpop(Nonces(lambda: b"shared", now=Hands()), self.first_use, now=Hands())

    async def first_use(self, *names: str, until: float) -> bool:
        fresh = names not in self.used
        self.used[names] = until
        return fresh

    async def is_good(self, access: Access) -> bool:
        return access.id not in self.ended

    async def revoke(self, access: Access) -> None:
        self.ended.add(access.id)

    async def find(self, client_id: str) -> Client | None:
        self.asked.append(client_id)
        if self.fault is not None:
            raise self.fault
        return self.clients.get(client_id)


def basic(client_id: str, secret: str = SECRET) -> dict[str, str]:
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def posted(client_id: str, secret: str = SECRET) -> dict[str, str]:
    return ASK | {"client_id": client_id, "client_secret": secret}


def refused(answer: httpx.Response, status: int, error: str) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error_description"].isascii()
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert ("www-authenticate" in answer.headers) == (status == 401)
