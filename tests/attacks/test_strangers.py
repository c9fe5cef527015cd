"""Strangers by the hundred, over real HTTP: whoever proves who it is comes in beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from auth.principals import Role
from auth.sign_in import MOST_FAILED
from hub.http.strangers import MOST_FAILURES
from tests.acceptance.conftest import Client, a_client, hall, provider
from tests.acceptance.provider import Provider
from tests.acceptance.sockets import opened
from tests.attacks.test_sign_in_attacks import changed

__all__ = ["hall", "provider"]


@pytest.fixture
async def door(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    async with a_client(sqlite_url, tmp_path) as made:
        yield made


async def test_two_hundred_bad_tokens_meet_a_429_beside_which_a_good_one_serves(door: Client) -> None:
    good = await door.token(Role.OPERATOR)
    query = {"query": "{ __typename }"}

    async def ask(token: str) -> httpx.Response:
        return await door.http.post("/graphql", json=query, headers={"authorization": f"Bearer {token}"})

    answers = await asyncio.gather(*(ask(f"a.b.{number}") for number in range(200)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(401), statuses.count(429)) == (MOST_FAILURES, 200 - MOST_FAILURES)
    late = next(answer for answer in answers if answer.status_code == 429)
    assert 0 < int(late.headers["retry-after"]) <= 60
    assert late.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert (await ask(good)).json()["data"] == {"__typename": "Query"}


async def test_strangers_with_wrong_secrets_shut_no_endpoint_for_anybody(door: Client) -> None:
    client_id, secret = await door.hub.clients.add("test", Role.BANK)
    ask = {"grant_type": "client_credentials"}
    over = asyncio.Event()

    async def hostile(number: int) -> None:
        async with httpx.AsyncClient(base_url=door.address, trust_env=False, timeout=60) as http:
            while not over.is_set():
                await http.post("/oauth/token", data=ask, auth=(f"nobody-{number}", "wrong"))

    async with asyncio.TaskGroup() as group:
        for number in range(30):
            group.create_task(hostile(number))
        for _ in range(10):
            answer = await door.http.post("/oauth/token", data=ask, auth=(client_id, secret), timeout=60)
            assert answer.status_code == 200
            told = {"token": answer.json()["access_token"]}
            for path in ("/oauth/introspect", "/oauth/revoke"):
                assert (await door.http.post(path, data=told, auth=(client_id, secret), timeout=60)).status_code == 200
        over.set()


async def test_silent_sockets_keep_no_browser_out(door: Client) -> None:
    token = await door.token(Role.OPERATOR)
    async with AsyncExitStack() as stack:
        silent = [await stack.enter_async_context(opened(door)) for _ in range(40)]
        browser = await stack.enter_async_context(opened(door))
        await browser.init(Authorization=f"Bearer {token}")
        code, _ = await silent[0].closed()
        assert code == 4408


async def test_forged_callbacks_make_the_hub_ask_the_provider_a_bounded_number_of_times(
    hall: Client, provider: Provider
) -> None:
    async with hall.browser() as attacker:
        for number in range(3 * MOST_FAILED):
            back = changed(await attacker.begin(), code=f"forged-{number}")
            answer = await attacker.http.get(back)
            assert answer.status_code in (400, 429)
        assert answer.status_code == 429
    assert len(provider.given) <= MOST_FAILED + 1
