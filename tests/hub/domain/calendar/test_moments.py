"""Days are China's, months end where they end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from hub.domain.calendar.moments import LEEWAY, china_day, china_time, months_after


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-01T15:59:59.999999+00:00", date(2026, 11, 1)),
        ("2026-11-01T16:00:00+00:00", date(2026, 11, 2)),
        ("2026-12-31T16:00:00+00:00", date(2027, 1, 1)),
        ("2026-11-02T00:00:00+08:00", date(2026, 11, 2)),
        ("2026-11-01T23:59:59+09:00", date(2026, 11, 1)),
    ],
)
def test_a_day_begins_at_sixteen_hours_of_the_day_before(moment: str, day: date) -> None:
    assert china_day(datetime.fromisoformat(moment)) == day


def test_a_clock_may_be_five_minutes_ahead() -> None:
    """Written out once more: what a clock of days ahead has written would stand for as long."""
    assert timedelta(minutes=5) == LEEWAY


def test_china_has_no_summer_time() -> None:
    for month in (1, 7):
        assert china_time(datetime(2026, month, 1, tzinfo=UTC)).hour == 8


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ((2026, 1, 15), 1, (2026, 2, 15)),
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2028, 1, 31), 1, (2028, 2, 29)),
        ((2026, 1, 29), 1, (2026, 2, 28)),
        ((2026, 1, 29), 2, (2026, 3, 29)),
        ((2026, 2, 28), 1, (2026, 3, 28)),
        ((2026, 8, 31), 1, (2026, 9, 30)),
        ((2026, 12, 31), 2, (2027, 2, 28)),
        ((2026, 6, 30), 6, (2026, 12, 30)),
        ((2026, 3, 31), -1, (2026, 2, 28)),
        ((2026, 1, 31), -2, (2025, 11, 30)),
        ((2024, 2, 29), 12, (2025, 2, 28)),
        ((2026, 5, 31), 0, (2026, 5, 31)),
    ],
)
def test_the_same_day_of_another_month_or_its_last(day: tuple[int, ...], months: int, then: tuple[int, ...]) -> None:
    assert months_after(date(*day), months) == date(*then)
