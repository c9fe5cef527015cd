"""Loan checks: what the records say of mines to a bank, kept as it was told, and asked again later.

A check reads the position of the log with the records or before them, so that it stands on that position or a later one and
never on less.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from auth.principals import Principal, Role
from auth.rules import BankAct, check_bank_act
from hub.domain.as_of import FIRST_DAY
from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.findings import penalties
from hub.domain.findings.finding_set import RULE_SET
from hub.domain.findings.holder import BORROWER
from hub.domain.findings.loan_check import READS, Subject, mine_answer
from hub.domain.findings.sources import Silent, silent
from hub.domain.findings.words import ChangeOfFinding, LoanAnswer, is_worse, worst
from hub.domain.log import Cursor
from hub.domain.record_kinds import RecordKind, kind_of
from hub.domain.rules.timelines import Fact, Facts
from hub.domain.words.errors import ErrorCode, HubError, Problem
from hub.domain.words.identifiers import clean_licence_no, clean_uscc
from hub.domain.words.notation import written
from hub.domain.words.purposes import Purpose
from hub.services import as_of
from hub.services.banks.first_posts import FirstPosts
from hub.services.banks.keeping import Keeping
from hub.services.log import places
from hub.storage.banks import checks, knowledge
from hub.storage.banks.checks import Check
from hub.storage.banks.grounds import Grounds, grounds
from hub.storage.engine.database import Connection, Database
from hub.storage.engine.steps import in_steps
from hub.storage.records import branches, takeovers
from hub.storage.timelines.facts import Known, known

#: So many mines are checked by one question, whether named or held by an enterprise that is.
MOST_MINES = 1000
#: So many mines are looked at by one statement, whose answer is read in a few milliseconds.
_AT_ONCE = 100
_NOTICE = (
    "本平台仅陈述各部门记录的事实，不作贷款决定",
    "the hub states what the departments' records say; it decides no loan",
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: mines by their numbers, or enterprises for all of theirs, on a day; who wants to borrow, if told."""

    licence_nos: Sequence[str] = ()
    usccs: Sequence[str] = ()
    borrower: str | None = None
    on: date | None = None
    known_at: datetime | None = None
    is_single: bool = True

    def field(self, name: str) -> str:
        """The argument that names mines or enterprises: one, or several."""
        return name if self.is_single else f"{name}s"

    def as_dict(self) -> dict[str, Any]:
        return {
            "licenceNos": list(self.licence_nos),
            "usccs": list(self.usccs),
            "borrower": self.borrower,
            "on": self.on and self.on.isoformat(),
            "knownAt": self.known_at and written(self.known_at),
            "isSingle": self.is_single,
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Question:
        return cls(
            kept["licenceNos"],
            kept["usccs"],
            kept["borrower"],
            kept["on"] and date.fromisoformat(kept["on"]),
            kept["knownAt"] and datetime.fromisoformat(kept["knownAt"]),
            kept["isSingle"],
        )


@dataclass(slots=True)
class _Rows:
    """The rows of an answer in the order of what was asked: a mine's number, or what is the matter with what was named."""

    #: With the place at which each was named first.
    licence_nos: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    #: The end of the log before the mines of enterprises were looked for.
    begun: Cursor | None = None

    def add(self, licence_no: str, place: str) -> None:
        self.licence_nos.setdefault(licence_no, place)

    def refuse(self, named: str, code: ErrorCode, place: str) -> None:
        self.problems.append((named, Problem(place, code, named[:64])))


class LoanChecks:
    """Makes checks for banks, and tells those that were made."""

    def __init__(self, database: Database, clock: Clock = utc_now, *, first_posts: FirstPosts | None = None) -> None:
        self._database = database
        self._clock = clock
        self._keeping = Keeping(database)
        self._first_posts = first_posts or FirstPosts(database)

    async def make(self, question: Question, caller: Principal, purpose: Purpose | None) -> dict[str, Any]:
        """Check, and keep what is told.

        Raises FORBIDDEN to who may not for a bank, IN_THE_FUTURE, BEFORE_THE_LOG, OUT_OF_RANGE, TOO_MANY, and of a single mine
        NOT_FOUND and what is the matter with its number.
        """
        check_bank_act(caller, BankAct.CHECK)
        now = self._clock()
        self._check(question, now)
        if question.known_at is not None:
            async with self._database.connection() as connection:
                await as_of.check(connection, question.known_at, now)
        told = await self.told(question, now)
        check = Check(
            id=f"loan_check_{secrets.token_hex(16)}",
            client_id=caller.owner,
            asked_at=now,
            purpose=purpose.word.value if purpose else None,
            reference=purpose.reference if purpose else None,
            question=question.as_dict(),
            answer=told,
            log_position=told["logPosition"],
            rule_set=RULE_SET,
            asked_by=caller.client_id,
        )
        await self._keeping.keep(check)
        return shown(check)

    async def told_then(self, check_id: str, caller: Principal) -> dict[str, Any]:
        """A check as it was told, each finding marked that tells of a penalty which may be shown no more by now.

        Raises as `made` does.
        """
        return await self._marked(await self.made(check_id, caller))

    async def _marked(self, check: Check) -> dict[str, Any]:
        told = shown(check)
        about = {finding["about"] for mine in told["mines"] for finding in mine["findings"]} - {None}
        ids = {one for one in about if kind_of(one) is RecordKind.PENALTY}
        async with self._database.connection() as connection:
            hidden = await knowledge.hidden_penalties(connection, ids, china_day(self._clock()))
        told["mines"] = [
            mine | {"findings": [finding | {"gone": hidden.get(finding["about"])} for finding in mine["findings"]]}
            for mine in told["mines"]
        ]
        return told

    async def made(self, check_id: str, caller: Principal, *, field: str = "id") -> Check:
        """A check for the bank that made it, and for the operators who audit; NOT_FOUND of the field that names it to everybody
        else, FORBIDDEN to persons of a bank who read no checks."""
        if caller.role is Role.BANK:
            check_bank_act(caller, BankAct.READ_CHECKS)
        async with self._database.connection() as connection:
            check = await checks.find(connection, check_id)
        if check is None or not (caller.role is Role.OPERATOR or _is_of(check, caller)):
            raise HubError(ErrorCode.NOT_FOUND, check_id[:64], field=field)
        return check

    async def again(self, check_id: str, caller: Principal, purpose: Purpose | None) -> dict[str, Any]:
        """The same question today, kept as a check of its own, and finding by finding what changed since.

        A mine that is no more is a row with its problem: nothing of it has changed for the better.
        """
        check_bank_act(caller, BankAct.CHECK)
        before = await self.made(check_id, caller)
        asked = Question.read(before.question)
        now = await self.make(
            Question(asked.licence_nos, asked.usccs, asked.borrower, None, None, is_single=False), caller, purpose
        )
        async with self._database.connection() as connection:
            today = await branches.carrying_on(connection, [mine["licenceNo"] for mine in before.answer["mines"]])
        return {"before": await self._marked(before), "now": now, "changes": changes(before.answer, now, today)}

    def _check(self, question: Question, now: datetime) -> None:
        for name, named in ((question.field("licenceNo"), question.licence_nos), (question.field("uscc"), question.usccs)):
            if len(named) > MOST_MINES:
                raise HubError(ErrorCode.TOO_MANY, f"≤ {MOST_MINES}", field=name)
        if not question.licence_nos and not question.usccs:
            names = question.field("licenceNo"), question.field("uscc")
            raise HubError(ErrorCode.REQUIRED, " | ".join(names), field=names[0])
        if question.borrower is not None and clean_uscc(question.borrower) is None:
            raise HubError(ErrorCode.BAD_CREDIT_CODE, question.borrower[:64], field="uscc")
        if question.on is not None and question.on > china_day(now):
            raise HubError(ErrorCode.IN_THE_FUTURE, question.on.isoformat(), field="on")
        if question.on is not None and question.on < FIRST_DAY:
            raise HubError(ErrorCode.OUT_OF_RANGE, f"≥ {FIRST_DAY}", field="on")

    async def told(self, question: Question, now: datetime) -> dict[str, Any]:
        """What is answered, worked out but not kept."""
        rows = await self._rows(question)
        today = china_day(now)
        # Without a day it is that of the moment.
        on = question.on or china_day(question.known_at or now)
        mines: list[dict[str, Any]] = []
        silence: Silent | None = None
        stands_on = rows.begun
        async with aclosing(self._looks(rows.licence_nos, question.known_at)) as looks:
            async for numbers, ground in looks:
                # Of several looks the first is the one on which all of them stand.
                stands_on = stands_on or ground.end
                self._first_posts.note(ground.first_posts)
                if silence is None:
                    silence = silent(ground.sources, self._first_posts.have_posted(question.known_at), now)
                if question.known_at is not None:
                    await self._leave_out_gone(ground.known.values(), today)
                async for number in in_steps(numbers):
                    known = ground.known[number]
                    if not known.records.get("mine"):
                        rows.refuse(number, ErrorCode.UNKNOWN_MINE, rows.licence_nos.get(number, ""))
                        continue
                    subject = Subject(
                        number, _facts(known, question.borrower), on, today, silence, ground.waits.get(number, ())
                    )
                    mines.append(mine_answer(subject))
        if question.is_single and rows.problems:
            named, problem = rows.problems[0]
            code = ErrorCode.NOT_FOUND if problem.code is ErrorCode.UNKNOWN_MINE else problem.code
            raise HubError(code, named[:64], field="licenceNo" if question.licence_nos else "uscc")
        mines += [_refused(named, problem) for named, problem in rows.problems]
        assert stands_on is not None
        return {
            "on": on.isoformat(),
            "knownAt": question.known_at and written(question.known_at),
            "logPosition": stands_on.position,
            "logCursor": str(stands_on),
            "ruleSet": RULE_SET,
            "notice": " / ".join(_NOTICE),
            "answer": worst(LoanAnswer(one["answer"]) for one in mines),
            "mines": mines,
        }

    async def by_records(self, connection: Connection, licence_nos: Sequence[str], now: datetime) -> dict[str, dict[str, Any]]:
        """What the records alone say of mines, whatever is not known: by this a later answer is worse, and not by silence."""
        today = china_day(now)
        found = await known(connection, READS, licence_nos)
        return {
            number: mine_answer(Subject(number, one.facts(), today, today)) async for number, one in in_steps(found.items())
        }

    async def _rows(self, question: Question) -> _Rows:
        """The mines that are asked about, each once, and what is no number of any."""
        rows = _Rows()
        for place, stated in enumerate(question.licence_nos):
            named = f"licenceNos.{place}"
            if (number := clean_licence_no(stated)) is None:
                rows.refuse(stated, ErrorCode.BAD_LICENCE_NUMBER, named)
            else:
                rows.add(number, named)
        holders: dict[str, str] = {}
        for place, stated in enumerate(question.usccs):
            named = f"usccs.{place}"
            if (uscc := clean_uscc(stated)) is None:
                rows.refuse(stated, ErrorCode.BAD_CREDIT_CODE, named)
            else:
                holders.setdefault(uscc, named)
        if holders:
            async with self._database.connection() as connection:
                await _add_mines_of(connection, holders, rows, question.known_at)
        if len(rows.licence_nos) > MOST_MINES:
            raise HubError(ErrorCode.TOO_MANY, f"≤ {MOST_MINES}", field=question.field("uscc"))
        return rows

    async def _looks(self, licence_nos: Iterable[str], at: datetime | None) -> AsyncGenerator[tuple[list[str], Grounds]]:
        """What a check of these mines stands on, some of them at a time; while one is worked on the next is brought."""
        wanted = list(licence_nos)
        portions = [wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE)] or [[]]
        told: set[str] = set()
        looked = await self._first_posts.looked()
        ahead = asyncio.ensure_future(grounds(self._database, READS, portions[0], at, looked))
        try:
            for place, portion in enumerate(portions, 1):
                numbers, ground = portion, await ahead
                if place < len(portions):
                    ahead = asyncio.ensure_future(grounds(self._database, READS, portions[place], at, looked))
                if ground.moved:
                    # Of whichever of its numbers a contract of credit names, the mine is meant.
                    async with self._database.connection() as connection:
                        today = await branches.carrying_on(connection, portion)
                    numbers = list(dict.fromkeys(today[number] for number in portion))
                    ground = await grounds(self._database, READS, numbers, at, looked)
                yield [number for number in numbers if number not in told], ground
                told.update(numbers)
        finally:
            ahead.cancel()

    async def _leave_out_gone(self, several: Iterable[Known], today: date) -> None:
        """Leave out the penalties that may be shown no more by now: what was repaired or taken back since is told of no
        moment."""
        some = list(several)
        ids = {fact.id for one in some for word in penalties.WORDS for fact in one.records.get(word, ())}
        async with self._database.connection() as connection:
            hidden = await knowledge.hidden_penalties(connection, ids, today)
        for one in some:
            for word in penalties.WORDS:
                if found := one.records.get(word):
                    one.records[word] = [fact for fact in found if fact.id not in hidden]


