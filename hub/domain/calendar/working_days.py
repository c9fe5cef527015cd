"""Working days 工作日: which days count where a law or the plan counts working days.

Of a year whose notice is out, the State Council's notice: as the library `chinesecalendar` has it, or as an operator has added
it.  Of any other year, a provisional answer: Monday to Friday but for the statutory holidays (全国年节及纪念日放假办法) and the
days off that replace those on a weekend; the days that the notice will move are not known yet.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
from chinese_calendar.constants import holidays

from hub.domain.words.errors import ErrorCode, HubError

_LIBRARY = range(min(holidays).year, max(holidays).year + 1)
_WORDS = {"yes": True, "no": False}
_DAY = timedelta(days=1)
_MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Notice:
    """One year's notice: where it differs from Monday to Friday, and its number."""

    year: int
    number: str
    days: Mapping[date, bool]

    @classmethod
    def read(cls, text: str) -> Notice:
        """A notice as CSV: `day,working,notice` with a row for each day of the year that is worked on a weekend (`yes`) or
        free on a weekday (`no`), and the notice's number in each.

        Raises INVALID_INPUT naming the line.
        """
        days: dict[date, bool] = {}
        numbers: set[str] = set()
        rows = csv.DictReader(text.lstrip("\ufeff").splitlines())
        if rows.fieldnames != ["day", "working", "notice"]:
            raise HubError(ErrorCode.INVALID_INPUT, "第 1 行应为 / line 1 must be: day,working,notice", field="FILE")
        for line, row in enumerate(rows, start=2):
            try:
                day, working = date.fromisoformat(row["day"]), _WORDS[row["working"]]
                if working is (day.weekday() < 5) or day in days or not row["notice"].strip() or None in row:
                    raise ValueError
            except (ValueError, KeyError, TypeError, AttributeError):
                raise HubError(
                    ErrorCode.INVALID_INPUT,
                    f"第 {line} 行：工作的周末填 yes，放假的平日填 no，每日一行 / "
                    f"line {line}: DAY,yes,NOTICE for a weekend that is worked, DAY,no,NOTICE for a free weekday, each once",
                    field="FILE",
                ) from None
            days[day] = working
            numbers.add(row["notice"].strip())
        years = {day.year for day in days}
        if len(years) != 1 or len(numbers) != 1:
            raise HubError(
                ErrorCode.INVALID_INPUT, "一个文件为一年、一份通知 / one file is one year and one notice", field="FILE"
            )
        return cls(years.pop(), numbers.pop(), days)


class Calendar:
    """The library's years and the notices that were added, which go before it; they may be exchanged while it is in use."""

    def __init__(self, *notices: Notice) -> None:
        self.take(*notices)

    def take(self, *notices: Notice) -> None:
        """Go by these notices from now on, instead of those before."""
        self._notices = {notice.year: notice.days for notice in notices}
        self._counted: dict[tuple[date, int], date] = {}

    def knows(self, year: int) -> bool:
        """Whether the year's notice is known."""
        return year in self._notices or year in _LIBRARY

    @property
    def known_until(self) -> date:
        """The last day up to which every day is known."""
        year = _LIBRARY[-1]
        while self.knows(year + 1):
            year += 1
        return date(year, 12, 31)

    def is_working(self, day: date) -> bool:
        """Whether a day is worked; provisional where the year is not known."""
        if (days := self._notices.get(day.year)) is not None:
            return days.get(day, day.weekday() < 5)
        if day.year in _LIBRARY:
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5 and day not in _statutory(day.year)

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after a day, which itself does not count."""
        if (known := self._counted.get((day, count))) is not None:
            return known
        left, last = count, day
        while left:
            last += _DAY
            left -= self.is_working(last)
        # A batch of records counts from few days.
        if len(self._counted) >= _MOST_COUNTED:
            self._counted.clear()
        self._counted[day, count] = last
        return last

    def is_provisional(self, day: date, last: date) -> bool:
        """Whether counting from a day to a later one took in a day of a year that is not known."""
        return not all(self.knows(year) for year in range((day + _DAY).year, last.year + 1))


@lru_cache(maxsize=256)
def _statutory(year: int) -> frozenset[date]:
    """The statutory holidays of a year, and the days off for those that fall on a weekend."""
    # It knows all countries of the world: loaded by those alone who look beyond the notices.
    from holidays.countries.china import China  # noqa: PLC0415

    return frozenset(China(years=year))  # type: ignore[no-untyped-call]


#: The calendar of this process, which the service of calendars keeps up to date.
CALENDAR = Calendar()
