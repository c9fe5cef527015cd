"""Rows by their keys, for gateways: what each asks for is told in order, under the rights of whoever asks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auth.principals import Role
from hub.domain.words.departments import Department
from hub.services.evidence.read_ledger import ReadLedger
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from schema.answers import Operation
from schema.execution import Graph
from schema.federation import KEYS, MOST_ENTITIES, subgraph
from schema.root import build_schema
from tests.makers import BANK, ECOLOGY, LOAN, Ask, licence, seat, uscc
from tests.schema.ledgers import kept

QUERY = """
query ($keys: [_Any!]!) {
  _entities(representations: $keys) {
    __typename
    ... on Mine { licenceNo name enterprise { name } }
    ... on Enterprise { name }
    ... on Authority { code }
    ... on Division { name parent { name } }
    ... on DepartmentInfo { chineseName }
  }
}
"""


@pytest.fixture
def ask(noted: Ask) -> Ask:
    return noted


async def entities(ask: Ask, *keys: Any, query: str = QUERY) -> dict[str, Any]:
    return await ask(ECOLOGY, query, keys=list(keys))


def a_mine(number: Any) -> dict[str, Any]:
    return {"__typename": "Mine", "licenceNo": number}


async def test_rows_of_every_type_are_told_in_the_order_of_their_keys(ask: Ask) -> None:
    organ = seat(Department.ECOLOGY)
    answer = await entities(
        ask,
        a_mine(licence(2)),
        {"__typename": "Division", "code": "530102"},
        {"__typename": "Enterprise", "uscc": uscc(1)},
        a_mine(licence(1)),
        {"__typename": "Authority", "code": organ},
        {"__typename": "DepartmentInfo", "department": "ECOLOGY"},
        a_mine(licence(2)),
        a_mine(licence(999)),
        a_mine("C53"),
        {"__typename": "Division", "code": "990000"},
    )
    assert "errors" not in answer, answer
    second, division, enterprise, first, authority, department, again, *gone = answer["data"]["_entities"]
    assert (first["name"], second["name"], again) == ("示例1号磷矿", "示例2号磷矿", second)
    assert first["enterprise"]["name"] == enterprise["name"]
    assert division == {"__typename": "Division", "name": division["name"], "parent": division["parent"]}
    assert authority == {"__typename": "Authority", "code": organ}
    assert (department["__typename"], list(department)) == ("DepartmentInfo", ["__typename", "chineseName"])
    # What is not there, what is no number, and what no division has.
    assert gone == [None, None, None]


async def test_the_same_number_spelled_in_another_way_is_the_same_mine(ask: Ask) -> None:
    answer = await entities(ask, a_mine(f" {licence(1).lower()}"))
    assert answer["data"]["_entities"][0]["licenceNo"] == licence(1)


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("x", "representations.1"),
        ({}, "representations.1.__typename"),
        ({"__typename": "Penalty", "id": "x"}, "representations.1.__typename"),
        ({"__typename": "Mine"}, "representations.1.licenceNo"),
        ({"__typename": "Mine", "licenceNo": 7}, "representations.1.licenceNo"),
    ],
)
async def test_what_is_no_key_is_named(ask: Ask, key: Any, field: str) -> None:
    answer = await entities(ask, a_mine(licence(1)), key)
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID_INPUT", field)
    assert (error["path"], answer["data"]) == (["_entities"], None)


async def test_so_many_at_once_and_one_more(ask: Ask) -> None:
    keys = [a_mine(licence(1 + number % 3)) for number in range(MOST_ENTITIES)]
    told = (await entities(ask, *keys))["data"]["_entities"]
    assert [one["licenceNo"] for one in told] == [key["licenceNo"] for key in keys]
    refused = await entities(ask, *keys, a_mine(licence(1)))
    assert refused["errors"][0]["extensions"]["code"] == "BATCH_TOO_LARGE"


async def test_a_thousand_cost_as_much_as_a_list_of_them(ask: Ask) -> None:
    query = "query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Mine { name licenceNo } } }"
    keys = [a_mine(licence(1))] * 1000
    answer = await ask.graph.run(Operation(query, None, {"keys": keys}, LOAN), ECOLOGY)
    listed = await ask.graph.run(Operation("{ mines(first: 500) { nodes { name licenceNo } } }", None, {}, LOAN), ECOLOGY)
    assert answer.cost is not None
    assert listed.cost is not None
    assert listed.cost * 1.9 < answer.cost < listed.cost * 3


async def test_rights_are_the_askers_and_what_is_read_stands_in_the_ledger(
    ask: Ask, ledger: ReadLedger, database: Database
) -> None:
    query = "query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Mine { name postedBy } } }"
    nobody = {"__typename": "Enterprise", "uscc": uscc(999)}
    answer = await ask(BANK, query, keys=[a_mine(licence(1)), a_mine(licence(999)), nobody])
    assert answer["data"]["_entities"] == [{"name": "示例1号磷矿", "postedBy": None}, None, None]
    # That a mine, or an enterprise, is not there says something of it too.
    rows = await kept(ledger, database)
    assert {row["licence_no"] for row in rows} == {licence(1), licence(999), None}
    assert ("enterprise", uscc(999)) in {(row["asked"], row["key"]) for row in rows}
    query = "query ($k: [_Any!]!) { e: _entities(representations: $k) { ... on Mine { t: caseTransfers { totalCount } } } }"
    refused = await ask(BANK, query, k=[a_mine(licence(1))])
    assert (refused["data"], refused["errors"][0]["path"]) == (None, ["e"])
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_what_the_subgraph_says_of_itself_is_told_to_who_may_introspect(reading: Reading, posting: Posting) -> None:
    graph = Graph(build_schema(), reading, posting, introspects=[Role.DEPARTMENT])
    told = json.loads((await graph.run(Operation("{ s: _service { sdl t: __typename } }", None, {}), ECOLOGY)).body)
    assert told["data"]["s"] == {"sdl": subgraph(build_schema()._schema), "t": "_Service"}
    refused = json.loads((await graph.run(Operation("{ _service { sdl } }", None, {}, LOAN), BANK)).body)
    assert (refused["data"], refused["errors"][0]["extensions"]["code"]) == (None, "FORBIDDEN")


def test_it_says_the_keys_and_nothing_of_the_protocol_itself() -> None:
    text = subgraph(build_schema()._schema)
    for name, key in KEYS.items():
        (line,) = [line for line in text.splitlines() if line.startswith(f"type {name} ")]
        assert line.endswith(f'@key(fields: "{key}") {{')
    for word in ("_entities", "_Any", "_Entity", "_Service", "_service"):
        assert word not in text
