"""Two banks that watch one mine: of what either has no query, act, change, event or statement tells the other anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from auth.principals import Role
from hub.domain.words.departments import Department
from hub.services.log.sequencer import Sequencer
from schema import attestations, loan_checks, portfolios
from tests.acceptance.conftest import Client
from tests.acceptance.sockets import opened
from tests.acceptance.test_event_stream import following
from tests.makers import licence, penalty

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEPT = """mutation ($name: String!, $check: ID!, $mines: [PortfolioMineInput!]!) {
  attest(check: $check) { id }
  putPortfolio(name: $name, mines: $mines, leastSeverity: INFO, digest: DAILY) { portfolio { id } }
}"""
#: By which a bank is told of, or does something with, what is named: to another bank it is not there.
NAMED = {
    "watchEvents": "query ($portfolio: ID!) { watchEvents(portfolio: $portfolio) { code } }",
    "portfolioDigests": "query ($portfolio: ID!) { portfolioDigests(portfolio: $portfolio) { events } }",
    "loanCheckMade": "query ($check: ID!) { loanCheckMade(id: $check) { answer } }",
    "recheck": "query ($check: ID!) { recheck(id: $check) { now { answer } } }",
    "attestation": "query ($attestation: ID!) { attestation(id: $attestation) { sdJwt } }",
    "attestationStatement": "query ($attestation: ID!) { attestationStatement(id: $attestation) }",
    "events": "query ($portfolio: ID!) { events(first: 5, where: {watch: $portfolio}) { nodes { position } } }",
    "attest": "mutation ($check: ID!) { attest(check: $check) { sdJwt } }",
    "acknowledgeWatchEvents": "mutation ($portfolio: ID!) { acknowledgeWatchEvents(portfolio: $portfolio, upto: 99) }",
    "removePortfolio": "mutation ($portfolio: ID!) { removePortfolio(portfolio: $portfolio) { name } }",
    "pauseWebhook": "mutation ($name: String!) { pauseWebhook(name: $name) { state } }",
    "removeWebhook": "mutation ($name: String!) { removeWebhook(name: $name) { state } }",
    "forgetConsumer": "mutation ($name: String!) { forgetConsumer(consumer: $name) { position } }",
    "mineChanged": "subscription ($portfolio: ID!) { mineChanged(watch: $portfolio) { position } }",
    "portfolioFinding": "subscription ($portfolio: ID!) { portfolioFinding(watch: $portfolio, after: 0) { position } }",
}
#: Fields that are about mines, and nobody's.
OF_ALL = {"loanCheck", "loanChecks", "putPortfolio"}


@dataclass(frozen=True)
class Bank:
    """A bank and the ids of what it has."""

    client_id: str
    token: str
    has: dict[str, str]

    async def asks(self, lobby: Client, document: str, /, **variables: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Hub-Purpose": f"PRE_LOAN_REVIEW; ref={self.client_id[-6:]}"}
        if document.startswith("subscription"):
            headers["Accept"] = "text/event-stream"
        asked = {"query": document, "variables": variables}
        return await lobby.http.post("/graphql", json=asked, headers=headers)


async def a_bank(lobby: Client, name: str) -> Bank:
    """A bank with a check, an attestation, and a portfolio by its name."""
    bank = Bank(*await lobby.registered(Role.BANK), {})
    check = (await bank.asks(lobby, f'{{ loanCheck(licenceNo: "{licence(1)}") {{ id }} }}')).json()["data"]["loanCheck"]["id"]
    mines = [{"licenceNo": licence(1), "reference": f"贷-{name}"}]
    told = (await bank.asks(lobby, KEPT, name=name, check=check, mines=mines)).json()["data"]
    bank.has.update(name=name, check=check, attestation=told["attest"]["id"], portfolio=told["putPortfolio"]["portfolio"]["id"])
    return bank


def error_codes(answer: Any) -> set[str]:
    return {one["extensions"]["code"] for one in answer.json()["errors"]}


async def test_of_what_another_bank_has_nothing_is_told(lobby: Client) -> None:
    # Whatever is told of one bank is here or tells no bank anything of its own.
    nothing: Any = None
    told = {*loan_checks.tellers(nothing), *attestations.tellers(nothing), *portfolios.tellers(nothing)}
    assert told == (NAMED.keys() & told) | OF_ALL | {"portfolios"}
    banks = [await a_bank(lobby, name) for name in ("甲", "乙")]
    ecology = await lobby.token(Role.DEPARTMENT, Department.ECOLOGY)
    post = "mutation ($items: [PenaltyInput!]!) { postPenalties(items: $items) { accepted } }"
    assert (await lobby.ask(ecology, post, items=[penalty(77)])).json()["data"]["postPenalties"]["accepted"] == 1
    while await Sequencer(lobby.hub.database).work() or await lobby.hub.portfolios.work():
        pass
    for one, other in (banks, banks[::-1]):
        marks = {other.client_id, f"贷-{other.has['name']}", *other.has.values()}
        answer = await one.asks(lobby, "{ portfolios { id name } webhooks { name } consumers { name } }")
        assert one.has["name"] in answer.text
        assert not {mark for mark in marks if mark in answer.text}
        own = (await one.asks(lobby, NAMED["watchEvents"], **one.has)).json()["data"]["watchEvents"]
        assert [event["code"] for event in own] == ["PENALTY_GENERAL"], "each is told of the mine that both watch"
        for field, document in NAMED.items():
            answer = await one.asks(lobby, document, **other.has)
            assert error_codes(answer) == {"NOT_FOUND"}, (field, answer.text)
            assert other.client_id not in answer.text, field
            assert f"贷-{other.has['name']}" not in answer.text, field
    # What is put under another's name is one's own, and nothing of the other's is changed.
    first, second = banks
    put = "mutation ($name: String!) { putPortfolio(name: $name, mines: []) { portfolio { id } } }"
    again = (await second.asks(lobby, put, **first.has)).json()["data"]["putPortfolio"]["portfolio"]["id"]
    assert again not in (first.has["portfolio"], second.has["portfolio"])
    kept = (await first.asks(lobby, NAMED["watchEvents"], **first.has)).json()["data"]["watchEvents"]
    assert [event["code"] for event in kept] == ["PENALTY_GENERAL"]


async def test_what_is_found_is_told_to_each_of_its_own_by_streams_and_sockets_alike(lobby: Client) -> None:
    one, other = [await a_bank(lobby, name) for name in ("丙", "丁")]
    ecology = await lobby.token(Role.DEPARTMENT, Department.ECOLOGY)
    found = "subscription ($portfolio: ID!) { portfolioFinding(watch: $portfolio, after: 0) { reference change code } }"
    async with (
        following(lobby, one.token, found, portfolio=one.has["portfolio"]) as stream,
        opened(lobby, other.token, Hub_Purpose="POST_LOAN_MONITORING") as socket,
    ):
        await socket.init()
        await socket.subscribe("found", found, portfolio=other.has["portfolio"])
        post = "mutation ($items: [PenaltyInput!]!) { postPenalties(items: $items) { accepted } }"
        assert (await lobby.ask(ecology, post, items=[penalty(78)])).json()["data"]["postPenalties"]["accepted"] == 1
        # Nobody looks but the hub itself.
        _, streamed = await stream.event()
        heard = await socket.hear()
    told = [answer["data"]["portfolioFinding"] for answer in (streamed, heard["payload"])]
    assert told == [{"reference": f"贷-{name}", "change": "NEW", "code": "PENALTY_GENERAL"} for name in ("丙", "丁")]
