"""Whose word is not known: sources never pulled or late, departments that never posted, and what waits in quarantine.

An answer is never greener than what is known: what a silent source would have said is unknown, and what it said last is told as
that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.calendar.moments import LEEWAY
from hub.domain.findings.finding_set import NEEDED
from hub.domain.words.departments import Department
from hub.domain.words.worded import Words

#: A source is silent when its last good pull is older than so many times the minutes within which it is to be pulled again.
LATE_FACTOR = 2


class Silence(Words):
    """来源失联 / why nothing is known of a source."""

    NEVER = "NEVER", "从未取得", "never heard"
    LATE = "LATE", "已过时", "late"


@dataclass(frozen=True, slots=True)
class SourceState:
    """How fresh the copy of a department's system is; `department` is None of the credit-disclosure system."""

    code: str
    department: Department | None
    refresh_minutes: int
    last_success_at: datetime | None

    def silence(self, now: datetime) -> Silence | None:
        """Why it is silent, if it is.  A pull that is still to come was noted by a clock that was wrong."""
        if self.last_success_at is None:
            return Silence.NEVER
        late_from = self.last_success_at + timedelta(minutes=self.refresh_minutes * LATE_FACTOR)
        return Silence.LATE if late_from < now or self.last_success_at > now + LEEWAY else None


#: Who is silent, and why; None is the credit-disclosure system.
Silent = Mapping[Department | None, Silence]


def silent(sources: Iterable[SourceState], posted: Collection[Department], now: datetime) -> Silent:
    """Who is silent at a moment.  A department without a system of its own posts by itself: it is known once it has."""
    found: dict[Department | None, Silence] = {}
    with_source: set[Department | None] = set()
    for source in sources:
        with_source.add(source.department)
        if why := source.silence(now):
            # Of two systems of one department the one that never was heard tells why.
            found[source.department] = min(why, found.get(source.department, why), key=list(Silence).index)
    for department in sorted(NEEDED - with_source - set(posted)):
        found[department] = Silence.NEVER
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in quarantine about a mine or its holder: whose it is, and of which kind, where that is known."""

    department: Department | None
    kind: str | None
