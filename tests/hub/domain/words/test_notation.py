"""Numbers, days and instants are written in one way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from hub.domain.words import notation


@pytest.mark.parametrize(("text", "value"), [("0", "0"), ("-0", "0"), ("-0.00", "0.00"), ("12.50", "12.50"), ("-7", "-7")])
def test_a_number_is_plain_decimal_notation(text: str, value: str) -> None:
    found = notation.number(text)
    assert found == Decimal(value)
    assert not found.is_signed() or found < 0


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "1_0", "+1", "1e3", "NaN", "sNaN", "Infinity", ".5", "5.", "1,000", "١", "１２", "1.2.3", "9" * 500],
)
def test_any_other_notation_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        notation.number(text)


def test_a_day_is_written_with_its_year_first() -> None:
    assert notation.day("2026-02-28") == date(2026, 2, 28)


@pytest.mark.parametrize(
    "text", ["", "2026-2-28", "20260228", "2026-02-30", "2026-W09-6", "２０２６-02-28", "2026-02-28T00:00:00Z"]
)
def test_no_other_day_is_taken(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        notation.day(text)


@pytest.mark.parametrize("text", ["2026-03-01T16:00:00Z", "2026-03-02T00:00:00+08:00", "2026-03-01T16:00:00.000-00:00"])
def test_an_instant_is_told_with_its_offset(text: str) -> None:
    assert notation.instant(text) == datetime(2026, 3, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "2026-03-01", "2026-03-01T16:00:00", "2026-03-01 16:00:00Z", "0001-01-01T00:00:00+08:00"])
def test_no_other_instant_is_taken(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        notation.instant(text)


@pytest.mark.parametrize("offset", [0, 8])
def test_an_instant_is_written_in_utc_to_the_microsecond(offset: int) -> None:
    moment = datetime(2026, 3, 2, offset, 0, 0, 5, tzinfo=timezone(timedelta(hours=offset)))
    assert notation.written(moment) == "2026-03-02T00:00:00.000005Z"
