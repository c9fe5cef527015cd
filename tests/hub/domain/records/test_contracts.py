"""Contracts: what falls due next, and while they are in force."""

from __future__ import annotations

from datetime import date
from typing import Any

from hub.domain.record_kinds import RecordKind
from hub.domain.records.contracts import in_force_on
from tests import duties
from tests.hub.domain.records.judging import read

K = RecordKind


def contract(**more: Any) -> Any:
    return read(K.CONTRACT, duties.contract(**more))


def test_the_earliest_task_that_is_not_done_is_due_next_and_the_whole_at_the_end() -> None:
    tasks = [
        {"task": "二", "dueOn": "2026-12-31"},
        {"task": "一", "dueOn": "2026-06-30", "progress": 100, "doneOn": "2026-06-01"},
    ]
    assert contract(milestones=tasks).next_due_on == date(2026, 12, 31)
    assert contract(milestones=tasks[1:]).next_due_on == date(2027, 12, 31)
    assert contract(milestones=tasks, fulfilledOn="2026-10-01").next_due_on is None
    assert contract(milestones=tasks, terminatedOn="2026-10-01").next_due_on is None


def test_a_contract_is_in_force_from_its_signing_until_it_is_ended_early() -> None:
    ended = contract(terminatedOn="2026-01-01", fulfilledOn="2025-12-01")
    days = [date(2025, 5, 19), date(2025, 5, 20), date(2025, 12, 31), date(2026, 1, 1)]
    assert [in_force_on(ended, day) for day in days] == [False, True, True, False]
    assert in_force_on(contract(), date(2040, 1, 1))
