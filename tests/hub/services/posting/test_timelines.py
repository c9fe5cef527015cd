"""What is kept of the rules' lines is what the rules say, evaluated afresh over all that was posted, for every day; and writers
at the same time neither lose a line nor are judged by what another is just changing."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.rules.rule_set import RULES
from hub.domain.words.outcomes import Outcome
from hub.services.posting.pipeline import Posting
from hub.services.upkeep.rules import Rules
from hub.storage.engine.database import Database
from hub.storage.timelines.table import timelines
from tests import duties, makers
from tests.histories import FIRST, MINES, history
from tests.makers import NATURAL_RESOURCES, entry, licence, posted
from tests.reference import afresh
from tests.reference.executor import load


@pytest.mark.parametrize("seed", range(2))
async def test_what_is_kept_is_what_the_rules_say_afresh_on_every_day(database: Database, seed: int) -> None:
    clock = await history(database, Random(seed))  # noqa: S311
    rows = await load(database)
    async with database.connection() as connection:
        kept = defaultdict(list)
        for row in await connection.execute(timelines.select().where(timelines.c.superseded_at.is_(None))):
            kept[row.subject, row.rule].append(row)
    seen = set()
    for number in map(licence, range(1, MINES + 1)):
        facts = afresh.facts_of(rows, number)
        for day in _every_day(clock.now.date()):
            for rule in RULES:
                wanted = sorted((s.about, s.state, list(s.because)) for s in facts.states(rule.name, day))
                found = sorted(
                    (row.about, row.state, afresh.parsed(row.because))
                    for row in kept[number, rule.name]
                    if row.from_day <= day < row.until_day
                )
                assert found == wanted, (number, rule.name, day)
                seen |= {state for _, state, _ in found}
    assert len(seen) > 12
    assert await Rules(database).differing() == ()


def _every_day(last: date) -> Iterator[date]:
    yield from (date(1, 1, 1), date(2024, 12, 31), date(2040, 1, 14), date(2040, 1, 15), date(8999, 12, 31))
    day = FIRST.date() - timedelta(days=220)
    while day <= last + timedelta(days=3):
        yield day
        day += timedelta(days=1)


async def test_of_twenty_who_propose_a_new_mine_on_one_day_one_is_taken(database: Database) -> None:
    posting = Posting(database, clock=lambda: datetime(2026, 11, 2, 3, tzinfo=UTC))
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1))
    proposals = [entry(n, step="PROPOSED", effectiveOn="2026-11-01") for n in range(20)]
    results = await asyncio.gather(*(posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, one) for one in proposals))
    outcomes = [result.outcome for [result] in results]
    assert outcomes.count(Outcome.ACCEPTED) == 1
    assert outcomes.count(Outcome.REJECTED) == 19
    assert await Rules(database).differing() == ()


async def test_writers_of_other_kinds_on_one_mine_lose_no_line(database: Database) -> None:
    """A contract and an assessment of one mine: each of the two transactions alone would keep a line without the other."""
    posting = Posting(database, clock=lambda: datetime(2026, 11, 2, 3, tzinfo=UTC))
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1))
    await posted(posting, NATURAL_RESOURCES, RecordKind.INDICATOR_SYSTEM, duties.system())
    await posted(posting, NATURAL_RESOURCES, RecordKind.ASSESSOR, duties.assessor())
    await posted(posting, NATURAL_RESOURCES, RecordKind.EXPERT, duties.expert(1), duties.expert(2))
    await asyncio.gather(
        *(posted(posting, NATURAL_RESOURCES, RecordKind.CONTRACT, duties.contract(n)) for n in range(8)),
        *(posted(posting, NATURAL_RESOURCES, RecordKind.ASSESSMENT, duties.assessment(n)) for n in range(8)),
        *(
            posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1, lifeCycle=life))
            for life in ("PRODUCING", "SUSPENDED", "EXPANSION", "CLOSED")
        ),
    )
    assert await Rules(database).differing() == ()
