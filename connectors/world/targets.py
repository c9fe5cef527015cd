"""Targets that prefectures set for their small mines."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import issued
from connectors.world.province import Data
from connectors.world.shelves import Shelf, every
from hub.domain.records.targets import YEARS
from hub.domain.words.departments import LEADING
from hub.domain.words.divisions import PREFECTURES

_DECIDED = date(2025, 5, 28)


def target(place: int, year: int) -> Data:
    """The target of a prefecture for a year."""
    prefecture = PREFECTURES[place]
    return issued(LEADING, prefecture, "目标", _DECIDED, place * len(YEARS) + YEARS.index(year)) | {
        "prefectureCode": prefecture,
        "year": year,
        "share": f"{5 + 10 * (year - YEARS[0]) + place % 5}",
        "decidedOn": _DECIDED.isoformat(),
    }


def targets() -> Shelf:
    """All targets."""
    return every(target(place, year) for place in range(len(PREFECTURES)) for year in YEARS)
