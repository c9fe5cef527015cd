"""Administrative divisions of the province (GB/T 2260): province, 16 prefectures, 129 counties, and codes that changed.

Source of the table: National Bureau of Statistics codes, cut-off 2023-06-30 (`divisions.csv` beside this file).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from hub.domain.words.canonical import canonical_code

PROVINCE = "530000"

#: Codes that counties have had since 2010 and that licences still carry: the year in which each ended, by the State Council's
#: approval, and what it is today.
FORMER: dict[str, tuple[int, str]] = {
    "532522": (2010, "532503"),  # 蒙自县, 蒙自市
    "532621": (2010, "532601"),  # 文山县, 文山市
    "530121": (2011, "530114"),  # 呈贡县, 呈贡区
    "532526": (2013, "532504"),  # 弥勒县, 弥勒市
    "533421": (2014, "533401"),  # 香格里拉县, 香格里拉市
    "530522": (2015, "530581"),  # 腾冲县, 腾冲市
    "530421": (2015, "530403"),  # 江川县, 江川区
    "530328": (2016, "530303"),  # 沾益县, 沾益区
    "533321": (2016, "533301"),  # 泸水县, 泸水市
    "530122": (2016, "530115"),  # 晋宁县, 晋宁区
    "530321": (2018, "530304"),  # 马龙县, 马龙区
    "530630": (2018, "530681"),  # 水富县, 水富市
    "530422": (2019, "530481"),  # 澄江县, 澄江市
    "532331": (2021, "532302"),  # 禄丰县, 禄丰市
}


class DivisionLevel(StrEnum):
    PROVINCE = "PROVINCE"
    PREFECTURE = "PREFECTURE"
    COUNTY = "COUNTY"


@dataclass(frozen=True, slots=True)
class Division:
    """One row of the table; `parent_code` is None for the province."""

    code: str
    name: str
    parent_code: str | None

    @property
    def level(self) -> DivisionLevel:
        if self.parent_code is None:
            return DivisionLevel.PROVINCE
        return DivisionLevel.PREFECTURE if self.parent_code == PROVINCE else DivisionLevel.COUNTY


def _read() -> dict[str, Division]:
    text = (files("hub.domain.words") / "divisions.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Division(row["code"], row["name"], row["parent_code"] or None) for row in csv.DictReader(text.splitlines())
    }


DIVISIONS: dict[str, Division] = _read()
PREFECTURES: tuple[str, ...] = tuple(c for c, d in DIVISIONS.items() if d.level is DivisionLevel.PREFECTURE)


def current_code(code: str) -> str | None:
    """Today's code of a division, old codes mapped; None where the table does not know it."""
    if code in FORMER:
        _, code = FORMER[code]
    return code if code in DIVISIONS else None


def clean_division(text: str) -> str | None:
    """The code of a division, however it is written."""
    return current_code(canonical_code(text))


def prefecture_of(code: str) -> str | None:
    """The prefecture that a known code is or lies in; None for the province itself."""
    division = DIVISIONS[code]
    if division.level is DivisionLevel.COUNTY:
        return division.parent_code
    return code if division.level is DivisionLevel.PREFECTURE else None


def lies_within(code: str, outer: str) -> bool:
    """Whether the division `code` is `outer` or a part of it."""
    return outer in (PROVINCE, code) or (code in DIVISIONS and DIVISIONS[code].parent_code == outer)
