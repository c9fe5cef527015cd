"""What day it is: the departments live by China Standard Time, the hub records instants in UTC."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache, partial

CHINA = timezone(timedelta(hours=8))

#: Gives the present instant; tests give their own.
Clock = Callable[[], datetime]

#: How far ahead a moment may lie that was written as the present one: clocks are never quite the same.
LEEWAY = timedelta(minutes=5)

utc_now: Clock = partial(datetime.now, UTC)


@lru_cache(maxsize=256)
def china_day(moment: datetime) -> date:
    """The date in China at an instant; remembered, for a batch has one for all of its items."""
    return china_time(moment).date()


def china_time(moment: datetime) -> datetime:
    """An instant by the clocks of China."""
    return moment.astimezone(CHINA)


def months_after(day: date, months: int) -> date:
    """The same day of the month `months` later, or the month's last day where there is none."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = 28 if day.day <= 28 else calendar.monthrange(years, month + 1)[1]
    return date(years, month + 1, min(day.day, last))
