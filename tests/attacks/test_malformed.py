"""Requests that cannot be read, by the thousand, by a client that may come in: they cost it, and fill nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from auth.principals import Role
from tests.acceptance.conftest import Client, a_client


@pytest.fixture
async def door(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    async with a_client(sqlite_url, tmp_path, cost_per_minute=1_000_000, max_body_bytes=150_000) as made:
        yield made


@pytest.mark.parametrize("body", [b"x" * 100_000, b" " * 150_001], ids=["unreadable", "too large"])
async def test_a_budget_ends_them_and_one_row_tells_of_all(door: Client, body: bytes) -> None:
    bank = await door.token(Role.BANK)
    headers = {"authorization": f"Bearer {bank}", "content-type": "application/json"}
    answers = [await door.http.post("/graphql", content=body, headers=headers) for _ in range(15)]
    statuses = [answer.status_code for answer in answers]
    assert set(statuses[:6]) == {400 if body[0] == ord("x") else 413}
    assert statuses[-1] == 429
    assert answers[-1].headers["ratelimit"].startswith('"cost";r=0')
    await door.hub.unread.work()
    operator = await door.token(Role.OPERATOR)
    found = (await door.ask(operator, "{ rejections { nodes { payload outline } } }")).json()
    [row] = found["data"]["rejections"]["nodes"]
    assert row["payload"] is None
    assert row["outline"]["times"] == len([status for status in statuses if status != 429])
    assert len(json.dumps(row)) < 2000
