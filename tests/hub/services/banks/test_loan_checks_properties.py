"""A loan check says what plain Python says of the same rows, and as known at a moment what it said then: over random histories.

A graph is a mine at a moment.  A run looks at 24 of one history of each database, `make soak` at 5,000 of eleven, whose tables
went back to a version of before and came on again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from hub.domain.calendar.moments import china_day
from hub.domain.findings.finding_set import NEEDED, RULES
from hub.domain.findings.loan_check import Subject, mine_answer
from hub.domain.findings.sources import Silence, Silent
from hub.domain.record_kinds import RecordKind
from hub.domain.rules.timelines import END, next_turn
from hub.services.banks.loan_checks import LoanChecks, Question
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from tests import duties, makers
from tests.histories import FIRST, MINES, Days, back_and_forth, history
from tests.makers import ECOLOGY, FORESTRY, MARKET_REGULATION, NATURAL_RESOURCES, licence, posted, uscc
from tests.reference.afresh import loan_facts
from tests.reference.executor import load

GRAPHS = int(os.environ.get("SOAK", "24"))
IS_LONG = "SOAK" in os.environ
#: How many posts a history has, and how many moments; at each of them every mine is a graph of its own.
POSTS, MOMENTS = (120, 40) if IS_LONG else (20, 2)
HISTORIES = -(-GRAPHS // (MOMENTS * MINES))
_NUMBERS = [licence(number) for number in range(1, MINES + 1)]


async def _beside(database: Database, clock: Days, dice: Random, place: int) -> None:
    """What a bank looks at besides: penalties in publication of mines, holders and whom these have taken over, cases that were
    handed over, screenings of protected areas."""
    posting, today = Posting(database, clock), clock.now.date()
    number = dice.randrange(300, 330)
    # What is corrected of a penalty leaves it in publication, or out of it: today's law would tell otherwise of what was then.
    decided = FIRST.date() - timedelta([0, 30, 400][number % 3])
    about: dict[str, Any] = {"mines": [licence(n) for n in sorted(dice.sample(range(1, MINES), dice.randrange(3)))]}
    penalty = makers.penalty(
        number,
        partyUscc=uscc(party := dice.randrange(1, 6)),
        partyName=f"示例{party}号矿业有限公司",
        decidedOn=decided.isoformat(),
        validUntil=(decided + timedelta(2000)).isoformat(),
        kinds=["FINE", *dice.choice([[], ["PRODUCTION_SUSPENSION"], ["CLOSURE"]])],
        fine=f"{dice.randrange(1, 9)}000.00",
        publishedOn=decided.isoformat() if number % 4 else None,
        publicationClass=["MINOR", "GENERAL", "SERIOUS"][number % 9 // 3],
        **about,
    )
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty)
    named: dict[str, Any] = dice.choice(
        [{"licenceNo": licence(dice.randrange(1, MINES))}, {"licenceNo": None, "partyUscc": uscc(party)}]
    )
    days = {"foundOn": today, "transferredOn": today, "answerDueOn": today, "handlingDueOn": today}
    handed = duties.transfer(place % 9, **{name: day.isoformat() for name, day in days.items()}, **named)
    await posted(posting, ECOLOGY, RecordKind.CASE_TRANSFER, handed)
    answered = duties.answer(place % 7, step=dice.choice(["ACCEPTED", "HANDLED"]), outcome="OTHER", outcomeText="示例")
    await posted(posting, NATURAL_RESOURCES, RecordKind.TRANSFER_ANSWER, answered | {"answeredOn": today.isoformat()})
    merged = {"successorUscc": uscc(dice.choice([4, 6])), "succeededOn": today.isoformat(), "registrationStatus": "CANCELLED"}
    holds = makers.enterprise(
        dice.choice([1, 2, 3]),
        registrationStatus=dice.choice(["SUSPENDED", "IN_OPERATION"]),
        abnormalOperation=dice.choice([True, False]),
        businessTermUntil=(today - timedelta(dice.choice([-100, 1]))).isoformat(),
    )
    register = makers.enterprise(5, **merged) if dice.random() < 0.2 else holds
    await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, register)
    park = {"zoneKind": "PROTECTED_AREA", "licenceNo": licence(dice.randrange(1, MINES)), "screenedOn": today.isoformat()}
    overlaps: dict[str, Any] = dice.choice([{"overlaps": [], "statedOverlapArea": "0"}, {}])
    await posted(posting, FORESTRY, RecordKind.SCREENING, duties.screening(60 + place % 9, **park, **overlaps))


@dataclass
class Moment:
    """When a check was made, about which day, and what was told of each mine."""

    at: datetime
    on: date
    told: list[dict[str, Any]]


async def _told(database: Database, at: datetime, on: date, known_at: datetime | None = None) -> list[dict[str, Any]]:
    found = await LoanChecks(database).told(Question(_NUMBERS, on=on, known_at=known_at, is_single=False), at)
    mines: list[dict[str, Any]] = found["mines"]
    return mines


async def _look(database: Database, clock: Days, dice: Random) -> Moment:
    """What is told of every mine about some day, which is what plain Python says of the rows."""
    today = china_day(clock.now)
    moment = Moment(clock.now, on := today - timedelta(dice.choice([0, 0, 0, 1, 40])), await _told(database, clock.now, on))
    rows = await load(database)
    have_posted = {row["department"] for some in rows.values() for row in some if "recorded_at" in row}
    silent: Silent = dict.fromkeys(sorted(NEEDED - have_posted), Silence.NEVER)
    for one in moment.told:
        facts = loan_facts(rows, one["licenceNo"])
        wanted = mine_answer(Subject(one["licenceNo"], facts, on, today, silent))
        assert one == wanted, (one["licenceNo"], on, today)
        # Who watches the mine looks again no later than on the day on which any of it is said otherwise.
        turns = (day for rule in RULES for span in rule.line(facts) for day in (span.from_day, span.until_day) if day > on)
        assert on < next_turn(RULES, facts, on) <= min(turns, default=END), (one["licenceNo"], on)
    return moment


@pytest.mark.parametrize("seed", range(HISTORIES))
async def test_it_says_what_plain_python_says_and_as_known_at_a_moment_what_it_said_then(database: Database, seed: int) -> None:
    dice = Random(seed)  # noqa: S311
    moments: list[Moment] = []

    async def beside(place: int, clock: Days) -> None:
        await _beside(database, clock, dice, place)
        if place % (POSTS // MOMENTS) == POSTS // MOMENTS - 1:
            moments.append(await _look(database, clock, dice))

    await history(database, dice, POSTS, beside)
    if IS_LONG:
        await back_and_forth(database)
    for one in moments:
        assert await _told(database, one.at, one.on, one.at) == one.told, one.at
    seen = {finding["code"] for one in moments for mine in one.told for finding in mine["findings"]}
    assert len(seen) >= (28 if IS_LONG else 16), seen
