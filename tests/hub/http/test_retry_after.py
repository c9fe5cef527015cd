"""How long somebody asks to be left alone: in seconds, until a moment by its own clock or ours, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from hub.http.retry_after import retry_after

HOUR = 3600.0
NOW = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)


def told(**said: str) -> float | None:
    """What is told of headers, whose `_` stands for `-`."""
    return retry_after({name.replace("_", "-"): value for name, value in said.items()}, HOUR, lambda: NOW)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0),
        ("90", 90),
        ("1.5", 1.5),
        ("3600", HOUR),
        ("3601", HOUR),
        ("1e999", HOUR),
        ("-5", 0),
        ("Wed, 21 Oct 2093 07:28:00 GMT", HOUR),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("九十", None),
    ],
)
def test_seconds_and_moments_are_read_and_what_is_neither_names_no_time(said: str, seconds: float | None) -> None:
    assert told(retry_after=said) == seconds


def test_a_moment_is_counted_by_the_clock_of_who_says_it() -> None:
    assert told(date="Wed, 21 Oct 2015 07:28:00 GMT", retry_after="Wed, 21 Oct 2015 07:29:30 GMT") == 90
    soon = format_datetime(NOW + timedelta(minutes=2), usegmt=True)
    assert told(retry_after=soon) == 120
    assert told(retry_after=soon, date="yesterday") is None
    assert told() is None
