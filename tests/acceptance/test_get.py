"""Queries and subscriptions by address (GraphQL over HTTP, GET), for those who prove by a header who asks."""

from __future__ import annotations

import json

import httpx
import pytest

from auth.principals import Role
from hub.services.access.trusted_documents import sha256
from tests.acceptance.conftest import Client
from tests.acceptance.provider import Provider
from tests.acceptance.sockets import FOLLOW
from tests.acceptance.test_event_stream import Stream
from tests.makers import licence

pytestmark = pytest.mark.asyncio(loop_scope="module")

MINE = "query Mine($no: String!) { mine(licenceNo: $no) { name } }"


async def asked(lobby: Client, role: Role = Role.OPERATOR, *, accept: str = "*/*", **parameters: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {await lobby.token(role)}", "hub-purpose": "PRE_LOAN_REVIEW", "accept": accept}
    return await lobby.http.get("/graphql", params=parameters, headers=headers)


def code(answer: httpx.Response) -> str:
    found = answer.json()
    assert "data" not in found
    return str(found["errors"][0]["extensions"]["code"])


async def test_a_query_is_answered_as_if_it_were_posted(lobby: Client) -> None:
    for accept in ("*/*", "application/graphql-response+json"):
        answer = await asked(
            lobby,
            Role.BANK,
            accept=accept,
            query=MINE,
            operationName="Mine",
            variables=json.dumps({"no": licence(1)}),
            extensions="",
        )
        assert (answer.status_code, answer.json()["data"]) == (200, {"mine": {"name": "示例1号磷矿"}})
        assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/graphql-response+json; charset=utf-8"


async def test_a_registered_document_is_asked_for_by_its_id(lobby: Client) -> None:
    await lobby.hub.documents.add("OPERATOR", {"Mine": MINE})
    apollo = json.dumps({"persistedQuery": {"version": 1, "sha256Hash": sha256(MINE)}})
    for name, value in (("documentId", f"sha256:{sha256(MINE)}"), ("extensions", apollo)):
        answer = await asked(lobby, **{name: value, "variables": json.dumps({"no": licence(2)})})  # type: ignore[arg-type]
        assert answer.json()["data"] == {"mine": {"name": "示例2号磷矿"}}


async def test_what_is_posted_is_followed_by_address(lobby: Client) -> None:
    headers = {"authorization": f"Bearer {await lobby.token(Role.OPERATOR)}", "accept": "text/event-stream"}
    parameters = {"query": FOLLOW, "variables": json.dumps({"after": 0})}
    async with lobby.http.stream("GET", "/graphql", params=parameters, headers=headers) as answer:
        assert answer.status_code == 200
        name, told = await Stream(answer).event()
        assert (name, told["data"]["recordPosted"]["position"]) == ("next", 1)


@pytest.mark.parametrize("query", ["mutation { __typename }", 'mutation { withdrawRecord(id: "x", reason: "y") { outcome } }'])
async def test_nothing_is_changed_by_address(lobby: Client, query: str) -> None:
    answer = await asked(lobby, query=query)
    assert (answer.status_code, answer.headers["allow"], code(answer)) == (405, "POST", "METHOD_NOT_ALLOWED")


async def test_who_asks_is_proven_by_a_header(lobby: Client) -> None:
    for headers in ({}, {"authorization": "Bearer a.b.c"}, {"cookie": "hub-session=x"}):
        answer = await lobby.http.get("/graphql", params={"query": "{ __typename }"}, headers=headers)
        assert (answer.status_code, code(answer)) == (401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("", "INVALID_REQUEST"),
        ("query=", "INVALID_REQUEST"),
        ("query={__typename}&query={__typename}", "INVALID_REQUEST"),
        ("query={__typename}&variables=[]", "INVALID_REQUEST"),
        ("query={__typename}&variables={", "MALFORMED_REQUEST"),
        ("query={__typename}&extensions=1", "INVALID_REQUEST"),
        ("query=%ff", "MALFORMED_REQUEST"),
        ("&".join(f"p{number}=1" for number in range(21)), "MALFORMED_REQUEST"),
    ],
)
async def test_what_is_no_request_is_refused(lobby: Client, query: str, refused: str) -> None:
    headers = {"authorization": f"Bearer {await lobby.token(Role.OPERATOR)}"}
    answer = await lobby.http.get(f"/graphql?{query}", headers=headers)
    assert (answer.status_code, code(answer)) == (400, refused)


async def test_a_bank_says_why_it_reads_records_and_nothing_else(lobby: Client) -> None:
    bearer = {"authorization": f"Bearer {await lobby.token(Role.BANK)}"}
    open_to_all = (
        "{ __typename }",
        "{ __schema { queryType { name } } }",
        "{ departments { chineseName sources { code freshness } } divisions { name parent { name } } plan { reportDueOn } }",
        "{ ...D } fragment D on Query { departments { ... on DepartmentInfo { duties } } }",
    )
    for query in open_to_all:
        answer = await lobby.http.get("/graphql", params={"query": query}, headers=bearer)
        assert answer.status_code == 200, answer.text
    of_records = (
        "{ mines { totalCount } }",
        '{ node(id: "mine_1") { id } }',
        "{ targetProgress { totalCount } }",
        "{ __typename ...M } fragment M on Query { ... on Query { mines { totalCount } } }",
        "query ($yes: Boolean = false) { __typename mines @include(if: $yes) { totalCount } }",
        "subscription { recordPosted { position } }",
    )
    for query in of_records:
        answer = await lobby.http.get("/graphql", params={"query": query}, headers=bearer)
        assert (answer.status_code, code(answer)) == (400, "PURPOSE_REQUIRED"), query


@pytest.mark.asyncio(loop_scope="function")
async def test_a_session_alone_opens_no_address(hall: Client, provider: Provider) -> None:
    provider.person["roles"] = "OPERATOR"
    async with hall.browser() as browser:
        await browser.sign_in()
        assert (await browser.ask("{ __typename }")).status_code == 200
        answer = await browser.get("/graphql?query={__typename}", accept="application/json")
        assert (answer.status_code, code(answer)) == (401, "UNAUTHENTICATED")
