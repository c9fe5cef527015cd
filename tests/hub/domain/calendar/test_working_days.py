"""Working days are those of the State Council's notices; where there is none yet, deadlines are told as provisional."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar.deadlines import ANSWER, REPORT, WITHDRAWAL
from hub.domain.calendar.working_days import CALENDAR, Calendar, Notice
from hub.domain.declaring.fields import validate
from hub.domain.records.penalties import Penalty
from hub.domain.records.transfers import CaseTransfer
from hub.domain.words.errors import ErrorCode, HubError
from tests import duties, makers

TODAY = date(2026, 11, 2)
#: A fictional notice of 2027: the Spring Festival from 5 to 11 February, with a Saturday that is worked for it.
TABLE = """day,working,notice
2027-01-01,no,示例通知
2027-02-05,no,示例通知
2027-02-08,no,示例通知
2027-02-09,no,示例通知
2027-02-10,no,示例通知
2027-02-11,no,示例通知
2027-02-20,yes,示例通知
"""
NOTICE = Notice.read(TABLE)
EXTENDED = Calendar(NOTICE)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 10, 1), False),  # National Day
        (date(2026, 10, 10), True),  # a Saturday that is worked for it
        (date(2026, 11, 2), True),
        (date(2026, 11, 7), False),
    ],
)
def test_the_notices_are_followed(day: date, working: bool) -> None:
    assert CALENDAR.is_working(day) is working


def test_seven_working_days_pass_over_the_national_holiday() -> None:
    # 1 to 7 October are free, the 10th is worked: 28, 29, 30 September, then 8, 9, 10, 12 October.
    assert CALENDAR.after(date(2026, 9, 25), 7) == date(2026, 10, 12)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2027, 1, 1), False),  # New Year's Day, a Friday
        (date(2027, 1, 4), True),
        (date(2027, 2, 4), True),  # the day before New Year's Eve of the lunar year
        (date(2027, 2, 5), False),  # that eve
        (date(2027, 2, 10), False),  # a day off for a holiday on a weekend
        (date(2027, 2, 11), True),
        (date(2027, 2, 20), False),  # a Saturday: which ones are worked nobody knows yet
        (date(2027, 5, 3), False),
        (date(2027, 10, 1), False),
        (date(2003, 10, 1), False),  # before the notices that the library has
    ],
)
def test_a_year_without_a_notice_goes_by_the_statutory_holidays(day: date, working: bool) -> None:
    assert CALENDAR.is_working(day) is working


def test_what_is_counted_over_days_of_such_a_year_is_provisional() -> None:
    assert CALENDAR.known_until == date(2026, 12, 31)
    # 24, 25, 28, 29, 30, 31 December, 4 January.
    assert REPORT.on(date(2026, 12, 23)) == date(2027, 1, 4)
    assert REPORT.is_provisional(date(2026, 12, 23))
    assert REPORT.on(date(2026, 12, 22)) == date(2026, 12, 31)
    assert not REPORT.is_provisional(date(2026, 12, 22))
    # The day that it is counted from does not count: nothing of 2026 matters from its last day on.
    assert not EXTENDED.is_provisional(date(2026, 12, 31), date(2027, 1, 12))
    assert EXTENDED.is_provisional(date(2027, 12, 31), date(2028, 1, 4))
    assert CALENDAR.is_provisional(date(2003, 12, 20), date(2003, 12, 31))
    assert not CALENDAR.is_provisional(date(2003, 12, 31), date(2004, 1, 9))


def test_a_notice_goes_before_the_library_and_before_what_was_provisional() -> None:
    assert EXTENDED.known_until == date(2027, 12, 31)
    assert EXTENDED.after(date(2027, 2, 4), 1) == date(2027, 2, 12)
    assert EXTENDED.is_working(date(2027, 2, 20))
    # Of days that the notice does not name, Friday is worked and Saturday is not.
    assert [EXTENDED.is_working(date(2027, 1, day)) for day in (8, 9, 10, 11)] == [True, False, False, True]
    amended = Calendar(Notice.read("day,working,notice\n2026-03-02,no,示例省内放假\n"))
    assert not amended.is_working(date(2026, 3, 2))
    assert CALENDAR.is_working(date(2026, 3, 2))


def test_notices_are_exchanged_while_a_calendar_is_in_use() -> None:
    calendar = Calendar()
    assert calendar.after(date(2027, 2, 10), 1) == date(2027, 2, 11)
    calendar.take(NOTICE)
    assert calendar.after(date(2027, 2, 10), 1) == date(2027, 2, 12)
    calendar.take()
    assert calendar.known_until == date(2026, 12, 31)


@pytest.mark.parametrize(
    "row",
    [
        "2027-13-01,yes,x",
        "2027-01-04,maybe,x",
        "2027-01-05,no,",
        "2027,no,x",
        "2027-01-05",
        "2027-01-05,no,x,y",
        "2027-01-04,no,x",  # named before
        "2027-01-05,yes,x",  # a Tuesday is worked anyhow
        "2027-01-09,no,x",  # a Saturday is free anyhow
    ],
)
def test_a_line_that_cannot_be_read_is_named(row: str) -> None:
    with pytest.raises(HubError) as caught:
        Notice.read(f"day,working,notice\n2027-01-04,no,x\n{row}\n")
    assert "line 3" in str(caught.value.detail)


@pytest.mark.parametrize("text", ["", "date,working,source\n", "day,working,notice\n", TABLE + "2028-01-03,no,示例通知\n"])
def test_a_file_is_the_notice_of_one_year(text: str) -> None:
    with pytest.raises(HubError) as caught:
        Notice.read(text)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "FILE")


days = st.dates(date(1990, 1, 1), date(2040, 10, 1))


@given(day=days, count=st.integers(0, 25))
def test_counting_forwards_and_counting_back_agree(day: date, count: int) -> None:
    due = EXTENDED.after(day, count)
    between = (day + timedelta(days=n) for n in range(1, (due - day).days + 1))
    assert sum(map(EXTENDED.is_working, between)) == count
    assert count == 0 or EXTENDED.is_working(due)


@given(day=days, first=st.integers(0, 12), more=st.integers(0, 12))
def test_days_add_up_and_a_later_start_is_never_due_earlier(day: date, first: int, more: int) -> None:
    assert EXTENDED.after(EXTENDED.after(day, first), more) == EXTENDED.after(day, first + more)
    assert EXTENDED.after(day + timedelta(1), first + 1) >= EXTENDED.after(day, first + 1)


def penalty(**more: Any) -> Penalty:
    facts, problems = validate(Penalty, makers.penalty(**more), TODAY)
    assert facts is not None, problems
    return facts


def test_a_penalty_tells_by_when_it_is_published_served_paid_and_withdrawn() -> None:
    facts = penalty(decidedOn="2026-09-25", publishedOn=None, servedOn="2026-09-28", annulledOn="2026-10-09")
    assert facts.report_due_on == facts.service_due_on == date(2026, 10, 12)
    # Fifteen days, which are no working days (art. 67, 85).
    assert facts.fine_due_on == date(2026, 10, 13)
    assert facts.withdrawal_due_on == date(2026, 10, 13)


def test_what_has_not_begun_has_no_deadline() -> None:
    facts = penalty()
    assert (facts.fine_due_on, facts.withdrawal_due_on) == (None, None)
    assert penalty(kinds=["WARNING"], fine=None, servedOn="2026-03-05").fine_due_on is None


def test_a_penalty_of_a_year_that_is_not_known_has_provisional_deadlines() -> None:
    facts, problems = validate(
        Penalty, makers.penalty(decidedOn="2026-12-23", annulledOn="2026-12-25", publishedOn=None), date(2027, 1, 5)
    )
    assert problems == []
    assert facts is not None
    assert (facts.report_due_on, facts.report_due_provisional) == (date(2027, 1, 4), True)
    assert (facts.service_due_on, facts.service_due_provisional) == (date(2027, 1, 4), True)
    assert (facts.withdrawal_due_on, facts.withdrawal_due_provisional) == (date(2026, 12, 30), False)


def test_what_has_no_day_to_count_from_is_not_provisional() -> None:
    assert WITHDRAWAL.on(None) is None
    assert not WITHDRAWAL.is_provisional(None)
    stated, _ = validate(
        CaseTransfer,
        duties.transfer(transferredOn="2026-12-30", answerDueOn="2027-02-01", handlingDueOn=None),
        date(2027, 1, 5),
    )
    assert stated is not None
    assert (stated.due_on, stated.due_provisional) == (date(2027, 2, 1), False)


def test_a_transfer_is_answered_by_the_day_that_it_states_or_within_ten_working_days() -> None:
    stated, _ = validate(CaseTransfer, duties.transfer(), TODAY)
    unstated, _ = validate(CaseTransfer, duties.transfer(answerDueOn=None), TODAY)
    assert stated is not None
    assert unstated is not None
    assert stated.due_on == date(2026, 1, 15)
    assert unstated.due_on == date(2026, 1, 19) == CALENDAR.after(date(2026, 1, 5), ANSWER.days)
