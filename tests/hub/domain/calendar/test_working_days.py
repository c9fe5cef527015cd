"""Working days are those of the State Council's notices, and of the table where it differs; what is not known is facts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.calendar.deadlines import ANSWER, REPORT, WITHDRAWAL
from hub.domain.calendar.working_days import CALENDAR, Calendar, YearUnknownError
from hub.domain.declaring.fields import validate
from hub.domain.records.penalties import Penalty
from hub.domain.records.transfers import CaseTransfer
from tests import duties, makers

TODAY = date(2026, 11, 2)
#: A fictional notice of 2027: the Spring Festival from 5 to 11 February, with a Saturday that is worked for it.
TABLE = """date,working,source
2027,weekdays,示例通知
2027-01-01,no,示例通知
2027-02-05,no,示例通知
2027-02-08,no,示例通知
2027-02-09,no,示例通知
2027-02-10,no,示例通知
2027-02-11,no,示例通知
2027-02-20,yes,示例通知
2026-03-02,no,示例省内放假
"""
EXTENDED = Calendar.read(TABLE)


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


def test_a_year_that_nobody_has_announced_fails_loudly_and_says_what_to_do() -> None:
    with pytest.raises(YearUnknownError, match=r"2027.*working_days\.csv") as caught:
        CALENDAR.is_working(date(2027, 1, 4))
    assert caught.value.year == 2027
    with pytest.raises(YearUnknownError):
        CALENDAR.after(date(2026, 12, 30), 7)
    with pytest.raises(YearUnknownError):
        CALENDAR.after(date(2003, 12, 1), 1)
    assert CALENDAR.known_until == date(2026, 12, 31)


def test_the_table_adds_a_year_and_overrides_a_day() -> None:
    assert EXTENDED.known_until == date(2027, 12, 31)
    assert EXTENDED.after(date(2027, 2, 4), 1) == date(2027, 2, 12)
    assert EXTENDED.is_working(date(2027, 2, 20))
    assert not EXTENDED.is_working(date(2026, 3, 2))
    assert CALENDAR.is_working(date(2026, 3, 2))


def test_single_days_do_not_make_a_year_known() -> None:
    some = Calendar.read("date,working,source\n2027-01-04,yes,示例\n")
    assert some.is_working(date(2027, 1, 4))
    assert not some.knows(2027)
    with pytest.raises(YearUnknownError):
        some.is_working(date(2027, 1, 5))


@pytest.mark.parametrize("row", ["2027-13-01,yes,x", "2027-01-04,maybe,x", "2027-01-04,yes,", "abc,weekdays,x", "2027-01-04"])
def test_a_line_that_cannot_be_read_is_named(row: str) -> None:
    with pytest.raises(ValueError, match="line 3"):
        Calendar.read(f"date,working,source\n2027,weekdays,示例\n{row}\n")


days = st.dates(date(2010, 1, 1), date(2027, 10, 1))


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


def test_a_penalty_of_a_year_that_is_not_known_is_taken_without_its_deadline() -> None:
    facts, problems = validate(Penalty, makers.penalty(decidedOn="2027-01-04", publishedOn=None), date(2027, 1, 5))
    assert problems == []
    assert facts is not None
    assert facts.report_due_on is None
    assert REPORT.on(facts.decided_on, EXTENDED) == date(2027, 1, 13)
    assert WITHDRAWAL.on(None) is None


def test_a_transfer_is_answered_by_the_day_that_it_states_or_within_ten_working_days() -> None:
    stated, _ = validate(CaseTransfer, duties.transfer(), TODAY)
    unstated, _ = validate(CaseTransfer, duties.transfer(answerDueOn=None), TODAY)
    assert stated is not None
    assert unstated is not None
    assert stated.due_on == date(2026, 1, 15)
    assert unstated.due_on == date(2026, 1, 19) == CALENDAR.after(date(2026, 1, 5), ANSWER.days)
