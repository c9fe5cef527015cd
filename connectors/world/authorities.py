"""Organs of every department, and what a document says of the organ that issued it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from connectors.world.province import Data, World, credit_code
from connectors.world.shelves import Shelf, every
from hub.domain.words.departments import DEPARTMENTS, LEADING, Department
from hub.domain.words.divisions import DIVISIONS, PREFECTURES, PROVINCE

_SHORT = {
    Department.NATURAL_RESOURCES: "自然资",
    Department.ECOLOGY: "环",
    Department.FINANCE: "财",
    Department.MARKET_REGULATION: "市监",
    Department.FINANCIAL_REGULATION: "金监",
    Department.SECURITIES_REGULATION: "证监",
    Department.FORESTRY_GRASSLAND: "林",
    Department.INDUSTRY: "工信",
    Department.WATER: "水",
    Department.EMERGENCY: "应急",
    Department.ENERGY: "能源",
    Department.TAXATION: "税",
}


@lru_cache(maxsize=4096)
def authority(department: Department, division: str) -> Data:
    """A department's organ in a division."""
    number = list(Department).index(department) + 1
    return {
        "code": credit_code(f"11{division}", number),
        "name": f"示例·{DIVISIONS[division].name}{DEPARTMENTS[department].chinese}",
        "belongsTo": department.value,
        "divisionCode": division,
    }


def authorities() -> Shelf:
    """The organs of every department for the province and each prefecture, and the leading department's in each county, which
    signs contracts."""
    above = [authority(department, division) for department in Department for division in (PROVINCE, *PREFECTURES)]
    return every(above + [authority(LEADING, division) for division, facts in DIVISIONS.items() if facts.level == "COUNTY"])


def document(department: Department, word: str, day: date, number: int) -> str:
    """The number of a department's document."""
    return f"示例{_SHORT[department]}{word}〔{day.year}〕{number + 1}号"


def issued(department: Department, division: str, word: str, day: date, number: int) -> Data:
    """What a department's document says of itworld."""
    organ = authority(department, division)
    return {
        "documentNumber": document(department, word, day, number),
        "authorityName": organ["name"],
        "authorityCode": organ["code"],
    }


def about(world: World, mine: int, department: Department, word: str, day: date, *, number: int | None = None) -> Data:
    """What a document of the mine's prefecture says of itself and the mine; it has the mine's number where none is given."""
    document = issued(department, world.prefecture(mine), word, day, mine if number is None else number)
    return document | {"licenceNo": world.licence_no(mine)}
