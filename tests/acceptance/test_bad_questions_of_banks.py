"""Whatever a bank asks that cannot be asked has its code, its field, and its words in Chinese and in English, whichever way it
comes; what is the matter with one of many is its row, and costs no other."""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from auth.principals import Role
from hub.cli import hub
from hub.client import AsyncBank, Bank, HubRefusedError, HubUnreachableError, Secret
from hub.client.flows import Flows, Request, Response
from hub.services.banks.loan_checks import MOST_MINES
from tests.acceptance.conftest import Client
from tests.makers import licence, uscc

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHINESE, LATIN = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z]{3}")
#: Of the inside of a hub nothing is told.
INSIDE = ("Traceback", "sqlalchemy", "sqlite", "SELECT", "hub/")
AHEAD = (datetime.now(UTC) + timedelta(days=2)).isoformat()
ONE = """query ($no: String, $uscc: String, $on: Date, $at: DateTime) {
  loanCheck(licenceNo: $no, uscc: $uscc, on: $on, knownAt: $at) { answer } }"""
MANY = (
    "query ($nos: [String!], $usccs: [String!], $on: Date) { loanChecks(licenceNos: $nos, usccs: $usccs, on: $on) { answer } }"
)
EVENTS = "query ($of: ID!, $after: Int, $first: Int) { watchEvents(portfolio: $of, after: $after, first: $first) { code } }"
DIGESTS = (
    "query ($of: ID!, $after: Int, $first: Int) { portfolioDigests(portfolio: $of, after: $after, first: $first) { events } }"
)
SEEN = "mutation ($of: ID!, $upto: Int!) { acknowledgeWatchEvents(portfolio: $of, upto: $upto) }"
PUT = "mutation ($name: String!, $fine: Decimal) { putPortfolio(name: $name, leastFine: $fine, mines: []) { accepted } }"
ATTEST = "mutation ($check: ID!, $no: String) { attest(check: $check, licenceNo: $no) { id } }"


def asked(check: str, portfolio: str, others: dict[str, str]) -> list[tuple[str, dict[str, Any], str, str]]:
    """What cannot be asked: document and variables, code and field."""
    of_many = {"nos": [licence(1)] * (MOST_MINES + 1)}
    theirs = [
        ("query ($id: ID!) { loanCheckMade(id: $id) { id } }", "id", "check"),
        ("query ($id: ID!) { recheck(id: $id) { now { id } } }", "id", "check"),
        ("mutation ($id: ID!) { attest(check: $id) { id } }", "check", "check"),
        ("query ($id: ID!) { attestation(id: $id) { id } }", "id", "attestation"),
        ("query ($id: ID!) { attestationStatement(id: $id) }", "id", "attestation"),
        ("query ($id: ID!) { watchEvents(portfolio: $id) { code } }", "portfolio", "portfolio"),
        ("query ($id: ID!) { portfolioDigests(portfolio: $id) { events } }", "portfolio", "portfolio"),
        ("mutation ($id: ID!) { acknowledgeWatchEvents(portfolio: $id, upto: 0) }", "portfolio", "portfolio"),
        ("mutation ($id: ID!) { removePortfolio(portfolio: $id) { name } }", "portfolio", "portfolio"),
    ]
    return [
        (ONE, {}, "REQUIRED", "licenceNo"),
        (ONE, {"no": None, "uscc": None}, "REQUIRED", "licenceNo"),
        (ONE, {"no": "C5301"}, "BAD_LICENCE_NUMBER", "licenceNo"),
        (ONE, {"no": "", "uscc": uscc(1)}, "BAD_LICENCE_NUMBER", "licenceNo"),
        (ONE, {"no": licence(999)}, "NOT_FOUND", "licenceNo"),
        (ONE, {"no": licence(1), "uscc": "9153"}, "BAD_CREDIT_CODE", "uscc"),
        (ONE, {"no": licence(1), "uscc": ""}, "BAD_CREDIT_CODE", "uscc"),
        (ONE, {"uscc": ""}, "BAD_CREDIT_CODE", "uscc"),
        (ONE, {"uscc": uscc(999)}, "NOT_FOUND", "uscc"),
        (ONE, {"no": licence(1), "on": AHEAD[:10]}, "IN_THE_FUTURE", "on"),
        (ONE, {"no": licence(1), "on": "1900-01-01"}, "OUT_OF_RANGE", "on"),
        (ONE, {"no": licence(1), "at": AHEAD}, "IN_THE_FUTURE", "knownAt"),
        (ONE, {"no": licence(1), "at": "2000-01-01T00:00:00Z"}, "BEFORE_THE_LOG", "knownAt"),
        (MANY, {}, "REQUIRED", "licenceNos"),
        (MANY, {"nos": []}, "REQUIRED", "licenceNos"),
        (MANY, of_many, "TOO_MANY", "licenceNos"),
        (MANY, {"nos": [licence(1)], "usccs": [uscc(1)] * (MOST_MINES + 1)}, "TOO_MANY", "usccs"),
        (MANY, {"nos": ["x", licence(1)], "on": AHEAD[:10]}, "IN_THE_FUTURE", "on"),
        (ATTEST, {"check": check}, "REQUIRED", "licenceNo"),
        (ATTEST, {"check": check, "no": "x"}, "BAD_LICENCE_NUMBER", "licenceNo"),
        (ATTEST, {"check": check, "no": licence(9)}, "UNKNOWN_MINE", "licenceNo"),
        *(
            (document, {"of": portfolio, "after": place}, "INVALID_INPUT", "after")
            for document in (EVENTS, DIGESTS)
            for place in (-1, 10**9)
        ),
        *(
            (document, {"of": portfolio, "first": first}, "INVALID_INPUT", "first")
            for document in (EVENTS, DIGESTS)
            for first in (-1, 10**6)
        ),
        *((SEEN, {"of": portfolio, "upto": place}, "INVALID_INPUT", "upto") for place in (-1, 10**9)),
        (PUT, {"name": " "}, "INVALID_INPUT", "name"),
        (PUT, {"name": "x", "fine": "-1"}, "INVALID_INPUT", "leastFine"),
        *(
            (document, {"id": one}, "NOT_FOUND", field)
            for document, field, kind in theirs
            for one in (f"{kind}_x", others[kind])
        ),
    ]


