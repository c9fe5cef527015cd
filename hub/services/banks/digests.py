"""Digests: what was told of a portfolio in a day or a week of China's calendar, in one piece.

Each event is in one digest, and of each day there is one, also where nothing happened: who hears nothing does not know.  One
that could not be made in time tells of all days since the last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson

from hub.domain.calendar.moments import CHINA
from hub.domain.findings.words import DigestPeriod, Severity

#: Of so many mines a digest tells one by one, the gravest first; all of them are counted.
MOST_MINES = 1000
_GRAVITY = (Severity.BLOCKING, Severity.UNKNOWN, Severity.ATTENTION, Severity.INFO)


def next_day(period: DigestPeriod, today: date) -> date:
    """The day on which the next digest is made: tomorrow, or the next Monday."""
    return today + timedelta(1 if period is DigestPeriod.DAILY else 7 - today.weekday())


def begins(day: date) -> datetime:
    """The instant at which a day begins in China."""
    return datetime.combine(day, time(), CHINA)


def content_of(events: Sequence[Mapping[str, Any]], references: Mapping[str, tuple[str | None, date | None]]) -> dict[str, Any]:
    """What events of a portfolio come to: how many of each severity, and of which mines."""
    severities = Counter(_severity(event) for event in events)
    mines: dict[str, list[Severity]] = {}
    for event in events:
        # What is of a source is of no mine alone.
        if event["licence_no"] is not None:
            mines.setdefault(event["licence_no"], []).append(_severity(event))
    gravest = sorted(mines, key=lambda number: (min(map(_GRAVITY.index, mines[number])), number))
    return {
        "events": len(events),
        "lastEvent": max((event["entry"] for event in events), default=None),
        "severities": [{"severity": one.value, "events": severities[one]} for one in _GRAVITY],
        "mineCount": len(mines),
        "mines": [
            {
                "licenceNo": number,
                "reference": references.get(number, (None, None))[0],
                "events": len(mines[number]),
                "severity": min(mines[number], key=_GRAVITY.index).value,
            }
            for number in gravest[:MOST_MINES]
        ],
    }


def _severity(event: Mapping[str, Any]) -> Severity:
    """How grave what is told is, or what is gone was."""
    return Severity(orjson.loads(event["now"] or event["before"])["severity"])
