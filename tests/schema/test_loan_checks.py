"""The loan check over the graph: parts as asked for, a purpose, a price by what is named, and its line in the ledger."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

from hub.client.results import LoanCheck, selection
from hub.domain.as_of import Asked
from hub.domain.words.notation import written
from hub.services.banks.attestations import Attestations
from hub.services.banks.loan_checks import MOST_MINES, LoanChecks
from hub.services.banks.portfolios import Portfolios
from hub.services.evidence.read_ledger import ReadLedger
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.signing import SigningKeys
from hub.storage.engine.database import Database
from schema import attestations, portfolios
from schema.answers import Operation
from schema.execution import Graph
from schema.loan_checks import tellers
from schema.root import build_schema
from schema.told import Teller
from tests.conftest import NOW
from tests.makers import BANK, ECOLOGY, LOAN, OPERATOR, a_province, licence, uscc
from tests.schema.ledgers import kept


@pytest.fixture
def owed() -> list[int]:
    return []


@pytest.fixture
async def graph(database: Database, reading: Reading, posting: Posting, owed: list[int], tmp_path: Path) -> Graph:
    await a_province(posting)
    reads = ReadLedger(database, clock=lambda: NOW)
    checks, keys = LoanChecks(database, clock=lambda: NOW), SigningKeys.load_or_create(tmp_path / "keys.json")
    known = {
        **tellers(checks),
        **portfolios.tellers(Portfolios(database, clock=lambda: NOW)),
        **attestations.tellers(Attestations(database, checks, keys, "https://hub.example", lambda: NOW)),
    }
    return Graph(build_schema(), reading, posting, reads=reads, tellers=known, owe=lambda _, cost: owed.append(cost))


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


async def test_all_of_as_many_mines_as_may_be_named_can_be_asked_for(graph: Graph) -> None:
    numbers = [licence(n) for n in range(MOST_MINES)]
    everything = f"query ($nos: [String!]) {{ loanChecks(licenceNos: $nos) {selection(LoanCheck)} }}"
    answer = await graph.run(Operation(everything, None, {"nos": numbers}, LOAN), BANK)
    told = json.loads(answer.body)["data"]["loanChecks"]["mines"]
    # Those that are there, of a thousand: the others fail alone.
    assert [len(told), sum(one["problem"] is None for one in told)] == [MOST_MINES, 3]


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


async def test_a_mine_that_is_not_there_stands_in_the_ledger_too(graph: Graph, database: Database) -> None:
    """That it is not says something of it: nobody tries number after number without a trace, whichever way."""
    await ask(graph, "query ($no: String) { loanCheck(licenceNo: $no) { id } }", no=licence(8))
    await ask(graph, "query ($n: [String!]) { loanChecks(licenceNos: $n) { id } }", n=[licence(1), licence(9), "x"])
    put = 'mutation ($m: [PortfolioMineInput!]!) { putPortfolio(name: "示例", mines: $m) { accepted } }'
    await ask(graph, put, m=[{"licenceNo": licence(7)}])
    await ask(graph, "query ($u: String) { loanCheck(uscc: $u) { id } }", u=uscc(8))
    await ask(graph, "query ($u: [String!]) { loanChecks(usccs: $u) { id } }", u=[uscc(9), "x"])
    reads = graph._reads
    assert reads is not None
    stand = await kept(reads, database)
    assert [(row["asked"], row["key"], row["outcome"]) for row in stand if row["key"]] == [
        ("loan_check", uscc(8), "NOT_FOUND"),
        ("loan_check", uscc(9), "ANSWERED"),
    ]
    rows = [(row["asked"], row["licence_no"], row["outcome"]) for row in stand if row["licence_no"]]
    assert rows == [
        ("loan_check", licence(1), "ANSWERED"),
        ("loan_check", licence(8), "NOT_FOUND"),
        ("loan_check", licence(9), "ANSWERED"),
        ("portfolio", licence(7), "ANSWERED"),
    ]


async def test_whichever_way_an_attestation_is_told_its_mine_stands_in_the_ledger(graph: Graph, database: Database) -> None:
    check = (await ask(graph, "query ($no: String) { loanCheck(licenceNo: $no) { id } }", no=licence(1)))["data"]["loanCheck"]
    one = (await ask(graph, "mutation ($id: ID!) { attest(check: $id) { id } }", id=check["id"]))["data"]["attest"]["id"]
    told = (await ask(graph, "query ($id: ID!) { attestationStatement(id: $id) }", id=one))["data"]["attestationStatement"]
    assert base64.b64decode(told, validate=True).startswith(b"%PDF")
    assert graph._reads is not None
    rows = [(row["licence_no"], row["times"]) for row in await kept(graph._reads, database) if row["asked"] == "attestation"]
    assert rows == [(licence(1), 1), (licence(1), 1)]


async def test_a_day_in_the_past_and_a_portfolio_are_asked_for_over_the_graph(graph: Graph) -> None:
    document = "query ($no: String, $on: Date) { loanCheck(licenceNo: $no, on: $on) { on mines { standing } } }"
    told = (await ask(graph, document, no=licence(1), on="2025-03-19"))["data"]["loanCheck"]
    assert told == {"on": "2025-03-19", "mines": [{"standing": "NOT_STARTED"}]}
    # The moment of the whole request, where the check names none of its own.
    asked = "query ($no: String, $on: Date) { loanCheck(licenceNo: $no, on: $on) { on knownAt mines { standing } } }"
    for own, on, standing in (({}, "2025-03-19", "NOT_STARTED"), ({"on": "2026-01-05"}, "2026-01-05", "LISTED_PROVINCIAL")):
        moment = Asked.read("2025-03-19", written(NOW))
        answer = await graph.run(Operation(asked, None, {"no": licence(1), **own}, LOAN, as_of=moment), BANK)
        told = json.loads(answer.body)["data"]["loanCheck"]
        assert told == {"on": on, "knownAt": written(NOW), "mines": [{"standing": standing}]}
    put = """mutation ($mines: [PortfolioMineInput!]!) { putPortfolio(name: "公司部", mines: $mines, leastSeverity: INFO) {
      accepted portfolio { id leastSeverity } results { licenceNo problem { code } } } }"""
    rows = [{"licenceNo": licence(1), "reference": "贷1", "loanOn": "2026-01-05"}, {"licenceNo": "x"}]
    payload = (await ask(graph, put, mines=rows))["data"]["putPortfolio"]
    assert (payload["accepted"], payload["portfolio"]["leastSeverity"]) == (1, "INFO")
    assert [row["problem"] and row["problem"]["code"] for row in payload["results"]] == [None, "BAD_LICENCE_NUMBER"]
    events = "query ($id: ID!) { portfolios { id } watchEvents(portfolio: $id) { code } }"
    kept = await ask(graph, events, id=payload["portfolio"]["id"])
    assert kept["data"] == {"portfolios": [{"id": payload["portfolio"]["id"]}], "watchEvents": []}


async def test_each_mine_that_is_looked_at_is_paid_for_whatever_is_asked_of_it(graph: Graph, owed: list[int]) -> None:
    many = "query ($n: [String!]) { a: loanChecks(licenceNos: $n) { id } b: loanChecks(licenceNos: $n) { id } }"
    made = (await ask(graph, many, n=[licence(1), licence(2), "nothing"]))["data"]["a"]["id"]
    assert owed == [1500, 1500]
    await ask(graph, "query ($u: [String!]) { loanChecks(usccs: $u) { id } }", u=[uscc(1), uscc(2)])
    await ask(graph, "query ($id: ID!) { recheck(id: $id) { now { id } } }", id=made)
    await ask(graph, "query ($id: ID!) { loanCheckMade(id: $id) { id } }", id=made)
    assert owed[2:] == [1000, 1500]
    put = 'mutation ($m: [PortfolioMineInput!]!) { putPortfolio(name: "示例", mines: $m) { accepted } }'
    await ask(graph, put, m=[{"licenceNo": licence(1)}, {"licenceNo": licence(9)}])
    assert owed[4:] == [500]


async def test_one_client_does_not_hold_all_places_of_services(reading: Reading, posting: Posting) -> None:
    may_end, begun = asyncio.Event(), []

    async def tell(_given: Any, caller: Any, _purpose: Any) -> Any:
        begun.append(caller.client_id)
        if caller is ECOLOGY:
            await may_end.wait()
        return []

    graph = Graph(build_schema(), reading, posting, tellers={"portfolios": Teller(tell)})
    waiting = [asyncio.create_task(ask(graph, "{ portfolios { id } }", who=ECOLOGY)) for _ in range(3)]
    await asyncio.wait(waiting, timeout=0.05)
    assert (await ask(graph, "{ portfolios { id } }"))["data"] == {"portfolios": []}
    assert begun == [ECOLOGY.client_id, BANK.client_id]
    may_end.set()
    assert len(await asyncio.gather(*waiting)) == 3