async def test_each_has_its_code_its_field_and_its_words_in_both_languages(lobby: Client) -> None:
    token, other = await lobby.token(Role.BANK), await lobby.token(Role.BANK)
    told = (await lobby.ask(token, MANY.replace("answer", "id"), nos=[licence(1), licence(2)])).json()["data"]["loanChecks"]
    kept = 'mutation ($no: String!) { putPortfolio(name: "示例", mines: [{licenceNo: $no}]) { portfolio { id } } }'
    own, theirs = [
        (await lobby.ask(who, kept, no=licence(1))).json()["data"]["putPortfolio"]["portfolio"]["id"] for who in (token, other)
    ]
    check = (await lobby.ask(other, ONE.replace("answer", "id"), no=licence(1))).json()["data"]["loanCheck"]["id"]
    issued = (await lobby.ask(other, ATTEST, check=check)).json()["data"]["attest"]["id"]
    cases = asked(told["id"], own, {"check": check, "attestation": issued, "portfolio": theirs})
    for document, variables, code, field in cases:
        for language, pattern in ((None, CHINESE), ("zh", CHINESE), ("en", LATIN)):
            headers = {"Authorization": f"Bearer {token}", "Hub-Purpose": "PRE_LOAN_REVIEW; ref=1"}
            more = {"Accept-Language": language} if language else {}
            answer = await lobby.http.post("/graphql", json={"query": document, "variables": variables}, headers=headers | more)
            [error] = answer.json()["errors"]
            said = error["extensions"]
            where = document, str(variables)[:200], answer.text[:500]
            assert (said["code"], said.get("field")) == (code, field), where
            assert CHINESE.search(said["chinese"]), where
            assert LATIN.search(said["english"]), where
            assert pattern.search(error["message"]), where
            assert not [word for word in INSIDE if word in answer.text], where


async def test_of_many_each_is_a_row_with_its_place(lobby: Client) -> None:
    token = await lobby.token(Role.BANK)
    document = """query ($nos: [String!], $usccs: [String!]) { loanChecks(licenceNos: $nos, usccs: $usccs) {
      mines { licenceNo answer problem { path code message chinese english } } } }"""
    bad = ["", "x", "\u0000", "示" * 500, licence(999), licence(1)]
    told = (await lobby.ask(token, document, nos=[licence(1), *bad], usccs=[uscc(2), "9153", uscc(999)])).json()
    rows = {one["problem"] and one["problem"]["path"]: one for one in told["data"]["loanChecks"]["mines"]}
    wanted: dict[str | None, str | None] = {f"licenceNos.{place}": "BAD_LICENCE_NUMBER" for place in range(1, 5)}
    wanted |= {None: None, "licenceNos.5": "UNKNOWN_MINE", "usccs.1": "BAD_CREDIT_CODE", "usccs.2": "UNKNOWN_MINE"}
    assert {path: row["problem"] and row["problem"]["code"] for path, row in rows.items()} == wanted
    for path, row in rows.items():
        if path is not None:
            assert (row["answer"], len(row["licenceNo"]) <= 64) == ("UNKNOWN", True)
            assert CHINESE.search(row["problem"]["chinese"])
            assert LATIN.search(row["problem"]["english"])
    put = """mutation ($mines: [PortfolioMineInput!]!) { putPortfolio(name: "示例", mines: $mines) {
      accepted results { index problem { path code chinese english } } } }"""
    mines: list[dict[str, Any]] = [{"licenceNo": one} for one in (licence(1), "x", "", licence(999), licence(1))]
    mines += [{"licenceNo": licence(2), "reference": one} for one in ("贷\u0007", "贷\u0000")]
    mines += [{"licenceNo": licence(2), "reference": "示" * 101}]
    told = (await lobby.ask(token, put, mines=mines)).json()["data"]["putPortfolio"]
    assert told["accepted"] == 1
    assert [(one["problem"]["path"], one["problem"]["code"]) for one in told["results"] if one["problem"]] == [
        ("licenceNo", "BAD_LICENCE_NUMBER"),
        ("licenceNo", "REQUIRED"),
        ("licenceNo", "UNKNOWN_MINE"),
        ("licenceNo", "DUPLICATE"),
        ("reference", "FORBIDDEN_CHARACTER"),
        ("reference", "FORBIDDEN_CHARACTER"),
        ("reference", "TOO_LONG"),
    ]


