"""Moments of change as systems write them: compared as instants, and written again in the shape in which they came."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_LONGEST = 40
_FORM = re.compile(
    r"(?P<year>\d{4})(?P<dash>[-/]?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
    r"(?:(?P<gap>[T ]?)(?P<hour>\d\d)(?P<colon>:?)(?P<minute>\d\d)"
    r"(?:(?P=colon)(?P<second>\d\d)(?:(?P<point>[.,])(?P<part>\d{1,9}))?)?)?"
    r"(?P<zone> ?(?:Z|[+-]\d\d:?\d\d))?"
)
#: Seconds or milliseconds since 1970, of the years 2001 to 2033: ten digits that begin otherwise may be a day and its hour.
_SINCE_1970 = re.compile(r"1\d{9}|1\d{12}", re.ASCII)
_1970 = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment as it was told: the text, and the instant that it means."""

    text: str
    instant: datetime

    @classmethod
    def read(cls, text: str, zone: timezone) -> Stamp:
        """ValueError for what is no moment.  `zone` is meant where the text names none."""
        if _SINCE_1970.fullmatch(text):
            return cls(text, _1970 + int(text) * _unit_since_1970(text))
        found = _FORM.fullmatch(text) if len(text) <= _LONGEST else None
        if found is None:
            raise ValueError("no moment")
        number = {name: int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")}
        micros = int((found["part"] or "")[:6].ljust(6, "0"))
        return cls(text, datetime(**number, microsecond=micros, tzinfo=_zone(found["zone"], zone)).astimezone(UTC))

    @property
    def _unit(self) -> timedelta:
        """The smallest step that the shape can tell."""
        if _SINCE_1970.fullmatch(self.text):
            return _unit_since_1970(self.text)
        found = _FORM.fullmatch(self.text)
        assert found is not None
        if found["part"]:
            return max(timedelta(seconds=10 ** -len(found["part"])), timedelta(microseconds=1))
        if found["second"]:
            return timedelta(seconds=1)
        return timedelta(minutes=1) if found["hour"] else timedelta(days=1)

    def just_before(self, zone: timezone) -> str:
        """The latest moment before this one, in the same shape."""
        return self.moved(self.instant - self._unit, zone)

    def just_after(self, zone: timezone) -> str:
        """The earliest moment after this one, in the same shape."""
        return self.moved(self.instant + self._unit, zone)

    def moved(self, instant: datetime, zone: timezone) -> str:
        """Another instant in the same shape; where that is too coarse for it, the moment before it."""
        if _SINCE_1970.fullmatch(self.text):
            return str((instant - _1970) // self._unit)
        found = _FORM.fullmatch(self.text)
        assert found is not None
        local = instant.astimezone(_zone(found["zone"], zone))
        text = found["dash"].join((f"{local.year:04d}", f"{local.month:02d}", f"{local.day:02d}"))
        if found["hour"]:
            clock = [local.hour, local.minute, *([local.second] if found["second"] else [])]
            text += found["gap"] + found["colon"].join(f"{number:02d}" for number in clock)
        if found["part"]:
            text += found["point"] + f"{local.microsecond:06d}".ljust(9, "0")[: len(found["part"])]
        return text + (found["zone"] or "")


def _unit_since_1970(text: str) -> timedelta:
    return timedelta(seconds=1) if len(text) == 10 else timedelta(milliseconds=1)


def _zone(told: str | None, otherwise: timezone) -> timezone:
    if not told:
        return otherwise
    told = told.lstrip()
    if told == "Z":
        return UTC
    size = timedelta(hours=int(told[1:3]), minutes=int(told[-2:]))
    return timezone(size if told[0] == "+" else -size)


def moment(told: object, zone: timezone) -> datetime | None:
    """The instant that a system tells, or None where it tells none."""
    try:
        return Stamp.read(str(told or ""), zone).instant
    except (ValueError, OverflowError):
        return None
