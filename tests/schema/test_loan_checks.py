"""The loan check over the graph: parts as asked for, a purpose, a price by what is named, and its line in the ledger."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub.services.banks.loan_checks import LoanChecks
from hub.services.banks.portfolios import Portfolios
from hub.services.evidence.read_ledger import ReadLedger
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from schema import portfolios
from schema.answers import Operation
from schema.execution import Graph
from schema.loan_checks import tellers
from schema.root import build_schema
from tests.conftest import NOW
from tests.makers import BANK, ECOLOGY, LOAN, OPERATOR, a_province, licence, uscc


@pytest.fixture
async def graph(database: Database, reading: Reading, posting: Posting) -> Graph:
    await a_province(posting)
    reads = ReadLedger(database, clock=lambda: NOW)
    known = {
        **tellers(LoanChecks(database, clock=lambda: NOW)),
        **portfolios.tellers(Portfolios(database, clock=lambda: NOW)),
    }
    return Graph(build_schema(), reading, posting, reads=reads, tellers=known)


async def ask(graph: Graph, document: str, who: Any = BANK, **variables: Any) -> dict[str, Any]:
    answer = await graph.run(Operation(document, None, variables, LOAN), who)
    found: dict[str, Any] = json.loads(answer.body)
    return found


_CHECK = """query ($no: String, $uscc: String) {
  before: mine(licenceNo: "C5301002020017110000001") { name }
  loanCheck(licenceNo: $no, uscc: $uscc) {
    __typename id answer purpose
    mines { licenceNo answer findings { code evidence { kind } } penalties { count fines } problem { code } }
  }
  after: mine(licenceNo: "C5301002020017110000002") { name }
}"""


async def test_it_is_told_in_its_place_among_what_is_read(graph: Graph) -> None:
    data = (await ask(graph, _CHECK, no=licence(1), uscc=uscc(1)))["data"]
    assert list(data) == ["before", "loanCheck", "after"]
    assert data["before"]["name"] != data["after"]["name"]
    check = data["loanCheck"]
    assert (check["__typename"], check["purpose"]) == ("LoanCheck", "PRE_LOAN_REVIEW")
    [one] = check["mines"]
    assert (one["licenceNo"], one["problem"], one["penalties"]) == (licence(1), None, {"count": 1, "fines": "200000.00"})
    found = {finding["code"]: [by["kind"] for by in finding["evidence"]] for finding in one["findings"]}
    assert found["LISTED"] == ["directory_entry"]
    assert found["PENALTY_GENERAL"] == ["penalty"]
    made = await ask(graph, "query ($id: ID!) { loanCheckMade(id: $id) { id answer } }", OPERATOR, id=check["id"])
    assert made["data"]["loanCheckMade"] == {"id": check["id"], "answer": check["answer"]}
    again = await ask(graph, "query ($id: ID!) { recheck(id: $id) { changes { change } now { id } } }", id=check["id"])
    assert again["data"]["recheck"]["changes"] == []
    assert again["data"]["recheck"]["now"]["id"] != check["id"]


async def test_a_bulk_has_a_row_for_everything_that_was_named(graph: Graph) -> None:
    document = "query ($nos: [String!]) { loanChecks(licenceNos: $nos) { answer mines { licenceNo answer problem { code } } } }"
    told = (await ask(graph, document, nos=[licence(1), "x"]))["data"]["loanChecks"]
    assert [one["problem"] and one["problem"]["code"] for one in told["mines"]] == [None, "BAD_LICENCE_NUMBER"]
    assert told["mines"][1]["answer"] == "UNKNOWN"


async def test_it_is_priced_by_how_many_are_named(graph: Graph) -> None:
    document = "query ($nos: [String!]) { loanChecks(licenceNos: $nos) { mines { licenceNo findings { code } } } }"

    async def cost(count: int) -> int:
        numbers = [licence(n) for n in range(count)]
        answer = await graph.run(Operation(document, None, {"nos": numbers}, LOAN), BANK)
        assert answer.cost is not None
        return answer.cost

    assert await cost(200) > 90 * await cost(2)


async def test_a_bank_says_why_and_nobody_else_makes_any(graph: Graph) -> None:
    answer = await graph.run(Operation(_CHECK, None, {"no": licence(1)}), BANK)
    assert json.loads(answer.body)["errors"][0]["extensions"]["code"] == "PURPOSE_REQUIRED"
    refused = await ask(graph, _CHECK, ECOLOGY, no=licence(1))
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_every_mine_that_it_tells_of_stands_in_the_ledger(graph: Graph) -> None:
    await ask(graph, "query ($u: String) { loanCheck(uscc: $u) { id } }", u=uscc(2))
    reads = graph._reads
    assert reads is not None
    await reads.write()
    document = (
        "query ($no: String!) { mineReads(filter: {licenceNo: {eq: $no}}) { nodes { asked clientId purpose reference } } }"
    )
    [noted] = (await ask(graph, document, OPERATOR, no=licence(2)))["data"]["mineReads"]["nodes"]
    assert noted == {"asked": "loan_check", "clientId": BANK.client_id, "purpose": "PRE_LOAN_REVIEW", "reference": "2026-17"}


async def test_a_day_in_the_past_and_a_portfolio_are_asked_for_over_the_graph(graph: Graph) -> None:
    document = "query ($no: String, $on: Date) { loanCheck(licenceNo: $no, on: $on) { on mines { standing } } }"
    told = (await ask(graph, document, no=licence(1), on="2025-03-19"))["data"]["loanCheck"]
    assert told == {"on": "2025-03-19", "mines": [{"standing": "NOT_STARTED"}]}
    put = """mutation ($mines: [PortfolioMineInput!]!) { putPortfolio(name: "公司部", mines: $mines, leastSeverity: INFO) {
      accepted portfolio { id leastSeverity } results { licenceNo problem { code } } } }"""
    rows = [{"licenceNo": licence(1), "reference": "贷1", "loanOn": "2026-01-05"}, {"licenceNo": "x"}]
    payload = (await ask(graph, put, mines=rows))["data"]["putPortfolio"]
    assert (payload["accepted"], payload["portfolio"]["leastSeverity"]) == (1, "INFO")
    assert [row["problem"] and row["problem"]["code"] for row in payload["results"]] == [None, "BAD_LICENCE_NUMBER"]
    events = "query ($id: ID!) { portfolios { id } watchEvents(portfolio: $id) { code } }"
    kept = await ask(graph, events, id=payload["portfolio"]["id"])
    assert kept["data"] == {"portfolios": [{"id": payload["portfolio"]["id"]}], "watchEvents": []}
