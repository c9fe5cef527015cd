"""Licences that came after others: reissued with C and 22 digits for 13, renewed, or one for two mines that were merged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from connectors.world.authorities import issued
from connectors.world.province import Data, World, iso
from connectors.world.shelves import Round, Shelf, in_a_row
from hub.domain.words.departments import LEADING
from hub.domain.words.divisions import PROVINCE

_REISSUED, _RENEWED, _MERGED = date(2020, 5, 1), date(2025, 3, 1), date(2026, 7, 1)
#: One mine of so many, with this rest.  The longer rounds hold the shorter ones whole, so that no mine has two.
_REISSUES, _RENEWALS, _MERGERS = Round(29, ((7, 0),)), Round(58, ((31, 0),)), Round(580, ((410, 0),))


def _reissue(world: World, number: int) -> Data:
    """The number that a mine had before the one that it has."""
    begins = _REISSUED
    return issued(LEADING, world.division(number), "换证", begins, number) | {
        "form": "REISSUE",
        "predecessors": [f"53{number:011d}"],
        "successors": [world.licence_no(number)],
        "succeededOn": iso(begins, number % 60),
        "remarks": "示例：按全国统一编号换发。",
    }


def _renewal(world: World, number: int) -> Data:
    """The licence that a mine's own renewed."""
    return issued(LEADING, world.division(number), "延续", _RENEWED, number) | {
        "form": "RENEWAL",
        "predecessors": [_numbered(world, number, 2008)],
        "successors": [world.licence_no(number)],
        "succeededOn": iso(_RENEWED, number % 60),
        "remarks": "示例：期满延续，换发新证。",
    }


def _merger(world: World, number: int) -> Data:
    """Two mines of one holder, of which one goes on under a licence for both."""
    principal = world.licence_no(number)
    return issued(LEADING, PROVINCE, "合并", _MERGED, number) | {
        "form": "MERGER",
        "predecessors": [principal, world.licence_no(number + 1)],
        "principal": principal,
        "successors": [_numbered(world, number, _MERGED.year)],
        "succeededOn": iso(_MERGED),
        "licenceValidFrom": iso(_MERGED),
        "licenceValidUntil": "2046-06-30",
        "remarks": "示例：资源整合，两矿合并换发一证。",
    }


def _numbered(world: World, number: int, year: int) -> str:
    """A licence number of a year in which no mine of the province was given the one that it has."""
    return f"C{world.prefecture(number)}{year}07{world.seed % 1000:03d}{number:07d}"


def successions(world: World) -> Shelf:
    """All of them."""
    # The last mine of all has none beside it.
    both = replace(world, mines=max(world.mines - 1, 0))
    return in_a_row(_REISSUES.shelf(world, _reissue), _RENEWALS.shelf(world, _renewal), _MERGERS.shelf(both, _merger))
