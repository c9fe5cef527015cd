"""A hub over real HTTP, and a client that talks to it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from auth.principals import Role
from connectors.credit_disclosure import sandbox as credit
from hub.app import create_app
from hub.composition.hub import Hub
from hub.demo import free_port, serving
from hub.domain.words.departments import Department
from hub.settings import Settings
from tests.acceptance.browsing import Browser
from tests.acceptance.provider import CLIENT_ID, SECRET, Provider, a_provider
from tests.makers import a_province


class Client:
    """Talks to a running hub."""

    def __init__(self, hub: Hub, http: httpx.AsyncClient) -> None:
        self.hub = hub
        self.http = http

    async def token(self, role: Role, department: Department | None = None) -> str:
        _, token = await self.registered(role, department)
        return token

    async def registered(self, role: Role, department: Department | None = None) -> tuple[str, str]:
        """A new client: its id and a token."""
        client_id, secret = await self.hub.clients.add("test", role, department)
        answer = await self.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret))
        assert answer.status_code == 200, answer.text
        return client_id, str(answer.json()["access_token"])

    async def ask(self, token: str, query: str, **variables: Any) -> httpx.Response:
        return await self.http.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {token}", "Hub-Purpose": "PRE_LOAN_REVIEW; ref=2026-17"},
        )

    @property
    def address(self) -> str:
        return self.hub.settings.public_address

    def browser(self) -> Browser:
        return Browser(self.address)


#: The server leaves connections that nobody has used for five seconds; a request must not meet that moment.
_LIMITS = httpx.Limits(keepalive_expiry=2.0)


@asynccontextmanager
async def a_client(database_url: str, folder: Path, **more: Any) -> AsyncIterator[Client]:
    """A hub with a small province, and a client of it; `more` are settings."""
    port = free_port(0)
    settings = Settings(
        database_url=database_url,
        key_file=str(folder / "keys.json"),
        port=port,
        **{"max_body_bytes": 200_000, "work": False, **more},
    )
    hub = Hub.make(settings)
    given = {"credit_disclosure": credit.SANDBOX.settings("http://127.0.0.1:9")}
    async with (
        serving(create_app(hub, given), "127.0.0.1", port),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, limits=_LIMITS) as http,
    ):
        await a_province(hub.posting)
        yield Client(hub, http)


@pytest.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    async with a_client(database_url, tmp_path) as made:
        yield made


@pytest.fixture
async def door(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    """A client for what is decided at the door."""
    async with a_client(sqlite_url, tmp_path) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lobby(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    """One door for all tests of a module, which run in the module's loop and leave it as it was."""
    folder = tmp_path_factory.mktemp("lobby")
    shutil.copy(sqlite_template, folder / "hub.db")
    async with a_client(f"sqlite:///{folder / 'hub.db'}", folder) as made:
        yield made


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with a_provider() as made:
        yield made


def signing_in(provider: Provider, folder: Path) -> dict[str, Any]:
    """The settings of a hub at which people sign in by this provider, and whose clients may come by it."""
    secret = folder / "secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    return {
        "identity_issuer": provider.issuer,
        "sign_in_issuer": provider.issuer,
        "sign_in_client_id": CLIENT_ID,
        "sign_in_client_secret_file": str(secret),
    }


@pytest.fixture
async def hall(provider: Provider, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    """A hub at which people sign in by the provider."""
    async with a_client(sqlite_url, tmp_path, **signing_in(provider, tmp_path)) as made:
        yield made
