"""Clients come with tokens of an outside provider, over real HTTP, beside the hub's own tokens or instead of them."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import hub
from auth.principals import Role
from hub.app import create_app
from hub.composition.hub import Hub
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.settings import Settings
from tests.acceptance.conftest import Client, a_client
from tests.acceptance.provider import Provider, a_provider, huge

MINES = "{ mines { totalCount } }"


async def status(client: Client, token: str) -> int:
    return (await client.ask(token, MINES)).status_code


async def test_a_provider_proves_who_calls_and_the_register_says_what_it_may(
    provider: Provider, database_url: str, tmp_path: Path
) -> None:
    async with a_client(database_url, tmp_path, identity_issuer=provider.issuer) as client:
        client_id, _ = await client.hub.clients.add("示例", Role.DEPARTMENT, Department.ECOLOGY, "530300", external="eco")
        theirs = provider.access_token("eco", client.address, role="OPERATOR")
        assert (await client.ask(theirs, MINES)).json()["data"] == {"mines": {"totalCount": 0}}
        assert await status(client, provider.access_token("another", client.address)) == 401
        assert await status(client, provider.access_token(client_id, client.address)) == 401
        assert await status(client, provider.access_token("eco", "https://another.example")) == 401
        assert await status(client, await client.token(Role.OPERATOR)) == 200
        await client.hub.clients.revoke(client_id)
        await client.hub.revocations.look()
        assert await status(client, theirs) == 401


async def test_keys_are_rotated_and_nobody_is_refused_for_it(provider: Provider, sqlite_url: str, tmp_path: Path) -> None:
    async with a_client(sqlite_url, tmp_path, identity_issuer=provider.issuer) as client:
        await client.hub.clients.add("示例", Role.OPERATOR, external="op")
        provider.rotate()
        assert await status(client, provider.access_token("op", client.address)) == 200
        provider.down = True
        assert await status(client, provider.access_token("op", client.address)) == 200


@pytest.mark.parametrize("fault", ["down", "huge", "another issuer"])
async def test_without_the_providers_keys_the_hub_is_unavailable_to_its_clients_alone(
    provider: Provider, sqlite_url: str, tmp_path: Path, fault: str
) -> None:
    provider.down = fault == "down"
    provider.jwks = huge if fault == "huge" else None
    provider.says = {"issuer": "https://evil.example"} if fault == "another issuer" else {}
    async with a_client(sqlite_url, tmp_path, identity_issuer=provider.issuer) as client:
        await client.hub.clients.add("示例", Role.OPERATOR, external="op")
        refused = await client.ask(provider.access_token("op", client.address), MINES)
        assert refused.status_code == 503
        assert refused.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        assert await status(client, await client.token(Role.OPERATOR)) == 200
        assert await status(client, "a.b.c") == 401


async def test_an_operator_ends_a_token_of_the_providers_here(provider: Provider, sqlite_url: str, tmp_path: Path) -> None:
    async with a_client(sqlite_url, tmp_path, identity_issuer=provider.issuer) as client:
        await client.hub.clients.add("示例", Role.OPERATOR, external="op")
        token = provider.access_token("op", client.address)
        assert await status(client, token) == 200
        operator = await client.hub.clients.add("operator", Role.OPERATOR)
        told = await client.http.post("/oauth/introspect", data={"token": token}, auth=operator)
        assert told.json() == {"active": False}
        assert (await client.http.post("/oauth/revoke", data={"token": token}, auth=operator)).status_code == 200
        assert await status(client, token) == 401
        assert await status(client, provider.access_token("op", client.address)) == 200


async def test_the_settings_of_keycloaks_page_are_those_for_a_provider_of_its_shape(sqlite_url: str, tmp_path: Path) -> None:
    page = (Path(hub.__file__).parent / "docs" / "keycloak.md").read_text(encoding="utf-8")
    said = Settings.read(dict(line.split("=", 1) for line in page.split("```")[1].strip().splitlines()))
    async with a_provider("/realms/mines") as keycloak:
        given = {"identity_issuer": keycloak.issuer} | {
            name: getattr(said, name) for name in ("identity_audience", "identity_client_claim", "identity_plain_jwt")
        }
        assert said.identity_issuer.endswith("/realms/mines")
        async with a_client(sqlite_url, tmp_path, **given) as client:
            await client.hub.clients.add("示例银行", Role.BANK, external="bank-system")

            def told(**more: Any) -> str:
                """What Keycloak puts into an access token of a service account."""
                claims: dict[str, Any] = {
                    "aud": [said.identity_audience, "account"],
                    "sub": "0b7a1f0e-6a5a-4a53-9d3b-0f6f4b1f2a11",
                    "typ": "Bearer",
                    "azp": "bank-system",
                    "acr": "1",
                    "realm_access": {"roles": ["offline_access", "default-roles-mines", "uma_authorization"]},
                    "resource_access": {"account": {"roles": ["manage-account", "view-profile"]}},
                    "scope": "profile email hub",
                    "email_verified": False,
                    "clientHost": "10.0.0.7",
                    "preferred_username": "service-account-bank-system",
                    "clientAddress": "10.0.0.7",
                    "jti": f"trrtcc:{secrets.token_hex(16)}",
                }
                return keycloak.access_token("bank-system", "", {"typ": "JWT"}, **{**claims, **more})

            assert await status(client, told()) == 200
            refused = await client.ask(told(aud="account"), MINES)
            assert "aud does not name https://hub.example" in refused.headers["www-authenticate"]
            refused = await client.ask(told(azp="another"), MINES)
            assert "not registered here" in refused.headers["www-authenticate"]


async def test_a_hub_may_leave_giving_tokens_to_the_provider(provider: Provider, sqlite_url: str, tmp_path: Path) -> None:
    async with a_client(sqlite_url, tmp_path, identity_issuer=provider.issuer, token_endpoint=False) as client:
        client_id, secret = await client.hub.clients.add("示例", Role.OPERATOR, external="op")
        asked = await client.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret))
        assert asked.status_code == 404
        assert (await client.http.get("/.well-known/oauth-authorization-server")).status_code == 404
        assert (await client.http.get("/.well-known/jwks.json")).status_code == 200
        found = await client.hub.clients.find(client_id)
        assert found is not None
        assert await status(client, client.hub.tokens.issue(found.principal)) == 401
        assert await status(client, provider.access_token("op", client.address)) == 200


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"identity_issuer": "http://login.example"}, "HUB_IDENTITY_ISSUER"),
        ({"identity_issuer": "login"}, "HUB_IDENTITY_ISSUER"),
        ({"sign_in_issuer": "http://login.example"}, "HUB_SIGN_IN_ISSUER"),
        ({"sign_in_issuer": "https://login.example"}, "HUB_SIGN_IN_CLIENT_ID"),
        (
            {"sign_in_issuer": "https://a.example", "sign_in_client_id": "x", "sign_in_client_secret_file": "/nowhere"},
            "HUB_SIGN_IN_CLIENT_SECRET_FILE",
        ),
        ({"token_endpoint": False}, "HUB_TOKEN_ENDPOINT"),
        ({"must_bind_roles": "KING"}, "HUB_MUST_BIND_ROLES"),
        ({"trusted_proxy": "proxy"}, "HUB_TRUSTED_PROXY"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_settings_that_make_no_sense_end_the_start_and_are_named(
    sqlite_url: str, tmp_path: Path, more: dict[str, object], field: str
) -> None:
    hub = Hub.make(replace(Settings(database_url=sqlite_url, key_file=str(tmp_path / "keys.json")), **more))  # type: ignore[arg-type]
    with pytest.raises(HubError) as caught:
        create_app(hub)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, field)
    assert str(caught.value.detail).startswith(field)
