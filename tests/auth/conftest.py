"""A token endpoint over HTTP with two clients."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from auth.clients import ClientProof
from auth.endpoints import routes
from auth.server import TokenServer
from auth.status import TokenStatus
from tests.auth.asking import Register
from tests.auth.forging import ISSUER, KEY, Hands, Ring, office


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def app(register: Register) -> Starlette:
    proof = ClientProof(register.find, register.first_use, (ISSUER, f"{ISSUER}/oauth/token"), now=Hands())
    status = TokenStatus(proof, office(), register.is_good, register.revoke)
    return Starlette(routes=routes(TokenServer(proof, office(), register.dpop), status, Ring(KEY).public, ISSUER))


@pytest.fixture
async def http(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as client:
        yield client
