"""Working days 工作日: which days count where a law or the plan counts working days.

The State Council's yearly notices as the library `chinesecalendar` has them, and over them the table `working_days.csv` beside
this file.  A row of the table says of a day whether it is worked (`2027-02-06,yes,国办发明电…`), or of a year that the table
has it whole (`2027,weekdays,国办发明电…`): then Monday to Friday are worked, but for the days that the table names.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files

import chinese_calendar
from chinese_calendar.constants import holidays

_LIBRARY = range(min(holidays).year, max(holidays).year + 1)
_WORDS = {"yes": True, "no": False}
_DAY = timedelta(days=1)


class YearUnknownError(LookupError):
    """Nobody has said yet which days of a year are worked."""

    def __init__(self, year: int) -> None:
        super().__init__(
            f"the working days of {year} are not known; add the year's notice to hub/domain/calendar/working_days.csv"
        )
        self.year = year


@dataclass(frozen=True, slots=True)
class Calendar:
    """The library's years, and what the table says over and beyond them."""

    stated: Mapping[date, bool] = field(default_factory=dict)
    whole_years: frozenset[int] = frozenset()
    #: Days that were counted once: a batch of records counts from few days.
    _counted: dict[tuple[date, int], date] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def read(cls, text: str) -> Calendar:
        """The calendar with a table (CSV: date, working, source); ValueError names the line that cannot be read."""
        stated: dict[date, bool] = {}
        years: set[int] = set()
        for number, row in enumerate(csv.DictReader(text.splitlines()), start=2):
            try:
                if not row["source"]:
                    raise ValueError
                if row["working"] == "weekdays":
                    years.add(date(int(row["date"]), 1, 1).year)
                else:
                    stated[date.fromisoformat(row["date"])] = _WORDS[row["working"]]
            except (ValueError, KeyError, TypeError):
                raise ValueError(f"working_days.csv, line {number}: DATE,yes|no,SOURCE or YEAR,weekdays,SOURCE") from None
        return cls(stated, frozenset(years))

    def knows(self, year: int) -> bool:
        """Whether every day of the year is known."""
        return year in _LIBRARY or year in self.whole_years

    @property
    def known_until(self) -> date:
        """The last day up to which every day is known."""
        year = _LIBRARY[-1]
        while self.knows(year + 1):
            year += 1
        return date(year, 12, 31)

    def is_working(self, day: date) -> bool:
        """Whether a day is worked; raises YearUnknownError."""
        if day in self.stated:
            return self.stated[day]
        if day.year in self.whole_years:
            return day.weekday() < 5
        if day.year in _LIBRARY:
            return bool(chinese_calendar.is_workday(day))
        raise YearUnknownError(day.year)

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after a day, which itself does not count; raises YearUnknownError."""
        if (known := self._counted.get((day, count))) is not None:
            return known
        left, last = count, day
        while left:
            last += _DAY
            left -= self.is_working(last)
        self._counted[day, count] = last
        return last


CALENDAR = Calendar.read((files("hub.domain.calendar") / "working_days.csv").read_text(encoding="utf-8"))
