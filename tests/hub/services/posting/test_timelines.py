"""What is kept of the rules' lines is what the rules say, evaluated afresh over all that was posted, for every day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from hub.domain.record_kinds import RecordKind
from hub.domain.rules.rule_set import rules_of
from hub.domain.rules.timelines import Facts, Subject
from hub.domain.words.outcomes import Outcome
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.services.upkeep.rules import Rules
from hub.storage.engine.database import Database
from hub.storage.timelines.table import timelines
from tests import duties, makers
from tests.histories import FIRST, MINES, Days, history
from tests.makers import ECOLOGY, NATURAL_RESOURCES, entry, licence, posted
from tests.reference import afresh
from tests.reference.executor import load


@pytest.mark.parametrize("seed", range(2))
async def test_what_is_kept_is_what_the_rules_say_afresh_on_every_day(database: Database, seed: int) -> None:
    clock = await history(database, dice := Random(seed), beside=partial(_renumber, database, dice))  # noqa: S311
    rows = await load(database)
    async with database.connection() as connection:
        kept = defaultdict(list)
        for row in await connection.execute(timelines.select().where(timelines.c.superseded_at.is_(None))):
            kept[row.subject, row.rule].append(row)
    seen = set()
    mines = sorted({row["licence_no"] for row in rows["mine"]})
    assert len(mines) > MINES + 2, "some have other numbers by now"
    of_mines: list[tuple[str, Facts]] = [(no, afresh.facts_of(rows, no)) for no in mines]
    numbers = sorted({row["document_number"] for row in rows["penalty"]})
    of_decisions: list[tuple[str, Facts]] = [(no, afresh.facts_of_decision(rows, no)) for no in numbers]
    for sort, number, facts in (
        *((Subject.MINE, *one) for one in of_mines),
        *((Subject.DECISION, *one) for one in of_decisions),
    ):
        for day in _every_day(clock.now.date()):
            for rule in rules_of(sort):
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


async def _renumber(database: Database, dice: Random, place: int, clock: Days) -> None:
    """Now and then a mine goes on under another number, alone or with another that goes into it, or that is taken back."""
    if place % 20:
        return
    posting, (first, second) = Posting(database, clock), dice.sample(range(1, MINES + 1), 2)
    merged = {"form": "MERGER", "predecessors": [licence(first), licence(second)], "principal": licence(first)}
    alone = {"form": "RENEWAL", "predecessors": [licence(first)]}
    said = duties.licence_succession(place, **dice.choice([merged, alone]), succeededOn=clock.now.date().isoformat())
    [result] = await posted(posting, NATURAL_RESOURCES, RecordKind.LICENCE_SUCCESSION, said)
    if result.record_id and dice.random() < 0.25:
        await posting.withdraw(NATURAL_RESOURCES, result.record_id, "示例更正", source="test")


#: Of so many mines the even ones are listed: more than are looked up one by one.
_MANY = 24
_LISTED = [licence(n) for n in range(2, _MANY + 1, 2)]


@pytest.fixture
def said(database: Database) -> list[str]:
    """The statements that are run."""
    texts: list[str] = []
    engine = database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", lambda _connection, _cursor, text, *_: texts.append(text))
    return texts


async def test_what_its_system_lists_again_counts_again_whatever_else_it_says_now(database: Database, posting: Posting) -> None:
    """Its words of before say the same in all that rules read; they did not stand."""
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine(1))
    await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, entry(1))
    said = makers.opinion(1, verdict="DISAGREE")

    async def say(**more: Any) -> Outcome:
        submission = Submission(makers.issued_by(ECOLOGY, said | more))
        [result] = await posting.post(ECOLOGY, RecordKind.OPINION, [submission], source="connector:ecology")
        made.append(str(result.record_id))
        return result.outcome

    async def doubted() -> int:
        assert await Rules(database).differing() == ()
        wanted = timelines.c.rule == "LISTED_DESPITE_DISAGREE", timelines.c.superseded_at.is_(None)
        async with database.connection() as connection:
            return len((await connection.execute(sa.select(timelines.c.rule).where(*wanted))).all())

    made: list[str] = []
    assert (await say(), await doubted()) == (Outcome.ACCEPTED, 1)
    await posting.withdraw(ECOLOGY, made[0], "示例", source="connector:ecology")
    assert await doubted() == 0
    assert (await say(text="改"), await doubted()) == (Outcome.NEW_VERSION, 1)


async def test_a_post_that_can_change_no_line_costs_none(database: Database, posting: Posting, said: list[str]) -> None:
    """What a rule does not look at is free: kinds, fields and rows, and mines that were never in the directory."""

    async def post(kind: RecordKind, *items: dict[str, Any]) -> dict[str, int]:
        """The statements that read and write lines, and the lines that stand of each rule since."""
        said.clear()
        results = await posted(posting, ECOLOGY if kind in of_ecology else NATURAL_RESOURCES, kind, *items)
        assert all(result.record_id for result in results), results
        touching = [text for text in said if "timelines" in text]
        assert await Rules(database).differing() == ()
        asked = sum("INSERT" not in text and "COPY" not in text for text in touching)
        return {"asked": asked, "all": len(touching), "facts": sum("'kept'" in text for text in touching)}

    def opinions(**more: Any) -> list[dict[str, Any]]:
        return [makers.opinion(n, licenceNo=licence(n), **more) for n in range(1, _MANY + 1)]

    async def doubted(rule: str) -> list[str]:
        kept = timelines.c
        async with database.connection() as connection:
            found = sa.select(kept.subject).where(kept.rule == rule, kept.superseded_at.is_(None)).order_by(kept.subject)
            return list((await connection.execute(found)).scalars())

    of_ecology = (RecordKind.OPINION, RecordKind.PENALTY, RecordKind.MONITORING_READING)
    none, looked = {"asked": 0, "all": 0, "facts": 0}, {"asked": 1, "all": 1, "facts": 0}
    mines = [makers.mine(n) for n in range(1, _MANY + 1)]
    # Nothing names a mine before it is registered, and nothing is kept of it.
    assert await post(RecordKind.MINE, *mines) == {"asked": 0, "all": 1, "facts": 0}
    # Not the field, nor the kind, nor the row.
    assert await post(RecordKind.MINE, *(one | {"mineral": "铜矿"} for one in mines)) == none
    assert await post(RecordKind.MONITORING_READING, duties.monitoring_reading(1)) == none
    assert await post(RecordKind.OPINION, *opinions(nature="COMMENT", verdict=None)) == none
    # None of the mines was ever listed, so that none is looked at again; then every second is.
    assert await post(RecordKind.OPINION, *opinions(nature="AUDIT", verdict="DISAGREE")) == looked
    assert await doubted("LISTED_DESPITE_DISAGREE") == []
    entries = [entry(n, licenceNo=number) for n, number in enumerate(_LISTED)]
    await post(RecordKind.DIRECTORY_ENTRY, *entries)
    assert await doubted("LISTED_DESPITE_DISAGREE") == _LISTED
    # Other words of it are no other verdict; another verdict is, and another mine.
    assert await post(RecordKind.OPINION, *opinions(verdict="DISAGREE", text="示例")) == none
    moved = makers.opinion(2, licenceNo=licence(1), verdict="DISAGREE")
    await post(RecordKind.OPINION, *opinions(verdict="DISAGREE")[:1], moved, *opinions(verdict="DISAGREE")[2:])
    assert await doubted("LISTED_DESPITE_DISAGREE") == _LISTED[1:]
    await post(RecordKind.OPINION, *opinions(verdict="AGREE"))
    assert await doubted("LISTED_DESPITE_DISAGREE") == []
    # What was no matter of a rule's becomes one, and was one.
    penalties = [makers.penalty(n, mines=[licence(n)], partyUscc=makers.uscc(n)) for n in range(1, _MANY + 1)]
    serious = [one | {"publicationClass": "SERIOUS", "validUntil": "2029-03-01"} for one in penalties]
    for items, found in ((penalties, []), (serious, _LISTED), (penalties, [])):
        await post(RecordKind.PENALTY, *items)
        assert await doubted("LISTED_WITH_SERIOUS_PENALTY") == found
    # Of a decision that stands again all is looked at again.
    [first, *_] = await posted(posting, ECOLOGY, RecordKind.PENALTY, serious[1])
    await posting.withdraw(ECOLOGY, str(first.record_id), "示例", source="test")
    assert await doubted("LISTED_WITH_SERIOUS_PENALTY") == []
    await posting.reinstate(ECOLOGY, str(first.record_id), "示例", source="test")
    assert await doubted("LISTED_WITH_SERIOUS_PENALTY") == _LISTED[:1]
    # So is one that its own system brings back, with other words that no rule reads.
    source, [told] = "connector:example", [serious[3] | {"documentNumber": "示例罚〔2025〕99号"}]
    for content in ("警告", "警告，罚款"):
        item = Submission(makers.issued_by(ECOLOGY, told | {"content": content}))
        [brought] = await posting.post(ECOLOGY, RecordKind.PENALTY, [item], source=source)
        assert brought.record_id
        assert await doubted("LISTED_WITH_SERIOUS_PENALTY") == _LISTED[:2]
        await posting.withdraw(ECOLOGY, brought.record_id, "示例", source=source)
    assert await Rules(database).differing() == ()


async def test_a_mine_begins_with_what_its_holder_brings_and_with_the_last_word_of_its_batch(
    database: Database, posting: Posting
) -> None:
    breach = {"seriousBreach": True, "seriousBreachSince": "2024-01-01"}
    await posted(posting, makers.MARKET_REGULATION, RecordKind.ENTERPRISE, makers.enterprise(1, **breach))
    first, other = makers.mine(1), makers.mine(2, enterpriseUscc=makers.uscc(2))
    again = makers.mine(1, lifeCycle="CLOSED")
    for items in ([first, other, again], [makers.mine(3), makers.mine(4, enterpriseUscc=makers.uscc(1))]):
        await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *items)
        assert await Rules(database).differing() == ()
    kept = timelines.c
    barred = sa.select(kept.subject).where(kept.rule == "BARRED", kept.superseded_at.is_(None)).order_by(kept.subject)
    async with database.connection() as connection:
        assert list((await connection.execute(barred)).scalars()) == [licence(1), licence(4)]
        words = sa.select(kept.state).where(kept.subject == licence(1), kept.rule == "STANDING", kept.superseded_at.is_(None))
        assert "CLOSED" in (await connection.execute(words)).scalars().all()


def _every_day(last: date) -> Iterator[date]:
    yield from (date(1, 1, 1), date(2024, 12, 31), date(2040, 1, 14), date(2040, 1, 15), date(8999, 12, 31))
    day = FIRST.date() - timedelta(days=220)
    while day <= last + timedelta(days=3):
        yield day
        day += timedelta(days=1)
