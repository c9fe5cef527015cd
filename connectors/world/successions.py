"""Licences that were reissued: a number of 13 digits became one of C and 22."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import issued
from connectors.world.province import Data, World, iso
from connectors.world.shelves import Round, Shelf
from hub.domain.words.departments import LEADING

_REISSUED = date(2020, 5, 1)


def succession(world: World, number: int) -> Data:
    """The number that a mine had before the one that it has."""
    begins = _REISSUED
    return issued(LEADING, world.division(number), "换证", begins, number) | {
        "form": "REISSUE",
        "predecessors": [f"53{number:011d}"],
        "successors": [world.licence_no(number)],
        "succeededOn": iso(begins, number % 60),
        "remarks": "示例：按全国统一编号换发。",
    }


def successions(world: World) -> Shelf:
    """All reissues."""
    return Round(29, ((7, 0),)).shelf(world, succession)
