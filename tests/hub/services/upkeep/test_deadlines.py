"""Deadlines that could not be told at posting are found, and filled in once the calendar has the year."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.domain.calendar.working_days import Calendar
from hub.domain.record_kinds import RecordKind
from hub.services.posting.pipeline import Posting
from hub.services.posting.receipts import Outcome
from hub.services.upkeep.deadlines import Deadlines, Empty, declared
from hub.storage.engine.database import Database
from tests import duties, makers
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, posted

LATER = datetime(2027, 3, 1, tzinfo=UTC)
QUERY = "{ penalties { nodes { documentNumber reportDueOn serviceDueOn } } caseTransfers { nodes { dueOn overdue } } }"


@pytest.fixture
async def beyond(database: Database) -> Posting:
    """Posts of 2027, whose working days nobody has announced."""
    posting = Posting(database, clock=lambda: LATER)
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, makers.mine())
    results = await posted(
        posting, ECOLOGY, RecordKind.PENALTY, makers.penalty(1, decidedOn="2027-01-04", publishedOn=None), makers.penalty(2)
    )
    results += await posted(
        posting,
        ECOLOGY,
        RecordKind.CASE_TRANSFER,
        duties.transfer(1, foundOn="2027-01-04", transferredOn="2027-01-05", answerDueOn=None, handlingDueOn=None),
    )
    assert {result.outcome for result in results} == {Outcome.ACCEPTED}
    return posting


async def test_they_are_null_told_to_operators_and_filled_in_later(beyond: Posting, database: Database, ask: Ask) -> None:
    before = (await ask(ECOLOGY, QUERY))["data"]
    assert before["penalties"]["nodes"][0] == {
        "documentNumber": makers.penalty(1)["documentNumber"],
        "reportDueOn": None,
        "serviceDueOn": None,
    }
    assert before["penalties"]["nodes"][1]["reportDueOn"] == "2026-03-10"
    assert before["caseTransfers"]["nodes"] == [{"dueOn": None, "overdue": False}]
    basis = {(kind, name): deadline.basis for kind, name, deadline in declared()}
    waiting = [
        (RecordKind.PENALTY, "report_due_on"),
        (RecordKind.PENALTY, "service_due_on"),
        (RecordKind.CASE_TRANSFER, "due_on"),
    ]
    deadlines = Deadlines(database)
    assert await deadlines.empty() == [Empty(kind, name, basis[kind, name], 2027, 1) for kind, name in waiting]
    assert await deadlines.fill() == 0
    known = Deadlines(database, Calendar.read("date,working,source\n2027,weekdays,示例通知\n"))
    assert await known.fill() == 3
    assert await known.empty() == []
    after = (await ask(ECOLOGY, QUERY))["data"]
    assert after["penalties"]["nodes"][0]["reportDueOn"] == "2027-01-13"
    assert after["caseTransfers"]["nodes"][0]["dueOn"] == "2027-01-19"


async def test_what_can_be_filled_in_is_not_told_to_be_missing_for_what_has_not_begun(
    posting: Posting, database: Database
) -> None:
    await makers.a_province(posting)
    assert await Deadlines(database).empty() == []
