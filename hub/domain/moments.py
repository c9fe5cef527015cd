"""What day it is: the departments live by China Standard Time, the hub records instants in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

_CHINA = timezone(timedelta(hours=8))

#: Gives the present instant; tests give their own.
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def china_day(moment: datetime) -> date:
    """The date in China at an instant."""
    return moment.astimezone(_CHINA).date()
