"""HEAD wherever GET is (RFC 9110, 9.1 and 9.3.2): what GET would be answered with, but for the content."""

from __future__ import annotations

import asyncio

import pytest

from auth.principals import Role
from schema.budgets import Place
from tests.acceptance.conftest import Client
from tests.acceptance.sockets import PATIENCE_SECONDS
from tests.makers import licence

pytestmark = pytest.mark.asyncio(loop_scope="module")

MINE = f'{{ mine(licenceNo: "{licence(1)}") {{ name }} }}'
FOLLOW = "subscription { recordPosted { position } }"
#: What may be another from one answer to the next.
_CHANGING = {"ratelimit", "date"}
PLACES = {
    "the page of a noun": "/mines",
    "a file of the console": "/console/kinds.json",
    "a page of the schema": "/schema",
    "the schema": "/schema.graphql",
    "readiness": "/readyz",
    "health": "/livez",
    "keys": "/.well-known/jwks.json",
    "metadata": "/.well-known/oauth-authorization-server",
    "a form": "/verify",
    "who one is": "/me/known",
    "a table as text": "/export/mines.csv",
    "a table as a workbook": "/export/mines.xlsx",
    "a query": f"/graphql?query={MINE}",
    "a query that is refused": "/graphql?query={ nope }",
    "no query": "/graphql",
    "a change": "/graphql?query=mutation { __typename }",
    "no list": "/status-lists/999",
    "nothing": "/nope",
    "no table": "/export/nope.csv",
    "what takes posts": "/oauth/token",
    "what takes pushes": "/push/credit_disclosure",
    "what takes files": "/portfolios",
}


@pytest.mark.parametrize("place", PLACES)
async def test_the_head_is_that_of_get(lobby: Client, place: str) -> None:
    token = await lobby.token(Role.OPERATOR)
    for headers in ({"authorization": f"Bearer {token}"}, {}, {"host": "evil.example"}):
        asked = {"accept-encoding": "identity"} | headers
        whole = await lobby.http.get(PLACES[place], headers=asked)
        head = await lobby.http.head(PLACES[place], headers=asked)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        told, wanted = ({name: v for name, v in one.headers.items() if name not in _CHANGING} for one in (head, whole))
        # How a content is handed on that is not sent is not told.
        assert wanted.pop("transfer-encoding", "chunked") == "chunked"
        assert told == wanted


@pytest.mark.parametrize("accept", ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"])
async def test_what_would_go_on_for_ever_ends_with_its_head_and_its_place_is_free_again(
    lobby: Client, accept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lobby.hub.budgets, "_at_once", {Place.OPERATION: 1, Place.SUBSCRIPTION: 1, Place.SOCKET: 1})
    asked = {"authorization": f"Bearer {await lobby.token(Role.OPERATOR)}", "accept": accept}
    async with asyncio.timeout(PATIENCE_SECONDS):
        for _ in range(2):
            # The place is given back a moment after the head has come.
            while (head := await lobby.http.head("/graphql", params={"query": FOLLOW}, headers=asked)).status_code == 429:
                pass
            assert (head.status_code, head.headers["content-type"].partition(";")[0]) == (200, accept.partition(";")[0])


async def test_nothing_is_changed_by_it(lobby: Client) -> None:
    token = await lobby.token(Role.OPERATOR)
    before = await lobby.hub.following.last()
    for query in ("mutation { __typename }", 'mutation { withdrawRecord(id: "x", reason: "y") { outcome } }'):
        head = await lobby.http.head("/graphql", params={"query": query}, headers={"authorization": f"Bearer {token}"})
        assert (head.status_code, head.headers["allow"]) == (405, "POST")
    assert await lobby.hub.following.last() == before


async def test_who_reads_by_it_stands_in_the_ledger_as_whoever_reads(lobby: Client) -> None:
    client_id, token = await lobby.registered(Role.BANK)
    told = {"authorization": f"Bearer {token}", "hub-purpose": "PRE_LOAN_REVIEW"}
    assert (await lobby.http.head("/graphql", params={"query": MINE}, headers=told)).status_code == 200
    assert (await lobby.http.head("/graphql", params={"query": MINE}, headers=told | {"hub-purpose": "x"})).status_code == 400
    await lobby.hub.reads.write()
    query = f'{{ mineReads(filter: {{clientId: {{eq: "{client_id}"}}}}) {{ nodes {{ licenceNo }} }} }}'
    kept = await lobby.ask(await lobby.token(Role.OPERATOR), query)
    assert [row["licenceNo"] for row in kept.json()["data"]["mineReads"]["nodes"] if row["licenceNo"]] == [licence(1)]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/livez", "GET, HEAD"),
        ("/export/mines.csv", "GET, HEAD"),
        ("/verify", "GET, HEAD, POST"),
        ("/oauth/token", "POST"),
        ("/graphql", "GET, HEAD, POST"),
    ],
)
async def test_every_method_that_is_taken_is_named(lobby: Client, path: str, methods: str) -> None:
    headers = {"authorization": f"Bearer {await lobby.token(Role.OPERATOR)}"}
    refused = await lobby.http.request("PATCH", path, headers=headers)
    assert (refused.status_code, refused.headers["allow"]) == (405, methods)
