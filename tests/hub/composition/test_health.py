"""What a hub says of itself: to everybody whether it is ready, figures to operators alone."""

from __future__ import annotations

import httpx
import pytest

from auth.principals import Role
from tests.acceptance.conftest import Client, client, door

__all__ = ["client", "door"]


async def figures(client: Client, token: str) -> httpx.Response:
    return await client.http.get("/metrics", headers={"Authorization": f"Bearer {token}"})


async def test_operators_are_given_figures_of_each_work(door: Client) -> None:
    answer = await figures(door, await door.token(Role.OPERATOR))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    for work in ("sequencer", "followers", "revocations", "read_ledger"):
        assert f'hub_background_running{{work="{work}"}} 1' in lines
        assert f'hub_background_failures_total{{work="{work}"}} 0' in lines
    assert "# TYPE hub_background_failures_total counter" in lines
    assert "# TYPE hub_standing_work_failures gauge" in lines


@pytest.mark.parametrize("role", [Role.BANK, Role.CREDIT_DISCLOSURE])
async def test_figures_are_for_nobody_else(door: Client, role: Role) -> None:
    refused = await figures(door, await door.token(role))
    assert (refused.status_code, refused.json()) == (403, {"error": "FORBIDDEN"})
    stranger = await door.http.get("/metrics")
    assert (stranger.status_code, stranger.json()) == (401, {"error": "UNAUTHENTICATED"})
    assert stranger.headers["www-authenticate"].startswith("Bearer")


async def test_a_hub_that_serves_is_ready(client: Client) -> None:
    assert (await client.http.get("/readyz")).json() == {"status": "ok"}
