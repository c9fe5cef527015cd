"""Moments of change as systems write them: compared as instants, and written again in the shape in which they came."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_LONGEST = 60
#: Where nothing parts the day, or the clock, each number has two digits, and milliseconds may follow without a point.
_FORM = re.compile(
    r"""(?P<year>\d{4}) (?P<dash>[-/.])? (?P<month>\d\d|(?(dash)\d|(?!))) (?(dash)(?P=dash)) (?P<day>\d\d|(?(dash)\d|(?!)))
    (?:(?P<gap>[Tt\ ]|(?(dash)(?!))) (?P<hour>\d\d|(?(dash)\d|(?!))) (?P<colon>:)? (?P<minute>\d\d)
        (?:(?(colon):) (?P<second>\d\d) (?:(?P<point>[.,]|(?(colon)(?!)|(?=\d{3}(?!\d)))) (?P<part>\d{1,9}))?)?
    )?
    (?P<zone>\ ?(?:[Zz]|[+-]\d\d(?::?\d\d)?)(?:\[[\w/+-]+\])?)?""",
    re.ASCII | re.VERBOSE,
)
#: Seconds, or thousandths to milliardths of them, since 1970, of the years 2001 to 2033: ten digits that begin otherwise may be
#: a day and its hour.  Some wrap them as `/Date(…)/`.
_SINCE_1970 = re.compile(
    r"(?P<before>/Date\()?(?P<count>1\d{9}(?:\d{3}){0,3})(?:\.(?P<part>\d{1,6}))?(?P<after>(?(before)(?:[+-]\d{4})?\)/))",
    re.ASCII,
)
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DIGITS_OF_MICROSECONDS = 16


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment as it was told: the text, and the instant that it means."""

    text: str
    instant: datetime

    @classmethod
    def read(cls, text: str, zone: timezone) -> Stamp:
        """ValueError for what is no moment.  `zone` is meant where the text names none."""
        text = text.strip() if len(text) <= _LONGEST else ""
        if found := _SINCE_1970.fullmatch(text):
            counted = f"{found['count']}{found['part'] or ''}".ljust(_DIGITS_OF_MICROSECONDS, "0")[:_DIGITS_OF_MICROSECONDS]
            return cls(text, _1970 + timedelta(microseconds=int(counted)))
        if (found := _FORM.fullmatch(text)) is None:
            raise ValueError("no moment")
        hours, minutes, seconds = (int(found[name] or 0) for name in ("hour", "minute", "second"))
        if (hours, minutes, seconds) > (24, 0, 0) or minutes > 59 or seconds > 60:
            raise ValueError("no time of day")
        day = datetime(int(found["year"]), int(found["month"]), int(found["day"]), tzinfo=_zone(found["zone"], zone))
        micros = int((found["part"] or "")[:6].ljust(6, "0"))
        # A day may end at 24:00, and a minute with a leap second.
        passed = timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micros)
        return cls(text, day.astimezone(UTC) + passed)

    @property
    def _unit(self) -> timedelta:
        """The smallest step that the shape can tell."""
        if found := _SINCE_1970.fullmatch(self.text):
            digits = len(found["count"]) + len(found["part"] or "")
            return timedelta(microseconds=10 ** max(_DIGITS_OF_MICROSECONDS - digits, 0))
        found = _FORM.fullmatch(self.text)
        assert found is not None
        if found["part"]:
            return max(timedelta(seconds=10 ** -len(found["part"])), _MICROSECOND)
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
        if found := _SINCE_1970.fullmatch(self.text):
            return _written_since_1970(found, instant)
        found = _FORM.fullmatch(self.text)
        assert found is not None
        local = instant.astimezone(_zone(found["zone"], zone))
        width = min(len(found[name]) for name in ("month", "day", "hour") if found[name])
        text = (found["dash"] or "").join((f"{local.year:04d}", f"{local.month:0{width}d}", f"{local.day:0{width}d}"))
        if found["hour"]:
            clock = [f"{local.hour:0{width}d}", f"{local.minute:02d}", *([f"{local.second:02d}"] if found["second"] else [])]
            text += found["gap"] + (found["colon"] or "").join(clock)
        if found["part"]:
            text += found["point"] + f"{local.microsecond:06d}".ljust(9, "0")[: len(found["part"])]
        return text + (found["zone"] or "")


def _written_since_1970(found: re.Match[str], instant: datetime) -> str:
    micros = str((instant - _1970) // _MICROSECOND)
    count, part = micros[: len(found["count"])].ljust(len(found["count"]), "0"), micros[len(found["count"]) :]
    told = f"{count}.{part.ljust(6, '0')[: len(found['part'])]}" if found["part"] else count
    return f"{found['before'] or ''}{told}{found['after']}"


def _zone(told: str | None, otherwise: timezone) -> timezone:
    if not told:
        return otherwise
    told = told.partition("[")[0].strip()
    if told in ("Z", "z"):
        return UTC
    size = timedelta(hours=int(told[1:3]), minutes=int(told[3:].removeprefix(":") or 0))
    return timezone(size if told[0] == "+" else -size)


def moment(told: object, zone: timezone) -> datetime | None:
    """The instant that a system tells, or None where it tells none."""
    try:
        return Stamp.read(str(told or ""), zone).instant
    except (ValueError, OverflowError):
        return None
