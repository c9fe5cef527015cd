"""When the database holds the log up: it is seen, whoever follows is sent away to come back, and all goes on by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from auth.principals import Role
from hub.composition import background_tasks
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.services.log import followers
from tests.acceptance.conftest import Client
from tests.acceptance.sockets import FOLLOW, PATIENCE_SECONDS, opened
from tests.acceptance.test_event_stream import following
from tests.makers import ECOLOGY, opinion, posted

CUT = r"peer closed|incomplete"


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (background_tasks, followers):
        monkeypatch.setattr(module, "LATE_SECONDS", 3.0)
    monkeypatch.setattr(followers, "_PATIENCE_SECONDS", 0.05)


@asynccontextmanager
async def held(url: str, statement: str) -> AsyncIterator[None]:
    """Somebody else holds a lock."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(statement)
            yield
    finally:
        await connection.close()


async def until_numbered(client: Client) -> None:
    """Wait until the province's posts, eleven of them, have their positions."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if (await client.hub.following.last()).position == 11:
                return
            await asyncio.sleep(0.05)


async def until_ready(client: Client, *, ready: bool) -> dict[str, object]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = await client.http.get("/readyz")
            if (answer.status_code == 200) is ready:
                said: dict[str, object] = answer.json()
                return said
            await asyncio.sleep(0.05)


async def test_a_log_that_is_held_up_is_seen_and_goes_on(client: Client) -> None:
    if client.hub.database.is_sqlite:
        pytest.skip("SQLite has no locks of tables")
    token = await client.token(Role.DEPARTMENT, Department.ECOLOGY)
    await until_numbered(client)
    async with opened(client, token) as socket, following(client, token, after=11) as stream:
        await socket.init()
        await socket.subscribe("a", FOLLOW, after=11)
        await posted(client.hub.posting, ECOLOGY, RecordKind.OPINION, opinion(8))
        assert (await socket.event("a"))["position"] == 12
        assert (await stream.event())[1]["data"]["recordPosted"]["position"] == 12
        async with held(client.hub.settings.database_url, "LOCK TABLE log IN ACCESS EXCLUSIVE MODE"):
            assert (await until_ready(client, ready=False))["status"] == "behind"
            assert (await socket.closed())[0] == 1013
            with pytest.raises(Exception, match=CUT):
                await stream.event()
    await until_ready(client, ready=True)
    await posted(client.hub.posting, ECOLOGY, RecordKind.OPINION, opinion(9))
    async with opened(client, token) as socket:
        await socket.init()
        await socket.subscribe("a", FOLLOW, after=12)
        assert (await socket.event("a"))["position"] == 13


@pytest.mark.parametrize("late", [True, False])
async def test_who_follows_is_sent_away_when_what_was_posted_gets_no_position(door: Client, late: bool) -> None:
    token = await door.token(Role.DEPARTMENT, Department.ECOLOGY)
    await until_numbered(door)
    async with opened(door, token) as socket, following(door, token, after=11) as stream:
        await socket.init()
        await socket.subscribe("a", FOLLOW, after=11)
        door.hub.following._unnumbered = lambda: 3.1 if late else 3.0
        if late:
            assert await socket.closed() == (1013, "Try again later")
            with pytest.raises(Exception, match=CUT):
                await stream.event()
        else:
            await posted(door.hub.posting, ECOLOGY, RecordKind.OPINION, opinion(8))
            assert (await socket.event("a"))["position"] == 12
