"""Pages of other origins: those that a setting names may ask with tokens; nobody's cookies count."""

from __future__ import annotations

import logging
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from auth.principals import Role
from hub.app import create_app
from hub.composition.hub import Hub
from hub.domain.words.errors import ErrorCode, HubError
from hub.settings import Settings
from tests.acceptance.conftest import Client, a_client
from tests.acceptance.sockets import opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

BANK = "https://bank.example"
EVIL = "https://evil.example"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_door(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    folder = tmp_path_factory.mktemp("open")
    shutil.copy(sqlite_template, folder / "hub.db")
    async with a_client(f"sqlite:///{folder / 'hub.db'}", folder, allowed_origins=f"{BANK}, http://localhost:3000") as made:
        yield made


PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,hub-purpose,dpop"}


@pytest.mark.parametrize("path", ["/graphql", "/oauth/token", "/.well-known/jwks.json"])
async def test_a_named_origin_is_let_in(open_door: Client, path: str) -> None:
    for origin in (BANK, "http://localhost:3000"):
        told = await open_door.http.options(path, headers={"origin": origin} | PREFLIGHT)
        assert told.status_code == 204
        assert told.headers["access-control-allow-origin"] == origin
        assert told.headers["access-control-allow-methods"] == "GET, HEAD, POST"
        assert {"authorization", "hub-purpose", "dpop", "content-type"} <= set(
            told.headers["access-control-allow-headers"].split(", ")
        )
        assert told.headers["vary"] == "origin"
        assert "access-control-allow-credentials" not in told.headers


async def test_answers_may_be_read_by_it_refusals_too(open_door: Client) -> None:
    token = await open_door.token(Role.OPERATOR)
    for bearer, status in ((token, 200), ("a.b.c", 401)):
        headers = {"origin": BANK, "authorization": f"Bearer {bearer}"}
        answer = await open_door.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, BANK)
        assert "dpop-nonce" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", [EVIL, "null", "https://bank.example.evil.example", "http://bank.example", f"{BANK}:8443"])
async def test_other_origins_are_told_nothing(open_door: Client, origin: str) -> None:
    told = await open_door.http.options("/graphql", headers={"origin": origin} | PREFLIGHT)
    assert told.status_code == 405
    token = await open_door.token(Role.OPERATOR)
    headers = {"origin": origin, "authorization": f"Bearer {token}"}
    for answer in (told, await open_door.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)):
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["vary"] == "origin"


async def test_what_is_not_for_pages_of_others_is_not_opened(open_door: Client) -> None:
    for path in ("/me", "/livez", "/sign-in", "/push/credit_disclosure"):
        answer = await open_door.http.get(path, headers={"origin": BANK})
        assert "access-control-allow-origin" not in answer.headers


async def test_cookies_from_there_do_not_count(open_door: Client) -> None:
    headers = {"origin": BANK, "cookie": "hub-session=x"}
    answer = await open_door.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    # A cookie that counts, from a page of another site, would be FORBIDDEN.
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


async def test_its_pages_open_sockets_and_others_are_told_why_not(open_door: Client, caplog: pytest.LogCaptureFixture) -> None:
    token = await open_door.token(Role.OPERATOR)
    async with opened(open_door, Origin=BANK, Cookie="hub-session=x") as socket:
        await socket.init(Authorization=f"Bearer {token}")
    with caplog.at_level(logging.ERROR):
        async with opened(open_door, token, Origin=EVIL) as refused:
            assert await refused.closed() == (4403, "FORBIDDEN: Origin")
    assert caplog.records == []


async def test_without_the_setting_no_origin_is_let_in(lobby: Client) -> None:
    told = await lobby.http.options("/graphql", headers={"origin": BANK} | PREFLIGHT)
    assert told.status_code == 405
    assert not [name for name in told.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origins", ["*", "bank.example", "https://bank.example/", "https://bank.example/app", "null"])
async def test_what_is_no_origin_ends_the_start_and_is_named(tmp_path: Path, origins: str) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'hub.db'}", key_file=str(tmp_path / "k"), allowed_origins=origins)
    with pytest.raises(HubError) as caught:
        create_app(Hub.make(settings))
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "HUB_ALLOWED_ORIGINS")
