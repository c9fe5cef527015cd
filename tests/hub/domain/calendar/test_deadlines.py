"""Deadlines in working days: from which day, how many, and when they are only provisional."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from hub.domain.calendar.deadlines import ANSWER, REPORT, SERVICE, WITHDRAWAL, Deadline


@pytest.mark.parametrize(
    ("deadline", "since", "due"),
    [
        # Seven working days: over one weekend, over two, and from a weekend.
        (REPORT, date(2026, 3, 2), date(2026, 3, 11)),
        (REPORT, date(2026, 3, 6), date(2026, 3, 17)),
        (REPORT, date(2026, 3, 1), date(2026, 3, 10)),
        (SERVICE, date(2026, 3, 2), date(2026, 3, 11)),
        # Three, and ten.
        (WITHDRAWAL, date(2026, 3, 2), date(2026, 3, 5)),
        (WITHDRAWAL, date(2026, 3, 6), date(2026, 3, 11)),
        (ANSWER, date(2026, 3, 2), date(2026, 3, 16)),
    ],
)
def test_the_day_itself_does_not_count_and_neither_do_days_off(deadline: Deadline, since: date, due: date) -> None:
    assert deadline.on(since) == due
    assert deadline(SimpleNamespace(**{deadline.since: since, "answer_due_on": None})) == due


def test_without_a_day_to_count_from_nothing_is_due() -> None:
    assert WITHDRAWAL.on(None) is None
    assert not WITHDRAWAL.is_provisional(None)
    assert WITHDRAWAL(SimpleNamespace(annulled_on=None)) is None


def test_a_day_that_is_stated_goes_before_the_one_that_is_counted_and_is_never_provisional() -> None:
    stated = SimpleNamespace(transferred_on=date(2090, 1, 4), answer_due_on=date(2090, 1, 5))
    silent = SimpleNamespace(transferred_on=date(2090, 1, 4), answer_due_on=None)
    assert ANSWER(stated) == date(2090, 1, 5)
    assert not ANSWER.provisional(stated)
    assert ANSWER(silent) == ANSWER.on(date(2090, 1, 4))
    assert ANSWER.provisional(silent)


def test_a_deadline_within_years_whose_notices_are_out_is_certain() -> None:
    assert not REPORT.is_provisional(date(2026, 3, 2))
    assert REPORT.is_provisional(date(2090, 3, 2))
