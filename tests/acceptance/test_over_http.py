"""The main job over real HTTP: tokens, posts, a push, a bank's read, and a door that holds."""

from __future__ import annotations

import json

from auth.principals import Role
from connectors.credit_disclosure import sandbox as credit
from hub.domain.words.departments import Department
from tests.acceptance.conftest import Client
from tests.makers import licence, opinion, penalty, seat

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

    body, headers = credit.pushed([credit.row(penalty(9, authorityCode=seat(Department.WATER)), Department.WATER)])
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


async def test_introspection_and_data_in_one_answer(client: Client) -> None:
    token = await client.token(Role.BANK)
    answer = (await client.ask(token, "{ __schema { queryType { name } } mines { totalCount } __typename }")).json()
    assert answer["data"] == {"__schema": {"queryType": {"name": "Query"}}, "mines": {"totalCount": 3}, "__typename": "Query"}


async def test_healthy_and_ready(client: Client) -> None:
    assert (await client.http.get("/livez")).status_code == 200
    assert (await client.http.get("/readyz")).status_code == 200


async def test_what_nobody_expected_is_told_as_such_and_no_more(client: Client) -> None:
    operator = await client.token(Role.OPERATOR)
    async with client.hub.database.transaction() as connection:
        await connection.exec_driver_sql("ALTER TABLE rejections RENAME TO gone")
    answer = await client.ask(operator, "{ rejections { totalCount } }")
    assert answer.status_code == 500
    said = {"code": "INTERNAL", "chinese": "系统内部错误", "english": "Internal error"}
    assert answer.json() == {"errors": [{"message": "系统内部错误 / Internal error", "extensions": said}]}
    assert answer.headers["cache-control"] == "no-store"
