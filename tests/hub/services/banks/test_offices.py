"""Persons of a bank do what their office is for, with what is their bank's; two banks cross nowhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auth.principals import BankOffice, Principal
from auth.rules import BANKING, BankAct
from hub.domain.findings.words import DigestPeriod, Severity
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.banks.attestations import Attestations
from hub.services.banks.portfolios import Row
from hub.services.evidence.read_ledger import Read, ReadLedger
from hub.services.reading import Reading
from hub.signing import SigningKeys
from schema.execution import Graph
from schema.root import build_schema
from tests.hub.services.banks.conftest import OTHER_BANK, Watch
from tests.makers import BANK, CURSORS, ECOLOGY, LOAN, OPERATOR, Ask, licence, penalty

OFFICES = (None, *BankOffice)


def at(bank: Principal, office: BankOffice | None) -> Principal:
    """A person of a bank, or its client."""
    if office is None:
        return bank
    return replace(bank, client_id=f"person:{bank.client_id}-{office.value.lower()}", bank=bank.client_id, office=office)


class Desk:
    """What a bank has, and every act of its persons with it."""

    def __init__(self, watch: Watch, folder: Path) -> None:
        self.watch = watch
        keys = SigningKeys.load_or_create(folder / "keys.json")
        self.attestations = Attestations(watch.bank.database, watch.bank.checks, keys, "https://hub.example", self.now)

    def now(self) -> Any:
        return self.watch.bank.now

    async def filled(self, bank: Principal) -> dict[str, str]:
        """A check, an attestation and a portfolio of a bank, by its client."""
        check = await self.watch.bank.check(licence(1), who=bank)
        statement = await self.attestations.attest(check["id"], bank)
        kept = await self.watch.put(licence(1), licence(2), who=bank, digest=DigestPeriod.DAILY)
        return {"check": check["id"], "attestation": statement["id"], "portfolio": kept["portfolio"]["id"]}

    def acts(self, has: dict[str, str], who: Principal) -> dict[str, tuple[BankAct, Callable[[], Awaitable[Any]]]]:
        """Everything that can be done with what a bank has, by what it is an act of."""
        checks, portfolios, attestations = self.watch.bank.checks, self.watch.portfolios, self.attestations
        portfolio = has["portfolio"]
        return {
            "read a check": (BankAct.READ_CHECKS, lambda: checks.made(has["check"], who)),
            "recheck": (BankAct.CHECK, lambda: checks.again(has["check"], who, LOAN)),
            "attest": (BankAct.ATTEST, lambda: attestations.attest(has["check"], who)),
            "read an attestation": (BankAct.READ_CHECKS, lambda: attestations.made(has["attestation"], who)),
            "print an attestation": (BankAct.READ_CHECKS, lambda: attestations.statement(has["attestation"], who)),
            "read events": (BankAct.READ_PORTFOLIOS, lambda: portfolios.events(portfolio, 0, 10, who)),
            "read digests": (BankAct.READ_PORTFOLIOS, lambda: portfolios.digests(portfolio, 0, 10, who)),
            "follow": (BankAct.READ_PORTFOLIOS, lambda: portfolios.watched(portfolio, who, "watch")),
            "acknowledge": (BankAct.ACKNOWLEDGE, lambda: portfolios.acknowledge(portfolio, 0, who)),
            "remove": (BankAct.MANAGE_PORTFOLIOS, lambda: portfolios.remove(portfolio, who)),
        }

    def own_acts(self, who: Principal) -> dict[str, tuple[BankAct, Callable[[], Awaitable[Any]]]]:
        """What is done with nothing that is there yet."""
        portfolios = self.watch.portfolios
        rows = [Row(licence(1)), Row(licence(2))]
        return {
            "check": (BankAct.CHECK, lambda: self.watch.bank.check(licence(1), who=who)),
            "put": (BankAct.MANAGE_PORTFOLIOS, lambda: portfolios.put("公司部", Severity.ATTENTION, rows, who)),
            "list": (BankAct.READ_PORTFOLIOS, lambda: portfolios.all(who)),
        }


@pytest.fixture
def desk(watch: Watch, tmp_path: Path) -> Desk:
    return Desk(watch, tmp_path)


async def outcome(act: Callable[[], Awaitable[Any]]) -> ErrorCode | None:
    try:
        await act()
    except HubError as error:
        return error.code
    return None


async def test_each_office_does_what_the_table_says_with_what_is_its_banks_and_nothing_of_another_banks(desk: Desk) -> None:
    mine_of, others = await desk.filled(BANK), await desk.filled(OTHER_BANK)
    for office in OFFICES:
        who = at(BANK, office)
        acts = desk.own_acts(who) | desk.acts(mine_of, who)
        allowed = {name: office is None or office in BANKING[act] for name, (act, _) in acts.items()}
        for name, (_, act) in acts.items():
            if name != "remove" or (office is not None and not allowed[name]):
                assert await outcome(act) == (None if allowed[name] else ErrorCode.FORBIDDEN), (office, name)
        for name, (_, act) in desk.acts(others, who).items():
            # Whoever may do it at all is not told that it is there.
            assert await outcome(act) == (ErrorCode.NOT_FOUND if allowed[name] else ErrorCode.FORBIDDEN), (office, name)
    for who in (ECOLOGY, OPERATOR):
        for name, (_, act) in (desk.own_acts(who) | desk.acts(mine_of, who)).items():
            audits = who is OPERATOR and name in ("read a check", "read an attestation", "print an attestation")
            assert (await outcome(act) is None) is audits, (who.client_id, name)
    assert await outcome(desk.acts(mine_of, at(BANK, BankOffice.PORTFOLIO_MANAGER))["remove"][1]) is None
    assert [one["id"] for one in await desk.watch.portfolios.all(at(OTHER_BANK, BankOffice.OFFICER))] == [others["portfolio"]]


async def test_what_a_person_does_is_the_banks_and_says_who_did_it(desk: Desk) -> None:
    officer, manager, auditor = (at(BANK, office) for office in BankOffice if office)
    officer, auditor, manager = (
        at(BANK, BankOffice.OFFICER),
        at(BANK, BankOffice.AUDITOR),
        at(BANK, BankOffice.PORTFOLIO_MANAGER),
    )
    kept = await desk.watch.put(licence(1), who=manager)
    [seen] = await desk.watch.portfolios.all(BANK)
    assert seen == kept["portfolio"]
    await desk.watch.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1))
    await desk.watch.settle()
    [event] = await desk.watch.portfolios.events(seen["id"], 0, 10, BANK)
    assert await desk.watch.portfolios.acknowledge(seen["id"], event["position"], officer) == 1
    [event] = await desk.watch.portfolios.events(seen["id"], 0, 10, BANK)
    assert event["acknowledgedBy"] == officer.client_id
    check = await desk.watch.bank.check(licence(2), who=officer)
    assert check["askedBy"] == officer.client_id
    assert (await desk.watch.bank.checks.made(check["id"], auditor)).asked_by == officer.client_id
    statement = await desk.attestations.attest(check["id"], officer)
    assert (await desk.attestations.made(statement["id"], BANK)).client_id == BANK.client_id


async def test_an_auditor_sees_what_its_bank_read_and_departments_that_banks_did(desk: Desk) -> None:
    database = desk.watch.bank.database
    ledger = ReadLedger(database, clock=desk.now)
    readers = [at(bank, office) for bank in (BANK, OTHER_BANK) for office in (None, BankOffice.OFFICER)]
    for who in (*readers, ECOLOGY, replace(ECOLOGY, client_id=BANK.client_id)):
        ledger.note(Read(who, LOAN, "0" * 64, (("mine", "mine", licence(1)),)))
    await ledger.write()
    graph = Graph(build_schema(), Reading(database, desk.now, cursors=CURSORS), desk.watch.bank.posting)
    ask, query = Ask(graph), "{ mineReads { totalCount nodes { clientId reference licenceNo } } }"
    for bank in (BANK, OTHER_BANK):
        told = (await ask(at(bank, BankOffice.AUDITOR), query))["data"]["mineReads"]
        wanted = {who.client_id for who in readers if who.owner == bank.client_id}
        assert {node["clientId"] for node in told["nodes"]} == wanted
        assert (told["totalCount"], {node["reference"] for node in told["nodes"]}) == (2, {"2026-17"})
        for office in (None, BankOffice.OFFICER, BankOffice.PORTFOLIO_MANAGER):
            assert (await ask(at(bank, office), query))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    # The department of the enterprise is told that banks looked, and when: not why, and of no other reader.
    told = (await ask(ECOLOGY, "{ mineReads { nodes { role lastAt purpose reference licenceNo } } }"))["data"]["mineReads"][
        "nodes"
    ]
    assert (len(told), {(one["role"], one["reference"], one["licenceNo"]) for one in told}) == (4, {("BANK", None, licence(1))})
