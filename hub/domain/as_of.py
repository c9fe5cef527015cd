"""As of 查询时点: a read of the graph on a day in the world, and of what the hub knew at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hub.domain.log import Cursor
from hub.domain.read_plan import Past
from hub.domain.words import notation
from hub.domain.words.errors import ErrorCode, HubError

#: The headers of a request that ask so, and the members of `extensions.asOf` for who cannot set headers.
ON_HEADER, KNOWN_AT_HEADER = "Hub-On", "Hub-Known-At"
ON, KNOWN_AT = "on", "knownAt"
#: The first day of which anything can be asked.
FIRST_DAY = date(1949, 10, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """The moment that a request names: a day, and an instant or a place in the log; where it names none, it is `PRESENT`."""

    on: date | None = None
    known_at: datetime | Cursor | None = None

    @classmethod
    def read(cls, on: Any, known_at: Any) -> Asked:
        """What is stated, be it text or a position as a number.  Raises NOT_A_DATE, and INVALID_INPUT for what is no moment."""
        if on is None and known_at is None:
            return PRESENT
        return cls(None if on is None else _day(on), None if known_at is None else _moment(known_at))

    def with_stated(self, other: Asked) -> Asked:
        """Both together, of which each may name what the other does not; INVALID_INPUT where both name one."""
        for name, one, another in ((ON, self.on, other.on), (KNOWN_AT, self.known_at, other.known_at)):
            if one is not None and another is not None and one != another:
                raise HubError(ErrorCode.INVALID_INPUT, f"{one} | {another}", field=name)
        return PRESENT if self is other is PRESENT else Asked(self.on or other.on, self.known_at or other.known_at)


PRESENT = Asked()


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment that can be answered for.

    `on` is the day in the world; `at` the instant up to which what was recorded was known, None for all that is known now;
    `later` are the versions (`id.vN`) recorded until then of which the log tells only after the position that was asked for,
    `renumbered` the ids of mines that had another licence number then than they have now.
    """

    on: date
    at: datetime | None = None
    later: tuple[str, ...] = ()
    renumbered: tuple[str, ...] = ()

    @property
    def past(self) -> Past:
        if self.at is None:
            return Past.DAY
        if self.later:
            return Past.KNOWN_IN_PART
        return Past.KNOWN_RENUMBERED if self.renumbered else Past.KNOWN

    def __str__(self) -> str:
        """What tells it from all others: cursors are good for one moment alone."""
        told = "" if self.at is None else notation.written(self.at)
        return " ".join([self.on.isoformat(), told, *self.later])


def _day(stated: Any) -> date:
    try:
        return notation.day(stated)
    except (ValueError, TypeError):
        raise HubError(ErrorCode.NOT_A_DATE, "YYYY-MM-DD", field=ON) from None


def _moment(stated: Any) -> datetime | Cursor:
    if isinstance(stated, int) and not isinstance(stated, bool):
        stated = str(stated)
    for read in (notation.instant, Cursor.read):
        try:
            return read(stated)
        except (ValueError, TypeError):
            continue
    raise HubError(ErrorCode.INVALID_INPUT, "YYYY-MM-DDThh:mm:ssZ | 1200 | 1200.AbCdEfGhIjKl", field=KNOWN_AT)
