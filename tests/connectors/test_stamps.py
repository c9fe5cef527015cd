"""Moments of change: instants to compare, texts to ask with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.stamps import Stamp
from hub.domain.calendar.moments import CHINA


@pytest.mark.parametrize(
    ("text", "instant", "before"),
    [
        ("2026-03-01T08:00:00", datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "2026-03-01T07:59:59"),
        ("2026-03-01T08:00:00Z", datetime(2026, 3, 1, 8, 0, tzinfo=UTC), "2026-03-01T07:59:59Z"),
        ("2026-03-01 08:00:00+08:00", datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "2026-03-01 07:59:59+08:00"),
        ("2026-03-01T00:00:00.500Z", datetime(2026, 3, 1, 0, 0, 0, 500_000, tzinfo=UTC), "2026-03-01T00:00:00.499Z"),
        ("2026/03/01 00:00", datetime(2026, 2, 28, 16, 0, tzinfo=UTC), "2026/02/28 23:59"),
        ("20260301000000", datetime(2026, 2, 28, 16, 0, tzinfo=UTC), "20260228235959"),
        ("2026-03-01", datetime(2026, 2, 28, 16, 0, tzinfo=UTC), "2026-02-28"),
        ("2026-03-01T00:00:00.1234567Z", datetime(2026, 3, 1, 0, 0, 0, 123_456, tzinfo=UTC), "2026-03-01T00:00:00.1234550Z"),
        ("2026-03-01 08:00:00 +08:00", datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "2026-03-01 07:59:59 +08:00"),
        ("1772323200", datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "1772323199"),
        ("1772323200500", datetime(2026, 3, 1, 0, 0, 0, 500_000, tzinfo=UTC), "1772323200499"),
        # As PostgreSQL, Java, .NET, Oracle and Python write them.
        ("2026-03-01 08:00:00+08", datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "2026-03-01 07:59:59+08"),
        ("2026-03-01t08:00:00z", datetime(2026, 3, 1, 8, 0, tzinfo=UTC), "2026-03-01t07:59:59z"),
        (
            "2026-03-01T08:00:00+08:00[Asia/Shanghai]",
            datetime(2026, 3, 1, 0, 0, tzinfo=UTC),
            "2026-03-01T07:59:59+08:00[Asia/Shanghai]",
        ),
        ("/Date(1772323200000+0800)/", datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "/Date(1772323199999+0800)/"),
        ("1772323200.5", datetime(2026, 3, 1, 0, 0, 0, 500_000, tzinfo=UTC), "1772323200.4"),
        ("1772323200500.000000", datetime(2026, 3, 1, 0, 0, 0, 500_000, tzinfo=UTC), "1772323200499.999000"),
        ("1772323200500.0", datetime(2026, 3, 1, 0, 0, 0, 500_000, tzinfo=UTC), "1772323200499.9"),
        ("1772323200123456", datetime(2026, 3, 1, 0, 0, 0, 123_456, tzinfo=UTC), "1772323200123455"),
        ("1772323200123456789", datetime(2026, 3, 1, 0, 0, 0, 123_456, tzinfo=UTC), "1772323200123455000"),
        ("20260301080000123", datetime(2026, 3, 1, 0, 0, 0, 123_000, tzinfo=UTC), "20260301080000122"),
        ("20260301T080000", datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "20260301T075959"),
        ("2026.03.01 08:00:00", datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "2026.03.01 07:59:59"),
        ("2026-3-1 8:00:00", datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "2026-3-1 7:59:59"),
        ("2026-10-12 8:00", datetime(2026, 10, 12, 0, 0, tzinfo=UTC), "2026-10-12 7:59"),
        (" 2026-03-01 08:00:00   ", datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "2026-03-01 07:59:59"),
        ("2026-03-01T24:00:00", datetime(2026, 3, 1, 16, 0, tzinfo=UTC), "2026-03-01T23:59:59"),
        ("2026-03-01T23:59:60", datetime(2026, 3, 1, 16, 0, tzinfo=UTC), "2026-03-01T23:59:59"),
    ],
)
def test_a_moment_is_read_as_an_instant_and_written_again_in_its_shape(text: str, instant: datetime, before: str) -> None:
    stamp = Stamp.read(text, CHINA)
    assert stamp.instant == instant
    assert stamp.just_before(CHINA) == before


def test_moments_of_several_shapes_are_in_the_order_of_their_instants() -> None:
    told = ["2026-01-01T00:00:01Z", "2026-01-01T00:00:01.500Z", "2026-01-01T08:00:02+08:00"]
    instants = [Stamp.read(text, CHINA).instant for text in told]
    assert instants == sorted(instants)


def test_another_instant_is_written_in_the_zone_of_the_shape() -> None:
    stamp = Stamp.read("2026-03-01T00:05:00", CHINA)
    assert stamp.moved(stamp.instant - timedelta(minutes=10), CHINA) == "2026-02-28T23:55:00"
    assert Stamp.read("1772323200", CHINA).moved(stamp.instant - timedelta(microseconds=1), CHINA) == "1772294699"


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2026-13-01T00:00:00", "2026-03-01T25:00:00", "9" * 1000, "2026-03/01", "2026030108"),
        *("2026130108", "2026111", "2026-3-18:00", "202603010800001", "1772323200)/", "２０２６-03-01"),
        *("2026-03-01T24:00:01", "2026-03-01T08:60:00", "2026-03-01T08:00:61"),
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Stamp.read(text, CHINA)
