"""GraphQL over Server-Sent Events: what is followed over plain HTTP, under the rules of every other request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.services.access.revocations import REVOCATION_SECONDS
from schema.budgets import Place
from tests.acceptance.conftest import Client
from tests.acceptance.sockets import FOLLOW, PATIENCE_SECONDS, opened
from tests.makers import ECOLOGY, licence, opinion, posted

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVENTS = "text/event-stream"
PARTS = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0"
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


async def to_its_end(stream: Stream) -> None:
    while (await stream.event())[0] == "next":
        pass


@asynccontextmanager
async def following(
    client: Client, token: str, query: str = FOLLOW, *, accept: str = EVENTS, **variables: Any
) -> AsyncIterator[Stream]:
    headers = {"Authorization": f"Bearer {token}", "Accept": accept, "Hub-Purpose": "POST_LOAN_MONITORING"}
    asked = {"query": query, "variables": variables}
    async with client.http.stream("POST", "/graphql", json=asked, headers=headers, timeout=None) as answer:
        yield Stream(answer)


@pytest.mark.asyncio(loop_scope="function")
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


async def test_a_query_is_one_event_and_the_end(lobby: Client) -> None:
    async with following(lobby, await lobby.token(Role.BANK), QUERY, no=licence(1)) as stream:
        name, told = await stream.event()
        assert (name, told["data"]) == ("next", {"mine": {"name": "示例1号磷矿"}})
        assert await stream.event() == ("complete", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ nope }", "DOCUMENT_INVALID"),
        ("{", "DOCUMENT_UNREADABLE"),
        ("subscription { recordPosted(after: 99) { position } }", "INVALID_INPUT"),
        ("subscription { a: recordPosted { position } b: recordPosted { position } }", "DOCUMENT_INVALID"),
    ],
)
async def test_what_is_wrong_with_a_document_is_told_in_a_stream_that_is_over_then(
    lobby: Client, query: str, code: str
) -> None:
    async with following(lobby, await lobby.token(Role.OPERATOR), query) as stream:
        name, told = await stream.event()
        assert (stream.answer.status_code, name, told["errors"][0]["extensions"]["code"]) == (200, "next", code)
        assert "data" not in told
        assert await stream.event() == ("complete", None)


async def test_what_else_is_refused_before_it_streams_is_told_by_its_status(lobby: Client) -> None:
    async with following(lobby, "a.b.c") as stream:
        assert stream.answer.status_code == 401
    bank = {"Authorization": f"Bearer {await lobby.token(Role.BANK)}", "Accept": EVENTS}
    refused = await lobby.http.post("/graphql", json={"query": FOLLOW}, headers=bank)
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (400, "PURPOSE_REQUIRED")


@pytest.mark.parametrize("accept", [f"application/json, {EVENTS};q=0.1", f"{PARTS}, application/json"])
async def test_who_takes_one_answer_and_streams_has_each_as_it_is(lobby: Client, accept: str) -> None:
    token = await lobby.token(Role.OPERATOR)
    async with following(lobby, token, QUERY, accept=accept, no=licence(1)) as answered:
        assert answered.answer.headers["content-type"] == "application/json; charset=utf-8"
    async with following(lobby, token, accept=accept, after=0) as stream:
        assert stream.answer.headers["content-type"].partition(";")[0] in (EVENTS, "multipart/mixed")


async def test_apollo_follows_by_parts_of_a_message(lobby: Client) -> None:
    token = await lobby.token(Role.OPERATOR)
    async with following(lobby, token, accept=f"{PARTS}, application/graphql-response+json", after=0) as stream:
        assert stream.answer.headers["content-type"] == 'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"'
        said = b""
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for some in stream.answer.aiter_bytes():
                said += some
                if said.count(b"\r\n--graphql") > 3:
                    break
    before, *parts, _ = said.split(b"\r\n--graphql")
    assert before == b""
    positions = []
    for part in parts:
        head, _, body = part.partition(b"\r\n\r\n")
        assert head == b"\r\ncontent-type: application/json"
        positions.append(json.loads(body)["payload"]["data"]["recordPosted"]["position"])
    assert positions[:3] == [1, 2, 3]


async def test_one_answer_to_who_takes_parts_alone_is_a_part_and_the_end(lobby: Client) -> None:
    headers = {"Authorization": f"Bearer {await lobby.token(Role.OPERATOR)}", "Accept": PARTS}
    answer = await lobby.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert answer.content.startswith(b"\r\n--graphql\r\n")
    assert answer.content.endswith(b"\r\n--graphql--\r\n")
    assert b'{"payload":{"data":{"__typename":"Query"}' in answer.content


async def test_parts_of_another_sort_are_not_ours(lobby: Client) -> None:
    async with following(lobby, await lobby.token(Role.OPERATOR), accept="multipart/mixed;deferSpec=20220824") as stream:
        assert stream.answer.status_code == 406


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/graphql-response+json"])
async def test_who_takes_no_stream_cannot_follow(lobby: Client, accept: str) -> None:
    async with following(lobby, await lobby.token(Role.OPERATOR), accept=accept) as stream:
        await stream.answer.aread()
        assert stream.answer.status_code == 406
        assert stream.answer.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"


async def test_a_stream_ends_with_its_token_so_that_clients_come_back(lobby: Client) -> None:
    token = await lobby.token(Role.DEPARTMENT, Department.ECOLOGY)
    async with following(lobby, token) as stream:
        await lobby.hub.revocations.revoke(lobby.hub.tokens.verify(token))
        # It is cut: `complete` would tell clients that there is no more to come, and they would not come back with a fresh one.
        with pytest.raises(httpx.RemoteProtocolError):
            await to_its_end(stream)


@pytest.mark.parametrize(("lost", "number"), [("client", 41), ("token", 42)])
async def test_whatever_a_bank_has_open_ends_within_five_seconds_of_its_right(lobby: Client, lost: str, number: int) -> None:
    bank, token = await lobby.registered(Role.BANK)
    why = {"Hub-Purpose": "POST_LOAN_MONITORING"}
    put = f'mutation {{ putPortfolio(name: "a", mines: [{{ licenceNo: "{licence(1)}" }}]) {{ portfolio {{ id }} }} }}'
    told = (await lobby.ask(token, put)).json()["data"]["putPortfolio"]["portfolio"]["id"]
    watching = f'subscription {{ mineChanged(watch: "{told}") {{ position }} }}'
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(following(lobby, token, query, accept=accept))
            for query in (FOLLOW, watching)
            for accept in (EVENTS, PARTS)
        ]
        socket = await stack.enter_async_context(opened(lobby, token, **why))
        await socket.init()
        for name, query in (("all", FOLLOW), ("mine", watching)):
            await socket.subscribe(name, query)
        other = await stack.enter_async_context(following(lobby, await lobby.token(Role.BANK)))
        if lost == "client":
            await lobby.hub.clients.revoke(bank)
        else:
            await lobby.hub.revocations.revoke(lobby.hub.tokens.verify(token))
        async with asyncio.timeout(REVOCATION_SECONDS + 1):
            for stream in streams:
                assert stream.answer.status_code == 200
                with pytest.raises(httpx.RemoteProtocolError):
                    await stream.answer.aread()
            assert await socket.closed() == (4403, "Forbidden")
        await posted(lobby.hub.posting, ECOLOGY, RecordKind.OPINION, opinion(number))
        assert (await other.event())[0] == "next"


async def test_a_client_that_leaves_is_no_follower_any_more(lobby: Client) -> None:
    token = await lobby.token(Role.OPERATOR)
    lobby.hub.budgets._at_once = {Place.OPERATION: 5, Place.SUBSCRIPTION: 1, Place.SOCKET: 1}
    async with following(lobby, token, after=0) as stream:
        await stream.event()
        async with following(lobby, token) as second:
            assert second.answer.status_code == 429
            assert second.answer.headers["retry-after"] == "1"
    async with asyncio.timeout(PATIENCE_SECONDS):
        # The hub notices when it next looks at the connection; until then the place is taken.
        while True:
            async with following(lobby, token) as third:
                if third.answer.status_code == 200:
                    break
    assert third.answer.is_closed