async def _add_mines_of(connection: Connection, holders: Mapping[str, str], rows: _Rows, at: datetime | None) -> None:
    """Add the mines of enterprises, which stand with their places; of one that was taken over they are its successor's."""
    rows.begun = await places.end(connection)
    heirs = {uscc: await takeovers.with_successors(connection, [uscc], at) for uscc in holders}
    named = {heir: holders[uscc] for uscc in reversed(heirs) for heir in heirs[uscc]}
    held = await knowledge.mines_of(connection, named, at)
    for number, owner in held.items():
        rows.add(number, named[owner])
    owners = set(held.values())
    for uscc, place in holders.items():
        if owners.isdisjoint(heirs[uscc]):
            rows.refuse(uscc, ErrorCode.UNKNOWN_MINE, place)


def _facts(one: Known, borrower: str | None) -> Facts:
    return one.facts({BORROWER: [Fact("", clean_uscc(borrower) or borrower)]} if borrower else None)


def _refused(named: str, problem: Problem) -> dict[str, Any]:
    return {"licenceNo": named[:64], "answer": LoanAnswer.UNKNOWN, "problem": problem.as_dict(), "findings": []}


def _is_of(check: Check, caller: Principal) -> bool:
    return caller.role is Role.BANK and check.client_id == caller.owner


