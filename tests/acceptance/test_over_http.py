"""The main job over real HTTP: tokens, posts, a push, a bank's read, and a door that holds."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from auth.principals import Role
from connectors.credit_disclosure import sandbox as credit
from hub.app import Hub, create_app
from hub.demo import free_port, serving
from hub.domain.departments import Department
from hub.settings import Settings
from tests.makers import a_province, licence, opinion, penalty


class Client:
    """Talks to a running hub."""

    def __init__(self, hub: Hub, http: httpx.AsyncClient) -> None:
        self.hub = hub
        self.http = http

    async def token(self, role: Role, department: Department | None = None) -> str:
        client_id, secret = await self.hub.clients.add("test", role, department)
        answer = await self.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def ask(self, token: str, query: str, **variables: Any) -> httpx.Response:
        return await self.http.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {token}", "Hub-Purpose": "PRE_LOAN_REVIEW; ref=2026-17"},
        )


@pytest.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    port = free_port(0)
    settings = Settings(database_url=database_url, key_file=str(tmp_path / "keys.json"), port=port, max_body_bytes=200_000)
    hub = Hub.make(settings)
    given = {"credit_disclosure": credit.settings("http://127.0.0.1:9")}
    async with (
        serving(create_app(hub, given), "127.0.0.1", port),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        await a_province(hub.posting)
        yield Client(hub, http)


POST = """
mutation ($items: [OpinionInput!]!) {
  postOpinions(items: $items) { accepted rejected results { outcome record { mine { name } } } }
}
"""


async def test_a_department_posts_the_credit_system_pushes_a_bank_reads(client: Client) -> None:
    ecology = await client.token(Role.DEPARTMENT, Department.ECOLOGY)
    posted = (await client.ask(ecology, POST, items=[opinion(9), opinion(10, issuedOn="2999-01-01")])).json()
    assert posted["data"]["postOpinions"]["accepted"] == 1
    assert posted["data"]["postOpinions"]["rejected"] == 1
    assert posted["data"]["postOpinions"]["results"][0]["record"] == {"mine": {"name": "示例1号磷矿"}}

    body, headers = credit.pushed([credit.row(penalty(9), Department.WATER)])
    pushed = await client.http.post("/push/credit_disclosure", content=body, headers=headers)
    assert [result["outcome"] for result in pushed.json()["results"]] == ["ACCEPTED"]
    assert (await client.http.post("/push/credit_disclosure", content=body + b" ", headers=headers)).status_code == 403

    bank = await client.token(Role.BANK)
    query = "query ($no: String!) { mine(licenceNo: $no) { standing penalties { nodes { department } } } }"
    mine = (await client.ask(bank, query, no=licence(1))).json()["data"]["mine"]
    assert mine["standing"] == "LISTED_PROVINCIAL"
    assert sorted(p["department"] for p in mine["penalties"]["nodes"]) == ["ECOLOGY", "WATER"]


async def test_no_token_no_answer(client: Client) -> None:
    answer = await client.http.post("/graphql", json={"query": "{ mines { totalCount } }"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in answer.json()


async def test_a_bank_cannot_post(client: Client) -> None:
    bank = await client.token(Role.BANK)
    answer = (await client.ask(bank, POST, items=[opinion(11)])).json()
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "MALFORMED_REQUEST"),
        (b"1", "application/json", 400, "MALFORMED_REQUEST"),
        (b"\xff\xfe", "application/json", 400, "MALFORMED_REQUEST"),
        (b"[" * 100_000, "application/json", 400, "MALFORMED_REQUEST"),
        (b'{"query": 7}', "application/json", 400, "MALFORMED_REQUEST"),
        (b'{"query": "{"}', "application/json", 400, "DOCUMENT_INVALID"),
        (b'{"query": "{ nope }"}', "application/json", 400, "DOCUMENT_INVALID"),
        (b'{"query": "{ mines(first: 9999) { totalCount nodes { id } } }"}', "application/json", 400, "INVALID_INPUT"),
        (b'{"query": "{ mines(after: \\"zz\\") { nodes { id } } }"}', "application/json", 400, "INVALID_INPUT"),
        (b"{}", "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b" " * 200_001, "application/json", 413, "PAYLOAD_TOO_LARGE"),
    ],
)
async def test_what_cannot_be_read_gets_a_clear_error(client: Client, body: bytes, kind: str, status: int, code: str) -> None:
    token = await client.token(Role.OPERATOR)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    answer = await client.http.post("/graphql", content=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)
    assert "Traceback" not in answer.text


async def test_what_could_not_be_read_is_kept(client: Client) -> None:
    token = await client.token(Role.OPERATOR)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    await client.http.post("/graphql", content=b'{"query": broken', headers=headers)
    found = (await client.ask(token, "{ rejections { nodes { payload problems } } }")).json()
    kept = found["data"]["rejections"]["nodes"]
    assert '{"query": broken' in json.dumps(kept[0]["payload"]).replace('\\"', '"')


async def test_a_bank_says_why_it_reads_and_operators_see_who_read_what(client: Client) -> None:
    bank = await client.token(Role.BANK)
    query = {"query": f'{{ mine(licenceNo: "{licence(1)}") {{ name }} }}'}
    for purpose in ({}, {"Hub-Purpose": "CURIOSITY"}):
        answer = await client.http.post("/graphql", json=query, headers={"Authorization": f"Bearer {bank}", **purpose})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "PURPOSE_REQUIRED")
    await client.ask(bank, query["query"])
    await client.ask("forged", query["query"])
    await client.hub.reads.write()
    operator = await client.token(Role.OPERATOR)
    found = (await client.ask(operator, "{ mineReads { nodes { role licenceNo purpose reference outcome times } } }")).json()
    rows = {row["outcome"]: row for row in found["data"]["mineReads"]["nodes"]}
    assert set(rows) == {"ANSWERED", "PURPOSE_REQUIRED", "UNAUTHENTICATED"}
    answered = rows["ANSWERED"]
    assert (answered["licenceNo"], answered["purpose"], answered["reference"]) == (licence(1), "PRE_LOAN_REVIEW", "2026-17")
    assert sum(row["times"] for row in found["data"]["mineReads"]["nodes"] if row["outcome"] == "PURPOSE_REQUIRED") == 2
    assert bank not in str(found)


async def test_other_methods_are_told_what_is_allowed(client: Client) -> None:
    answer = await client.http.get("/graphql")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_introspection_and_data_in_one_answer(client: Client) -> None:
    token = await client.token(Role.BANK)
    answer = (await client.ask(token, "{ __schema { queryType { name } } mines { totalCount } __typename }")).json()
    assert answer == {"data": {"__schema": {"queryType": {"name": "Query"}}, "mines": {"totalCount": 3}, "__typename": "Query"}}


async def test_healthy_and_ready(client: Client) -> None:
    assert (await client.http.get("/livez")).status_code == 200
    assert (await client.http.get("/readyz")).status_code == 200
