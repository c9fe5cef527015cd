"""GraphQL over Server-Sent Events: what is followed over plain HTTP, under the rules of every other request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from schema.budgets import Place
from tests.acceptance.conftest import Client
from tests.acceptance.sockets import FOLLOW, PATIENCE_SECONDS
from tests.makers import ECOLOGY, licence, opinion, posted

EVENTS = "text/event-stream"
QUERY = "query ($no: String!) { mine(licenceNo: $no) { name } }"


class Stream:
    """An answer that goes on."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def event(self) -> tuple[str, Any]:
        """The next event: its name and its data."""
        said: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in self._lines:
                if line.startswith(":"):
                    continue
                if not line and said:
                    return said["event"], json.loads(said["data"]) if said["data"] else None
                name, _, value = line.partition(":")
                said[name] = value.strip()
        raise EOFError


@asynccontextmanager
async def following(
    client: Client, token: str, query: str = FOLLOW, *, accept: str = EVENTS, **variables: Any
) -> AsyncIterator[Stream]:
    headers = {"Authorization": f"Bearer {token}", "Accept": accept, "Hub-Purpose": "POST_LOAN_MONITORING"}
    asked = {"query": query, "variables": variables}
    async with client.http.stream("POST", "/graphql", json=asked, headers=headers, timeout=None) as answer:
        yield Stream(answer)


async def test_what_is_posted_is_told_as_events(client: Client) -> None:
    token = await client.token(Role.DEPARTMENT, Department.FINANCE)
    async with following(client, token, after=0) as stream:
        assert stream.answer.status_code == 200
        assert stream.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.answer.headers["cache-control"] == "no-store"
        assert "ratelimit" in stream.answer.headers
        before = [await stream.event() for _ in range(11)]
        assert {name for name, _ in before} == {"next"}
        await posted(client.hub.posting, ECOLOGY, RecordKind.OPINION, opinion(8))
        _, told = await stream.event()
        assert told["data"]["recordPosted"]["position"] == 12
        assert told["data"]["recordPosted"]["record"]["documentNumber"] == opinion(8)["documentNumber"]
        assert told["extensions"]["cost"]["operation"] > 0


async def test_a_query_is_one_event_and_the_end(door: Client) -> None:
    async with following(door, await door.token(Role.BANK), QUERY, no=licence(1)) as stream:
        name, told = await stream.event()
        assert (name, told["data"]) == ("next", {"mine": {"name": "示例1号磷矿"}})
        assert await stream.event() == ("complete", None)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("{ nope }", 400, "DOCUMENT_INVALID"),
        ("subscription { recordPosted(after: 99) { position } }", 400, "INVALID_INPUT"),
        ("subscription { a: recordPosted { position } b: recordPosted { position } }", 400, "DOCUMENT_INVALID"),
    ],
)
async def test_what_is_refused_before_it_streams_is_told_by_its_status(
    door: Client, query: str, status: int, code: str
) -> None:
    async with following(door, await door.token(Role.OPERATOR), query) as stream:
        await stream.answer.aread()
        assert (stream.answer.status_code, stream.answer.json()["errors"][0]["extensions"]["code"]) == (status, code)


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/graphql-response+json"])
async def test_who_takes_no_stream_cannot_follow(door: Client, accept: str) -> None:
    async with following(door, await door.token(Role.OPERATOR), accept=accept) as stream:
        await stream.answer.aread()
        assert stream.answer.status_code == 406
        assert stream.answer.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"


async def test_a_stream_ends_with_its_token_and_says_so(door: Client) -> None:
    token = await door.token(Role.DEPARTMENT, Department.ECOLOGY)
    async with following(door, token) as stream:
        await door.hub.revocations.revoke(door.hub.tokens.verify(token))
        name, told = await stream.event()
        while "data" in told:
            name, told = await stream.event()
        assert (name, told["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
        assert await stream.event() == ("complete", None)


async def test_a_client_that_leaves_is_no_follower_any_more(door: Client) -> None:
    token = await door.token(Role.OPERATOR)
    door.hub.budgets._at_once = {Place.OPERATION: 5, Place.SUBSCRIPTION: 1, Place.SOCKET: 1}
    async with following(door, token, after=0) as stream:
        await stream.event()
        async with following(door, token) as second:
            assert second.answer.status_code == 429
            assert second.answer.headers["retry-after"] == "1"
    async with asyncio.timeout(PATIENCE_SECONDS):
        # The hub notices when it next looks at the connection; until then the place is taken.
        while True:
            async with following(door, token) as third:
                if third.answer.status_code == 200:
                    break
    assert third.answer.is_closed
