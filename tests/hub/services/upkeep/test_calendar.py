"""Deadlines that reach into a year without a notice are provisional, and are counted again once an operator has added it."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hub.domain.calendar.working_days import Calendar, Notice
from hub.domain.record_kinds import RecordKind
from hub.domain.rules import listings
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.outcomes import Outcome
from hub.services.posting.pipeline import Posting
from hub.services.upkeep.calendar import Calendars, Provisional, declared
from hub.services.upkeep.rules import Rules
from hub.storage.engine.database import Database
from hub.storage.timelines.table import timelines
from tests import duties, makers
from tests.hub.services.posting.racing import come, gate
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, posted

LATER = datetime(2027, 3, 1, tzinfo=UTC)
QUERY = """{
  penalties { nodes { documentNumber reportDueOn reportDueProvisional serviceDueOn serviceDueProvisional } }
  late: penalties(filter: { reportDueProvisional: { eq: true } }) { totalCount }
  caseTransfers { nodes { dueOn dueProvisional overdue(on: "2027-01-19") } }
  plan { workingDaysKnownUntil }
}"""
#: 5 January is free, so that what was due provisionally on the 13th and 19th is due a day later.
NOTICE = Notice.read("day,working,notice\n2027-01-01,no,示例通知\n2027-01-05,no,示例通知\n")


@pytest.fixture
async def beyond(database: Database) -> Posting:
    """Posts of 2027, whose notice nobody has added."""
    posting = Posting(database, clock=lambda: LATER)
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine())
    results = await posted(
        posting, ECOLOGY, RecordKind.PENALTY, makers.penalty(1, decidedOn="2027-01-04", publishedOn=None), makers.penalty(2)
    )
    results += await posted(
        posting,
        ECOLOGY,
        RecordKind.CASE_TRANSFER,
        duties.transfer(1, foundOn="2027-01-04", transferredOn="2027-01-04", answerDueOn=None, handlingDueOn=None),
    )
    assert {result.outcome for result in results} == {Outcome.ACCEPTED}
    return posting


async def test_they_are_told_with_a_mark_and_counted_again_when_the_notice_is_known(
    beyond: Posting, database: Database, ask: Ask
) -> None:
    before = (await ask(ECOLOGY, QUERY))["data"]
    assert before["penalties"]["nodes"][0] == {
        "documentNumber": makers.penalty(1)["documentNumber"],
        "reportDueOn": "2027-01-13",
        "reportDueProvisional": True,
        "serviceDueOn": "2027-01-13",
        "serviceDueProvisional": True,
    }
    assert before["penalties"]["nodes"][1]["reportDueOn"] == "2026-03-10"
    assert before["penalties"]["nodes"][1]["reportDueProvisional"] is False
    assert before["late"]["totalCount"] == 1
    # A provisional day that has passed is overdue: not knowing the notice makes nothing "not overdue".
    assert before["caseTransfers"]["nodes"] == [{"dueOn": "2027-01-18", "dueProvisional": True, "overdue": True}]
    assert before["plan"] == {"workingDaysKnownUntil": "2026-12-31"}

    basis = {(kind, name): deadline.basis for kind, name, deadline in declared()}
    provisional = [
        (RecordKind.PENALTY, "report_due_on"),
        (RecordKind.PENALTY, "service_due_on"),
        (RecordKind.CASE_TRANSFER, "due_on"),
    ]
    calendars = Calendars(database, Calendar())
    assert await calendars.refresh() == 0
    assert await calendars.provisional() == [Provisional(kind, name, basis[kind, name], 2027, 1) for kind, name in provisional]
    assert await calendars.add(NOTICE) == 3
    assert await calendars.provisional() == []

    after = (await ask(ECOLOGY, QUERY))["data"]
    assert after["penalties"]["nodes"][0]["reportDueOn"] == "2027-01-14"
    assert after["penalties"]["nodes"][0]["reportDueProvisional"] is False
    assert after["late"]["totalCount"] == 0
    assert after["caseTransfers"]["nodes"] == [{"dueOn": "2027-01-19", "dueProvisional": False, "overdue": False}]
    assert after["plan"] == {"workingDaysKnownUntil": "2027-12-31"}


async def test_another_process_takes_the_notice_and_mends_what_it_had_posted_without_it(
    beyond: Posting, database: Database
) -> None:
    own = Calendar()
    elsewhere = Calendars(database, own)
    await elsewhere.refresh()
    await Calendars(database, Calendar()).add(NOTICE)
    assert own.known_until == date(2026, 12, 31)
    await posted(beyond, ECOLOGY, RecordKind.PENALTY, makers.penalty(3, decidedOn="2027-01-04", publishedOn=None))
    assert await elsewhere.refresh() == 2
    assert own.known_until == date(2027, 12, 31)
    assert await elsewhere.provisional() == []
    assert await elsewhere.refresh() == 0


async def test_an_amended_notice_counts_again_what_was_settled(beyond: Posting, database: Database) -> None:
    calendars = Calendars(database, Calendar())
    await calendars.add(NOTICE)
    assert await calendars.add(Notice.read("day,working,notice\n2027-01-01,no,示例通知\n")) == 3
    assert [len(notice.days) for notice in await calendars.notices()] == [1]


async def test_what_is_on_its_way_when_a_notice_comes_is_counted_by_it(database: Database, database_url: str) -> None:
    """It was read by the calendar of before, and is stored when all others have been counted again."""
    posting, own = Posting(database, clock=lambda: LATER), Calendar()
    calendars = Calendars(database, own, passed=posting.passed)
    await calendars.refresh()
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine())

    async def post() -> None:
        late = [makers.penalty(n, decidedOn="2027-01-04", publishedOn=None) for n in range(3)]
        assert all(result.record_id for result in await posted(posting, ECOLOGY, RecordKind.PENALTY, *late))

    if database.is_sqlite:
        await asyncio.gather(post(), calendars.add(NOTICE))
    else:
        async with gate(database_url, "log") as held:
            under_way: list[asyncio.Future[Any]] = [asyncio.create_task(post())]
            await come(held, 1)
            under_way.append(asyncio.create_task(calendars.add(NOTICE)))
            while own.known_until.year < NOTICE.year:  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0.01)
        await asyncio.gather(*under_way)
    assert await calendars.provisional() == []


async def test_a_year_beyond_a_gap_is_refused_with_the_year_that_is_wanted(database: Database) -> None:
    with pytest.raises(HubError) as caught:
        await Calendars(database, Calendar()).add(Notice.read("day,working,notice\n2028-01-03,no,示例通知\n"))
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "FILE")
    assert "2027" in caught.value.detail


async def test_what_has_not_begun_has_no_provisional_deadline(posting: Posting, database: Database) -> None:
    await makers.a_province(posting)
    assert await Calendars(database, Calendar()).provisional() == []


async def test_a_public_notice_is_counted_again_when_the_year_is_known(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From Monday the 4th to Friday the 8th of January 2027 are five working days, until the 5th is known to be free."""
    own = Calendar()
    monkeypatch.setattr(listings, "CALENDAR", own)
    posting = Posting(database, clock=lambda: LATER)
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine())
    for step, on in (("PUBLIC_NOTICE", "2027-01-04"), ("LISTED", "2027-01-09")):
        await posted(posting, NATURAL_RESOURCES, RecordKind.DIRECTORY_ENTRY, makers.entry(1, step=step, effectiveOn=on))
    calendars = Calendars(database, own, clock=lambda: LATER)
    found = []
    for notice in (None, NOTICE):
        if notice:
            await calendars.add(notice)
        async with database.connection() as connection:
            kept = (await connection.execute(timelines.select().where(timelines.c.rule == "LISTED_NOTICE_TOO_SHORT"))).all()
        found.append(len(kept))
    assert found == [0, 1]
    assert await Rules(database).differing() == ()
