"""Bound tokens over real HTTP, with two hubs over one database: what one has seen or ended, the other refuses."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from auth.principals import Role
from hub.app import create_app
from hub.composition.hub import Hub
from hub.demo import free_port, serving
from hub.settings import Settings
from tests.auth.proving import KeyHolder

ADDRESS = "https://hub.example"
QUERY = {"query": "{ __typename }"}


@pytest.fixture
async def hubs(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Hub, httpx.AsyncClient, httpx.AsyncClient]]:
    """Two processes' worth of hub behind one public address, and an HTTP client to each."""
    settings = Settings(
        database_url=database_url, key_file=str(tmp_path / "keys.json"), issuer=ADDRESS, must_bind_roles="OPERATOR"
    )
    async with AsyncExitStack() as stack:
        clients = []
        for _ in range(2):
            port = free_port(0)
            hub = Hub.make(replace(settings, port=port))
            await stack.enter_async_context(serving(create_app(hub), "127.0.0.1", port))
            http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"host": "hub.example"}, trust_env=False)
            clients.append(await stack.enter_async_context(http))
        yield hub, clients[0], clients[1]


async def test_a_bound_token_serves_its_holder_at_every_process_and_each_proof_once(
    hubs: tuple[Hub, httpx.AsyncClient, httpx.AsyncClient],
) -> None:
    hub, first, second = hubs
    client_id, secret = await hub.clients.add("test", Role.OPERATOR)
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    assert (await first.post("/oauth/token", data=form)).json()["error"] == "invalid_dpop_proof"

    def proof(path: str, nonce: str, token: str | None = None, htm: str = "POST") -> str:
        holder.at = int(time.time())
        return holder.signed(holder.header(), holder.claims(path, token, nonce=nonce, htu=ADDRESS + path, htm=htm))

    holder = KeyHolder()
    nonce = (await first.post("/oauth/token", data=form, headers={"dpop": proof("/oauth/token", "x")})).headers["dpop-nonce"]
    answer = await second.post("/oauth/token", data=form, headers={"dpop": proof("/oauth/token", nonce)})
    token = answer.json()["access_token"]

    async def ask(http: httpx.AsyncClient, shown: str, scheme: str = "DPoP") -> httpx.Response:
        return await http.post("/graphql", json=QUERY, headers={"authorization": f"{scheme} {token}", "dpop": shown})

    shown = proof("/graphql", nonce, token)
    assert (await ask(first, shown)).json()["data"] == {"__typename": "Query"}
    replayed = await ask(second, shown)
    assert replayed.status_code == 401
    assert replayed.headers["www-authenticate"].startswith('DPoP realm="hub", error="invalid_dpop_proof"')
    assert (await ask(second, proof("/graphql", nonce, token))).status_code == 200
    assert (await ask(second, proof("/graphql", nonce, token), "Bearer")).status_code == 401
    stale = await ask(first, proof("/graphql", "x", token))
    assert stale.headers["dpop-nonce"]
    assert (await ask(first, proof("/graphql", stale.headers["dpop-nonce"], token))).status_code == 200

    for method, status in (("HEAD", 200), ("GET", 401)):
        told = {"authorization": f"DPoP {token}", "dpop": proof("/graphql", stale.headers["dpop-nonce"], token, method)}
        assert (await first.head("/graphql", params=QUERY, headers=told)).status_code == status

    ended = await first.post("/oauth/revoke", data={"token": token, "client_id": client_id, "client_secret": secret})
    assert ended.status_code == 200
    assert (await ask(first, proof("/graphql", nonce, token))).status_code == 401
    await hub.revocations.look()
    assert (await ask(second, proof("/graphql", nonce, token))).status_code == 401