#: What a client asks that cannot be asked, and the code and field that it raises.
BY_CLIENT: dict[str, tuple[Callable[[Any], Any], str, str | None]] = {
    "a mine that is none": (lambda bank: bank.loan_check(licence(999)), "NOT_FOUND", "licenceNo"),
    "no number": (lambda bank: bank.loan_check("x"), "BAD_LICENCE_NUMBER", "licenceNo"),
    "no borrower": (lambda bank: bank.loan_check(licence(1), ""), "BAD_CREDIT_CODE", "uscc"),
    "too many": (lambda bank: bank.loan_checks([licence(1)] * (MOST_MINES + 1)), "TOO_MANY", "licenceNos"),
    "none": (lambda bank: bank.loan_checks(), "REQUIRED", "licenceNos"),
    "no check": (lambda bank: bank.attest("loan_check_x"), "NOT_FOUND", "check"),
}


async def test_a_client_raises_the_code_and_the_field_whether_it_waits_or_not(lobby: Client, tmp_path: Path) -> None:
    client, secret = await lobby.hub.clients.add("bad", Role.BANK)
    who = Secret(client, secret)
    file = tmp_path / "cursor.txt"
    async with AsyncBank(lobby.address, who, "PRE_LOAN_REVIEW") as bank:
        for name, (ask, code, field) in BY_CLIENT.items():
            with pytest.raises(HubRefusedError) as refused:
                await ask(bank)
            assert (refused.value.code, refused.value.field) == (code, field), name
        for text in ("示例", "999999999", "no cursor"):
            file.write_text(text, encoding="utf-8")
            with pytest.raises(HubRefusedError) as refused:
                async for _ in bank.feed(file):
                    pass
            assert file.read_text("utf-8") == text, "what could not be read is left as it is"
    with Bank(lobby.address, who, "PRE_LOAN_REVIEW") as waiting:
        for name, (ask, code, field) in BY_CLIENT.items():
            with pytest.raises(HubRefusedError) as refused:
                await asyncio.to_thread(ask, waiting)
            assert (refused.value.code, refused.value.field) == (code, field), name


async def test_what_answers_instead_of_a_hub_is_told_as_that() -> None:
    """A page of a gateway, or nothing of a hub's shape."""
    for token, body in (
        *((b'{"access_token": "t"}', one) for one in (b"<html>", b"[]", b"\xff", b"{}", b'{"data": null}', b'{"data": []}')),
        (b"{}", b""),
        (b"[]", b""),
    ):
        flow = Flows("https://hub.example", Secret("a", "b"), "PRE_LOAN_REVIEW").loan_check(licence(1), None, None, None)
        next(flow)
        with pytest.raises(HubUnreachableError):
            deque((flow.send(Response(200, {}, answered)) for answered in (token, body)), maxlen=0)
    with Bank("http://[", Secret("a", "b"), "PRE_LOAN_REVIEW") as bank:
        assert bank._sent(Request("GET", "http://[", {})).status == 0, "an address that is none answers nothing"


async def test_the_public_page_and_the_lists_refuse_in_both_languages(lobby: Client) -> None:
    many = "&".join(f"a{n}=1" for n in range(20))
    form = {"content-type": "application/x-www-form-urlencoded"}
    for body in (many, "p=%ff%00", "", "p=" + "x" * 1000):
        answer = await lobby.http.post("/verify", content=body, headers=form)
        assert (answer.status_code, "篡改" in answer.text, "Altered" in answer.text) == (200, True, True), body[:20]
    for number in ("999", "4294967296", "9" * 30):
        answer = await lobby.http.get(f"/status-lists/{number}")
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (404, "NOT_FOUND")
        assert CHINESE.search(error["message"])


async def test_the_command_refuses_what_is_no_key_set(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a.b.c~")
    for told in ("", "[]", "{}", '{"keys": 5}', "\xff"):
        (tmp_path / "keys.json").write_bytes(told.encode("latin-1"))
        asked = ["attest", "verify", str(tmp_path / "a.txt"), "--keys", str(tmp_path / "keys.json"), "--issuer", "x"]
        done = CliRunner().invoke(hub, asked)
        assert done.exit_code == 1
        assert (getattr(done.exception, "code", None), getattr(done.exception, "field", None)) == ("INVALID_INPUT", "--keys"), (
            told
        )
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [1, {"kid": "x"}]}))
    done = CliRunner().invoke(hub, asked)
    assert (done.exit_code, done.output.partition(":")[0]) == (1, "ALTERED")