def shown(check: Check) -> dict[str, Any]:
    """A check as it is told."""
    return {
        "id": check.id,
        "askedAt": written(check.asked_at),
        "askedBy": check.asked_by,
        "purpose": check.purpose,
        "reference": check.reference,
        **check.answer,
    }


def changes(before: Mapping[str, Any], now: Mapping[str, Any], today: Mapping[str, str]) -> list[dict[str, Any]]:
    """Finding by finding what is new, worse, better, otherwise or gone between two answers, and by which records.

    Mines go by the numbers that they have `today`; of one of which the later answer says nothing there is nothing to compare.
    """
    found: list[dict[str, Any]] = []
    told = {mine["licenceNo"] for mine in now["mines"] if mine["problem"] is None}
    was = {(today[key[0]], *key[1:]): one for key, one in _findings(before).items() if today[key[0]] in told}
    stands = _findings(now)
    for key in sorted(was.keys() | stands.keys()):
        old, new = was.get(key), stands.get(key)
        if old == new:
            continue
        found.append(
            {
                "licenceNo": key[0],
                "change": _change(old, new),
                "before": old,
                "now": new,
                "evidence": _new_evidence(old or {}, new or {}),
            }
        )
    return found


def _new_evidence(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Any]:
    """The records by which it changed: those that were not there before, else those that are gone."""
    was, stands = old.get("evidence", []), new.get("evidence", [])
    return [one for one in stands if one not in was] or [one for one in was if one not in stands]


def _findings(answer: Mapping[str, Any]) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    return {
        (mine["licenceNo"], finding["code"], finding["about"] or "".join(finding["departments"])): finding
        for mine in answer["mines"]
        for finding in mine["findings"]
    }


_GRAVITY = {
    "INFO": LoanAnswer.CLEAR,
    "ATTENTION": LoanAnswer.ATTENTION,
    "UNKNOWN": LoanAnswer.UNKNOWN,
    "BLOCKING": LoanAnswer.BLOCKED,
}


def _change(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> ChangeOfFinding:
    if old is None:
        return ChangeOfFinding.NEW
    if new is None:
        return ChangeOfFinding.GONE
    before, now = _GRAVITY[old["severity"]], _GRAVITY[new["severity"]]
    if before == now:
        return ChangeOfFinding.OTHERWISE
    return ChangeOfFinding.WORSE if is_worse(now, before) else ChangeOfFinding.BETTER
