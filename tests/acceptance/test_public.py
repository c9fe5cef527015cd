"""The public asks without saying who it is, at a path of its own: what is public is answered, and nothing else is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from tests import duties, makers
from tests.acceptance.conftest import Client, a_client
from tests.makers import ECOLOGY, posted

SHOWN = """{
  directoryEntries { nodes { licenceNo level mine { name } } }
  penalties { nodes { documentNumber partyName legalRepresentativeIdNo } }
  appeals { totalCount }
  targetProgress(first: 1) { nodes { share reportedProducing } }
}"""
PATH = "/graphql/public"


async def ask(http: httpx.AsyncClient, query: str, **headers: str) -> httpx.Response:
    return await http.post(PATH, json={"query": query}, headers=headers)


def codes(answer: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json().get("errors", ())]


@pytest.fixture
async def open_hub(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    more: dict[str, Any] = {"public_access": True, "public_cost_per_minute": 1_000_000, "trusted_proxy": "127.0.0.1"}
    async with a_client(sqlite_url, tmp_path, **more) as made:
        yield made


async def test_anybody_sees_what_is_public_and_nobody_is_asked_who_it_is(open_hub: Client) -> None:
    answer = await ask(open_hub.http, SHOWN)
    assert "errors" not in answer.json(), answer.text
    data = answer.json()["data"]
    assert [one["mine"]["name"] for one in data["directoryEntries"]["nodes"]] == [makers.mine(1)["name"]]
    [shown] = data["penalties"]["nodes"]
    assert (shown["documentNumber"], shown["legalRepresentativeIdNo"]) == (makers.penalty(1)["documentNumber"], None)
    assert data["targetProgress"]["nodes"][0]["reportedProducing"] is None
    assert answer.headers["ratelimit-policy"] == '"cost";q=1000000;w=60'
    assert "set-cookie" not in answer.headers


async def test_nothing_else_is_answered_or_done_there(open_hub: Client) -> None:
    post = "mutation { postOpinions(items: []) { accepted } }"
    withdraw = 'mutation { withdrawRecord(id: "penalty_x", reason: "x") { outcome } }'
    follow = "subscription { recordPosted { position } }"
    closed = [f"{{ {noun} {{ totalCount }} }}" for noun in ("opinions", "mineReads", "enterprises", "conflicts", "rejections")]
    closed += ["{ events { nodes { position } } }", '{ search(text: "示例") { __typename } }']
    closed += [f'{{ loanCheck(licenceNo: "{makers.licence(1)}") {{ __typename }} }}']
    for query in (*closed, post, withdraw):
        assert codes(await ask(open_hub.http, query)) == ["FORBIDDEN"], query
    assert codes(await ask(open_hub.http, follow, accept="text/event-stream")) == ["FORBIDDEN"]
    assert codes(await ask(open_hub.http, "{ __schema { types { name } } }")) != []
    assert (await open_hub.http.get(PATH, params={"query": "{ appeals { totalCount } }"})).status_code == 401
    big = await open_hub.http.post(PATH, content=b"{" + b" " * 70_000, headers={"content-type": "application/json"})
    assert codes(big) == ["PAYLOAD_TOO_LARGE"]


async def test_a_token_gives_nobody_more_there_and_takes_nothing(open_hub: Client) -> None:
    token = await open_hub.token(Role.DEPARTMENT, Department.ECOLOGY)
    for value in (f"Bearer {token}", "Bearer nonsense"):
        assert codes(await ask(open_hub.http, "{ opinions { totalCount } }", authorization=value)) == ["FORBIDDEN"]
        assert (await ask(open_hub.http, "{ appeals { totalCount } }", authorization=value)).status_code == 200


async def test_each_address_has_a_budget_of_its_own(open_hub: Client) -> None:
    dear = "{ mines(first: 450) { nodes { penalties(first: 450) { nodes { id } } } } }"

    async def spend(address: str) -> list[str]:
        return codes(await ask(open_hub.http, dear, **{"x-forwarded-for": address}))

    spent = [await spend("192.0.2.1") for _ in range(7)]
    assert spent[0] == []
    assert spent[-1] == ["RATE_LIMITED"]
    assert await spend("192.0.2.2") == []
    # Of IPv6 a network is one address.
    spent = [await spend(f"2001:db8::{number}") for number in range(7)]
    assert (spent[0], spent[-1]) == ([], ["RATE_LIMITED"])
    assert await spend("2001:db8:1::1") == []


async def test_what_becomes_public_is_seen_and_where_it_is_not_wanted_there_is_no_such_path(
    open_hub: Client, door: Client
) -> None:
    assert (await ask(open_hub.http, "{ appeals { totalCount } }")).json()["data"] == {"appeals": {"totalCount": 0}}
    item = {**duties.appeal(1), "answeredOn": "2026-03-01", "answer": "示例回应"}
    await posted(open_hub.hub.posting, ECOLOGY, RecordKind.APPEAL, item)
    assert (await ask(open_hub.http, "{ appeals { totalCount } }")).json()["data"] == {"appeals": {"totalCount": 1}}
    assert (await ask(door.http, SHOWN)).status_code == 404
    assert (await door.http.post("/graphql", json={"query": SHOWN})).status_code == 401
