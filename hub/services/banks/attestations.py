"""Attestations: a signed statement of what a check said of a mine, for a bank's file and for whom the bank shows it to.

An SD-JWT VC (RFC 9901) for one bank, good for 30 days at most.  Where it stands in the log, and the digest of the whole answer,
are always shown; what was answered is shown piece by piece.  It is revoked by a signed Token Status List as soon as a later
post makes any of what the records say of the mine worse (`hub.domain.findings.worsening`), or takes back or annuls a record on
which it stands.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from joserfc import jws

from auth.principals import Principal, Role
from auth.rules import BankAct, check_bank_act
from hub.client.attestations import (
    ALGORITHM,
    KIND,
    LONGEST_SECONDS,
    STATUS_TYPE,
    TYPE,
    answer_hash,
    coded,
    digest,
    disclosed,
    presenting,
)
from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.findings.worsening import by_records, worsened
from hub.domain.log import Action, Posted
from hub.domain.record_kinds import RecordKind, kind_of
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.gone import Gone
from hub.domain.words.identifiers import clean_licence_no
from hub.services.banks.loan_checks import LoanChecks
from hub.services.banks.printing import printed
from hub.services.bells import Bell
from hub.services.log import places
from hub.services.log.followers import SPACING_SECONDS
from hub.signing import SigningKeys
from hub.storage.banks import attestations, checks, knowledge
from hub.storage.banks.attestations import LIST_SIZE, Attestation
from hub.storage.banks.checks import Check
from hub.storage.engine.database import Connection, Database
from hub.storage.records import branches, licences, log

#: How often it is looked whether posts made any worse: what is revoked is told within a minute, list and all.
TICK_SECONDS = 2.0
#: A list may be kept for so long, and one that was saved is good for so long.
TTL_SECONDS, LIST_SECONDS = 20, 86_400
_FOLLOWER = "attestations"
_AT_ONCE = 1000
#: What is told of a mine in pieces, each of which the holder may show or not.
_PIECES = (
    "licenceNo",
    "name",
    "answer",
    "standing",
    "standingSince",
    "directoryLevel",
    "directoryDocument",
    "certificateNo",
    "licenceValidUntil",
    "holder",
    "penalties",
    "openTransfers",
    "findings",
)
#: What the code on paper shows.
_ON_PAPER = ("licenceNo", "answer", "standing", "on")


class Attestations:
    """Issues attestations for checks, tells their status lists, and revokes what has become worse.  `issuer` is the hub's own
    address without a slash at its end; `ticks` only go forward.  The work is woken by `grown`."""

    def __init__(
        self,
        database: Database,
        checks: LoanChecks,
        keys: SigningKeys,
        issuer: str,
        clock: Clock = utc_now,
        *,
        ticks: Callable[[], float] | None = None,
    ) -> None:
        self._database = database
        self._checks = checks
        self._keys = keys
        self.issuer = issuer
        self._clock = clock
        self._ticks = ticks
        self._lists: dict[int, tuple[float, str]] = {}
        self.grown = Bell(SPACING_SECONDS)

    async def attest(self, check_id: str, caller: Principal, licence_no: str | None = None) -> dict[str, Any]:
        """The attestation of a check for the bank that made it: the same one, however often it is asked for.

        Raises FORBIDDEN, NOT_FOUND, REQUIRED where the check was of several mines and none is named, BAD_LICENCE_NUMBER,
        UNKNOWN_MINE for one of which it says nothing, and CONFLICT when by the records the mine has become worse since, a
        record on which the check stands was taken back or annulled, or the check's attestation has ended or was revoked:
        check again.
        """
        check_bank_act(caller, BankAct.ATTEST)
        check = await self._checks.made(check_id, caller, field="check")
        mine = _mine_of(check, licence_no)

        async def issue(connection: Connection) -> Attestation:
            issued = await attestations.of_check(connection, check.id, mine["licenceNo"])
            if issued is None:
                # Whoever follows the log waits meanwhile, and finds what is kept here by what was posted after it was judged.
                await places.held(connection, _FOLLOWER)
                issued = await self._issued(connection, check, mine)
                await attestations.keep(connection, issued)
            return issued

        one = await self._database.commit(issue)
        if one.revoked_at is not None or one.ends_at <= self._clock():
            raise HubError(ErrorCode.CONFLICT, one.revoked_for or "EXPIRED", field="check")
        return self.shown(one)

    async def made(self, attestation_id: str, caller: Principal) -> Attestation:
        """One that was issued, for its bank and for the operators who audit; NOT_FOUND to everybody else, FORBIDDEN to persons
        of a bank who read no checks."""
        if caller.role is Role.BANK:
            check_bank_act(caller, BankAct.READ_CHECKS)
        async with self._database.connection() as connection:
            one = await attestations.find(connection, attestation_id)
        if one is None or not (caller.role is Role.OPERATOR or _is_of(one, caller)):
            raise HubError(ErrorCode.NOT_FOUND, attestation_id[:64], field="id")
        return one

    async def statement(self, attestation_id: str, caller: Principal) -> bytes:
        """The printed statement of an attestation, as PDF."""
        one = await self.made(attestation_id, caller)
        check = await self._checks.made(one.check_id, caller)
        told = _printable(one, check, _mine_of(check, one.licence_no), self.issuer)
        return await asyncio.to_thread(printed, told, self._verifies_at(one))

    def shown(self, one: Attestation) -> dict[str, Any]:
        """An attestation as it is told."""
        return {
            "id": one.id,
            "checkId": one.check_id,
            "licenceNo": one.licence_no,
            "sdJwt": one.sd_jwt,
            "issuedAt": one.issued_at.isoformat(),
            "endsAt": one.ends_at.isoformat(),
            "statusList": f"{self.issuer}/status-lists/{one.list_no}",
            "revokedAt": one.revoked_at and one.revoked_at.isoformat(),
            "revokedFor": one.revoked_for,
            "verifyAt": self._verifies_at(one),
        }

    def _verifies_at(self, one: Attestation) -> str:
        return f"{self.issuer}/verify?p={presenting(one.sd_jwt, _ON_PAPER)}"

    async def status_list(self, number: int) -> str | None:
        """The signed status list of a number; None where there is none.  What was made is told for a few seconds."""
        now = self._now()
        if (made := self._lists.get(number)) and now < made[0]:
            return made[1]
        async with self._database.connection() as connection:
            revoked = await attestations.revoked_in(connection, number)
        if revoked is None:
            return None
        bits = bytearray(LIST_SIZE // 8)
        for place in revoked:
            bits[place // 8] |= 1 << place % 8
        issued = int(self._clock().timestamp())
        token = self._signed(
            STATUS_TYPE,
            {
                "iss": self.issuer,
                "sub": f"{self.issuer}/status-lists/{number}",
                "iat": issued,
                "exp": issued + LIST_SECONDS,
                "ttl": TTL_SECONDS,
                "status_list": {"bits": 1, "lst": coded(zlib.compress(bytes(bits), 9))},
            },
        )
        self._lists[number] = (now + TTL_SECONDS / 4, token)
        return token

    def _now(self) -> float:
        return self._ticks() if self._ticks else asyncio.get_running_loop().time()

    async def work(self) -> bool:
        """Revoke what posts have made worse since it was last looked; whether there is more to look at."""

        async def look(connection: Connection) -> bool:
            entries = await places.passed(connection, _FOLLOWER, _AT_ONCE, self._is_any_good)
            await self._revoke_worse(connection, entries)
            return len(entries) == _AT_ONCE

        return await self._database.commit(look)

    async def _is_any_good(self, connection: Connection) -> bool:
        return await attestations.is_any_good(connection, _since(self._clock()))

    async def _revoke_worse(self, connection: Connection, entries: Sequence[Posted]) -> None:
        if not entries:
            return
        now = self._clock()
        concerned = await licences.with_former(connection, await knowledge.mines_concerned(connection, entries))
        # Of a mine that went into another it is said what is said of that.
        concerned |= await branches.going_into(connection, concerned)
        standing = await attestations.good(connection, concerned, _since(now))
        if not standing:
            return
        today = await branches.carrying_on(connection, {one.licence_no for one in standing})
        says = await self._checks.by_records(connection, sorted(set(today.values())), now)
        posted = {entry.record_id: entry.position for entry in entries}
        taken_back = {entry.record_id: entry.position for entry in entries if entry.action is Action.WITHDRAWN}
        taken_back |= {record: posted[record] for record in await self._annulled(connection, posted, now)}
        for one in standing:
            if await _is_taken_back(connection, one, taken_back):
                await attestations.revoke(connection, one.id, now, "EVIDENCE_WITHDRAWN")
            elif worsened(disclosed(one.sd_jwt), says[today[one.licence_no]]):
                await attestations.revoke(connection, one.id, now, "WORSE")

    async def _annulled(self, connection: Connection, record_ids: Collection[str], now: datetime) -> set[str]:
        """Those of these records that are penalties, and annulled: as good as taken back."""
        ids = {one for one in record_ids if kind_of(one) is RecordKind.PENALTY}
        hidden = await knowledge.hidden_penalties(connection, ids, china_day(now))
        return {one for one, why in hidden.items() if why is Gone.ANNULLED}

    async def _issued(self, connection: Connection, check: Check, mine: Mapping[str, Any]) -> Attestation:
        list_no, place = await attestations.free_place(connection)
        number, now = mine["licenceNo"], self._clock()
        evidence = sorted({by["recordId"] for one in mine["findings"] for by in one["evidence"]})
        is_taken_back = await log.are_withdrawn(connection, evidence, check.log_position)
        if is_taken_back or await self._annulled(connection, evidence, now):
            raise HubError(ErrorCode.CONFLICT, "EVIDENCE_WITHDRAWN", field="check")
        today = (await branches.carrying_on(connection, [number]))[number]
        if worse := worsened(mine, (await self._checks.by_records(connection, [today], now))[today]):
            raise HubError(ErrorCode.CONFLICT, worse, field="check")
        issued = now.replace(microsecond=0)
        ends = issued + timedelta(seconds=LONGEST_SECONDS)
        name = f"attestation_{secrets.token_hex(16)}"
        pieces = {**{name: mine[name] for name in _PIECES}, "on": check.answer["on"]}
        disclosures = [_disclosure(key, value) for key, value in pieces.items()]
        claims = {
            "iss": self.issuer,
            "aud": check.client_id,
            "iat": int(issued.timestamp()),
            "exp": int(ends.timestamp()),
            "jti": name,
            "vct": self.issuer + KIND,
            "status": {"status_list": {"idx": place, "uri": f"{self.issuer}/status-lists/{list_no}"}},
            "check": check.id,
            "answerHash": answer_hash(check.answer),
            "log": {"position": check.log_position, "head": check.answer["logCursor"]},
            "ruleSet": check.rule_set,
            "_sd": sorted(map(digest, disclosures)),
            "_sd_alg": "sha-256",
        }
        return Attestation(
            id=name,
            check_id=check.id,
            client_id=check.client_id,
            licence_no=number,
            list_no=list_no,
            place=place,
            issued_at=issued,
            ends_at=ends,
            answer=by_records(mine),
            evidence=json.dumps(evidence),
            sd_jwt="~".join([self._signed(TYPE, claims), *disclosures, ""]),
        )

    def _signed(self, kind: str, claims: Mapping[str, Any]) -> str:
        key = self._keys.signer
        header = {"alg": ALGORITHM, "typ": kind, "kid": key.kid}
        return jws.serialize_compact(header, json.dumps(claims, ensure_ascii=False).encode(), key, algorithms=[ALGORITHM])


def _since(now: datetime) -> datetime:
    """Who ended before this is not looked at any more: of a clock that is ahead nobody has ended whom it would let pass."""
    return now - timedelta(seconds=LONGEST_SECONDS)


async def _is_taken_back(connection: Connection, one: Attestation, taken_back: Mapping[str, int]) -> bool:
    """Whether a record on which it stands was taken back since its check: what stood again by then counts no more."""
    taken = taken_back.keys() & set(orjson.loads(one.evidence))
    check = await checks.find(connection, one.check_id) if taken else None
    return check is not None and max(taken_back[record] for record in taken) > check.log_position


def _disclosure(name: str, value: Any) -> str:
    return coded(json.dumps([coded(secrets.token_bytes(16)), name, value], ensure_ascii=False).encode())


def _mine_of(check: Check, stated: str | None) -> Mapping[str, Any]:
    """The mine that a check is attested of."""
    told: dict[str, Mapping[str, Any]] = {mine["licenceNo"]: mine for mine in check.answer["mines"] if mine["problem"] is None}
    if stated is None:
        if len(told) > 1:
            raise HubError(ErrorCode.REQUIRED, "licenceNo", field="licenceNo")
        if not told:
            raise HubError(ErrorCode.UNKNOWN_MINE, field="check")
        return next(iter(told.values()))
    number = clean_licence_no(stated)
    if number is None:
        raise HubError(ErrorCode.BAD_LICENCE_NUMBER, stated[:64], field="licenceNo")
    if number not in told:
        raise HubError(ErrorCode.UNKNOWN_MINE, number, field="licenceNo")
    return told[number]


def _cited(by: Mapping[str, Any]) -> str:
    return f"{by['documentNumber'] or by['kind']} · {by['recordId']} · v{by['version']}"


def _is_of(one: Attestation, caller: Principal) -> bool:
    return caller.role is Role.BANK and one.client_id == caller.owner


def _printable(one: Attestation, check: Check, mine: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    """What the statement says, as texts: it depends on the check and the attestation alone."""
    rows = (
        ("采矿许可证号 / licence", mine["licenceNo"]),
        ("矿山 / mine", mine["name"]),
        ("采矿权人 / holder", " ".join(filter(None, ((mine["holder"] or {}).get("name"), (mine["holder"] or {}).get("uscc"))))),
        ("结论 / answer", mine["answer"]),
        ("绿色矿山状态 / standing", f"{mine['standing']}，{mine['standingSince'] or ''}"),
        ("名录 / directory", " ".join(filter(None, (mine["directoryLevel"], mine["directoryDocument"])))),
        ("许可证有效期止 / licence until", mine["licenceValidUntil"]),
        ("所问日期 / day", check.answer["on"]),
        ("核查 / check", check.id),
        ("核查方 / for", check.client_id),
        ("用途 / purpose", " ".join(filter(None, (check.purpose, check.reference)))),
        ("签发 / issued", f"{one.issued_at:%Y-%m-%dT%H:%M:%SZ} – {one.ends_at:%Y-%m-%dT%H:%M:%SZ}"),
        ("规则集 / rules", check.rule_set),
    )
    return {
        "id": one.id,
        "notice": check.answer["notice"],
        "rows": [[name, value or "—"] for name, value in rows],
        "findings": [
            {
                **{name: finding[name] for name in ("severity", "code", "chinese", "english", "section")},
                "evidence": [_cited(by) for by in finding["evidence"]],
            }
            for finding in mine["findings"]
        ],
        "verify": f"{issuer}/verify",
        "list": f"{issuer}/status-lists/{one.list_no}",
        "log": check.answer["logCursor"],
        "hash": answer_hash(check.answer),
    }
