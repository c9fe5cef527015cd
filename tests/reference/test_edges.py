"""What the reference province holds: every date on three days, every word that is worked out, callers of every sort."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.records.supports import Eligibility
from hub.domain.rules.closure import DutyState
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.progress import ReportState
from hub.storage.engine.database import Database
from tests.conftest import NOW
from tests.reference.afresh import Rows, Said
from tests.reference.edges import DAYS, ELSEWHERE, MOMENTS, TODAY, days_of
from tests.reference.executor import load
from tests.reference.worked_out import worked_out


@pytest.fixture
async def rows(filled_sqlite: Path) -> Rows:
    database = Database(f"sqlite:///{filled_sqlite}")
    await database.start()
    found = await load(database)
    await database.close()
    return found


async def test_every_date_is_found_on_the_day_before_on_the_day_and_on_the_day_after(rows: Rows) -> None:
    assert NOW.date() == TODAY
    for kind in RecordKind:
        live = [row for row in rows[kind.value] if not row["superseded_at"] and not row["withdrawn_at"]]
        for name, check in days_of(kind):
            wanted = {day for day in DAYS if not (check.past and day > TODAY)}
            missing = wanted - {row[name] for row in live}
            assert not missing, f"no {kind} of the reference province has {name} on {missing}: see tests/reference/edges.py"
        for name, _ in days_of(kind, derived=True):
            if (kind, name) not in ELSEWHERE:
                missing = set(DAYS[:2]) - {row[name] for row in live}
                assert not missing, f"no {kind} has {name} on {missing}: place one in tests/reference/edges.py or say why not"


async def test_every_word_that_is_worked_out_occurs(rows: Rows) -> None:
    said = Said(rows)
    days = [worked_out(rows, said, at) for at in MOMENTS]
    # Two organs' posts of one decision are not in the province: their own tests hold them.
    codes = {code.value for code in ConflictCode} - {ConflictCode.DECISION_TWICE.value}
    assert {row["code"] for row in days[0]["conflict"]} == codes
    assert {row["eligibility"] for row in days[0]["support_eligibility"]} == {word.value for word in Eligibility}
    assert {row["state"] for row in days[0]["closure_duty"]} == {word.value for word in DutyState}
    assert {row["state"] for day in days for row in day["report_duty"]} == {word.value for word in ReportState}
    assert {row["counted_on"] for day in days for row in day["target_progress"]} >= {date(2026, 12, 31), date(2027, 1, 1)}
