"""No answer is greener than what was acknowledged before it was asked for: two processes post, pull, fail and check at once.

Whatever makes a mine worse or better is known from when it was begun to when it was acknowledged; so is each check.  Its answer
lies between the worst of what held throughout and the worst of what may have held.  `make soak` at 1,000 interleavings, and
with processes as they run (`tests/soak/stale_green.py`).
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from auth.principals import Principal
from hub.domain.findings.words import LoanAnswer
from hub.domain.record_kinds import RecordKind
from hub.domain.rejections import RejectionState
from hub.domain.words.errors import ErrorCode, Problem
from hub.services.banks.loan_checks import LoanChecks, Question
from hub.services.posting.pipeline import Posting
from hub.services.posting.refusals import refusal
from hub.storage.engine.database import Database
from hub.storage.views import departments, rejections
from tests import duties
from tests.hub.services.banks.conftest import NOW
from tests.makers import (
    BANK,
    ECOLOGY,
    FORESTRY,
    LOAN,
    MARKET_REGULATION,
    NATURAL_RESOURCES,
    enterprise,
    entry,
    licence,
    mine,
    opinion,
    penalty,
    posted,
    uscc,
)

INTERLEAVINGS = int(os.environ.get("SOAK", "15"))
MINES = (1, 2, 3)
_GRAVITY = [LoanAnswer.CLEAR, LoanAnswer.ATTENTION, LoanAnswer.UNKNOWN, LoanAnswer.BLOCKED]
_MINUTES = 60


@dataclass(eq=False)
class Condition:
    """Something that makes the answers of mines so grave at the least, from `made` on until it is taken `back`."""

    name: str
    answer: LoanAnswer
    mines: tuple[int, ...]
    change: Callable[[Process, bool], Coroutine[Any, Any, None]]
    #: What it is, or is about to be, and when that was acknowledged; less than 0 until it is.
    acknowledged: int = 0
    is_on: bool = False

    async def turn(self, process: Process, ticks: count[int]) -> None:
        self.acknowledged, self.is_on = -1, not self.is_on
        await self.change(process, self.is_on)
        self.acknowledged = next(ticks)

    def may_be(self, since: int) -> set[bool]:
        """What it may have been for who began to ask at a tick, and has its answer now."""
        settled = 0 <= self.acknowledged <= since
        return {self.is_on} if settled else {self.is_on, not self.is_on}


@dataclass(eq=False)
class Process:
    """A hub of its own over the one database."""

    database: Database
    clock: Callable[[], Any]
    posting: Posting = field(init=False)
    checks: LoanChecks = field(init=False)

    def __post_init__(self) -> None:
        self.posting, self.checks = Posting(self.database, self.clock), LoanChecks(self.database, self.clock)

    async def post(self, who: Principal, kind: RecordKind, *items: dict[str, Any]) -> None:
        for result in await posted(self.posting, who, kind, *items):
            assert result.record_id, result

    async def check(self, licence_nos: Sequence[str]) -> list[LoanAnswer]:
        """What a bank is answered of each of these mines."""
        told = await self.checks.make(Question(licence_nos, is_single=False), BANK, LOAN)
        return [LoanAnswer(one["answer"]) for one in told["mines"]]


async def _penalised(process: Process, is_on: bool, *, number: int) -> None:
    annulled = {} if is_on else {"annulledOn": "2026-10-30"}
    about = {"mines": [licence(number)], "partyUscc": uscc(number), "partyName": enterprise(number)["name"]}
    said = penalty(number, publicationClass="SERIOUS", **about, **annulled)
    await process.post(ECOLOGY, RecordKind.PENALTY, said)


async def _opposed(process: Process, is_on: bool, *, number: int) -> None:
    said = opinion(number, licenceNo=licence(number), verdict="DISAGREE" if is_on else "AGREE")
    await process.post(ECOLOGY, RecordKind.OPINION, said)


async def _quarantined(process: Process, is_on: bool, *, number: int) -> None:
    # Of another kind than those that block: what waits of that would make unknown what it says.
    problems = [Problem("x", ErrorCode.REQUIRED)]
    row = refusal(
        *(ECOLOGY, "connector:market", process.clock(), problems, {"矿": licence(number)}),
        kind=RecordKind.POLLUTANT_PERMIT,
        reference=str(number),
        partial={},
    )
    async with process.database.transaction() as connection:
        if is_on:
            await rejections.insert(connection, [row])
        else:
            waits = sa.select(rejections.table.c.id).where(
                rejections.table.c.resolved_at.is_(None), rejections.table.c.reference == str(number)
            )
            ids = dict.fromkeys((await connection.execute(waits)).scalars())
            await rejections.settle_each(connection, ids, process.clock(), RejectionState.TAKEN)


async def _silent(process: Process, is_on: bool) -> None:
    """Its source was pulled just now, or fails for longer than twice its minutes."""
    since = timedelta(minutes=2 * _MINUTES + 1) if is_on else timedelta(0)
    async with process.database.transaction() as connection:
        await departments.note(connection, "market", last_success_at=process.clock() - since)


async def put_in_order(here: Process, database: Database) -> None:
    """A province in perfect order, with a system that was pulled just now."""
    await here.post(NATURAL_RESOURCES, RecordKind.MINE, *(mine(n, scale="SMALL") for n in MINES))
    await here.post(MARKET_REGULATION, RecordKind.ENTERPRISE, *(enterprise(n) for n in MINES))
    await here.post(NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, *(entry(n, licenceNo=licence(n)) for n in MINES))
    for who in (NATURAL_RESOURCES, ECOLOGY, FORESTRY):
        await here.post(who, RecordKind.OPINION, *(opinion(n, licenceNo=licence(n)) for n in MINES))
    for who, zone in ((NATURAL_RESOURCES, "ECOLOGICAL_RED_LINE"), (FORESTRY, "PROTECTED_AREA")):
        about = {"zoneKind": zone, "overlaps": [], "statedOverlapArea": "0"}
        first = 1 if who is FORESTRY else 11
        screened = [duties.screening(first + n, licenceNo=licence(n), **about) for n in MINES]
        await here.post(who, RecordKind.SCREENING, *screened)
    said = {"department": "MARKET_REGULATION", "chinese_name": "系统", "english_name": "system", "interface": "REST"}
    async with database.transaction() as connection:
        await departments.declare(connection, code="market", refresh_minutes=_MINUTES, **said)
        await departments.note(connection, "market", last_success_at=here.clock())


class Witness:
    """Knows what may have held while a check was made, and that no answer is greener, nor any worse."""

    def __init__(self) -> None:
        self.ticks = count(1)
        self.conditions = [Condition("silent", LoanAnswer.UNKNOWN, MINES, _silent)]
        for number in MINES:
            for name, answer, made in (
                ("penalised", LoanAnswer.BLOCKED, _penalised),
                ("opposed", LoanAnswer.BLOCKED, _opposed),
                ("quarantined", LoanAnswer.UNKNOWN, _quarantined),
            ):
                self.conditions.append(Condition(f"{name} {number}", answer, (number,), partial(made, number=number)))
        self.seen: Counter[tuple[LoanAnswer, bool]] = Counter()

    async def check(self, process: Process) -> None:
        """Check all mines at a process, and judge its answers."""
        since = next(self.ticks)
        told = await process.check([licence(number) for number in MINES])
        for number, answer in zip(MINES, told, strict=True):
            about = [condition for condition in self.conditions if number in condition.mines]
            certain = [c.answer for c in about if c.may_be(since) == {True}]
            possible = [c.answer for c in about if True in c.may_be(since)]
            least, most = (max(map(_GRAVITY.index, some), default=0) for some in (certain, possible))
            assert least <= _GRAVITY.index(answer) <= most, (number, answer, least, most)
            self.seen[answer, least == most] += 1

    async def interleave(self, dice: Random, processes: Sequence[Process]) -> None:
        """Let some of it turn at any of the processes, while banks check at any of them."""
        turned = dice.sample(self.conditions, dice.randrange(3))
        acts = [condition.turn(dice.choice(processes), self.ticks) for condition in turned]
        acts += [self.check(dice.choice(processes)) for _ in range(dice.randrange(1, 4))]
        dice.shuffle(acts)
        await asyncio.gather(*acts)

    @property
    def certain(self) -> set[LoanAnswer]:
        """The answers of which nothing else could have been told."""
        return {answer for answer, is_certain in self.seen if is_certain}


@pytest.fixture
async def processes(database: Database, database_url: str) -> AsyncIterator[tuple[Process, Process]]:
    """Two hubs over a province in perfect order."""
    steps = count()

    def clock() -> Any:
        return NOW + timedelta(microseconds=next(steps))

    other = Database(database_url, pool_size=5)
    await other.start()
    here = Process(database, clock)
    await put_in_order(here, database)
    yield here, Process(other, clock)
    await other.close()


async def test_no_answer_is_greener_than_what_was_acknowledged(processes: tuple[Process, Process]) -> None:
    dice, witness = Random(20261128), Witness()  # noqa: S311
    for _ in range(INTERLEAVINGS):
        await witness.interleave(dice, processes)
    assert witness.certain >= {LoanAnswer.UNKNOWN, LoanAnswer.BLOCKED}
