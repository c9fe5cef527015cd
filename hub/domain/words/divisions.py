"""Administrative divisions of the province (GB/T 2260): province, 16 prefectures, 129 counties, and codes that changed.

Source of the table: National Bureau of Statistics codes, cut-off 2023-06-30 (`divisions.csv` beside this file).  What changed
since, an operator adds; a process goes by what the database has of it (`take`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from hub.domain.words.canonical import canonical_code
from hub.domain.words.worded import Words

PROVINCE = "530000"

#: Codes that counties have had since 2010 and that licences still carry: the year in which each ended, by the State Council's
#: approval, and what it is today.
_FORMER: Mapping[str, tuple[int, str]] = {
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


class DivisionLevel(Words):
    """行政区划级别 / level of a division."""

    PROVINCE = "PROVINCE", "省级", "province"
    PREFECTURE = "PREFECTURE", "州（市）级", "prefecture"
    COUNTY = "COUNTY", "县级", "county"


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


_SHIPPED: Mapping[str, Division] = _read()
#: What this process knows: what is shipped, and what operators have added.
DIVISIONS: dict[str, Division] = dict(_SHIPPED)
FORMER: dict[str, tuple[int, str]] = dict(_FORMER)
PREFECTURES: tuple[str, ...] = tuple(c for c, d in DIVISIONS.items() if d.level is DivisionLevel.PREFECTURE)


@dataclass(frozen=True, slots=True)
class Former:
    """A code of before: the year in which it ended, and what the place is today."""

    code: str
    ended: int
    today: str


def take(added: Iterable[Division], former: Iterable[Former]) -> None:
    """Go by these additions from now on, instead of those before.  What is shipped stays as it is."""
    for known, shipped in ((DIVISIONS, _SHIPPED), (FORMER, _FORMER)):
        for code in known.keys() - shipped.keys():
            del known[code]
    DIVISIONS.update({division.code: division for division in added if division.code not in _SHIPPED})
    FORMER.update({one.code: (one.ended, one.today) for one in former if one.code not in _FORMER})


def is_shipped(code: str) -> bool:
    """Whether a code is in the table that every hub has, as today's or as one of before."""
    return code in _SHIPPED or code in _FORMER


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


def around(code: str) -> tuple[str, ...]:
    """A known division and all that it lies in, up to the province."""
    parent = DIVISIONS[code].parent_code
    return (code,) if parent is None else (code, *around(parent))


def lies_within(code: str, outer: str) -> bool:
    """Whether the division `code` is `outer` or a part of it."""
    return outer in (PROVINCE, code) or (code in DIVISIONS and DIVISIONS[code].parent_code == outer)


#: What may end a division's name, and what people leave out.
_ENDINGS = ("自治县", "自治州", "新区", "县", "市", "区", "州", "省")
_PREFECTURE_DIGITS = 4


def nearest(text: str) -> str | None:
    """The division that somebody may have meant by a code or name that is none: code and name, or None for no idea.

    Of codes one with one wrong digit, or two within the prefecture; of several the one that shares the longest beginning, then
    one of before.
    """
    written = canonical_code(text)
    if len(written) == 6 and written.isdecimal():
        near = [(_distance(written, code), -_shared(written, code), code) for code in (*FORMER, *DIVISIONS)]
        near = [one for one in near if one[0] == 1 or (one[0] == 2 and one[1] <= -_PREFECTURE_DIGITS)]
        if not near:
            return None
        best = min(near, key=lambda one: one[:2])[2]
        today = current_code(best) or best
        return _named(today) if today == best else f"{best} → {_named(today)}"
    named = [division for division in DIVISIONS.values() if _plain(text) and _plain(division.name) == _plain(text)]
    return _named(named[0].code) if len(named) == 1 else None


def _named(code: str) -> str:
    return f"{code} {DIVISIONS[code].name}"


def _plain(name: str) -> str:
    name = "".join(name.split())
    ending = next((ending for ending in _ENDINGS if name.endswith(ending) and len(name) > len(ending) + 1), "")
    return name.removesuffix(ending)


def _distance(one: str, other: str) -> int:
    """How many digits are wrong; two neighbours that changed places are one mistake."""
    wrong = [place for place in range(6) if one[place] != other[place]]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1 and one[wrong[0] : wrong[1] + 1] == other[wrong[0] : wrong[1] + 1][::-1]:
        return 1
    return len(wrong)


def _shared(one: str, other: str) -> int:
    return next((place for place in range(6) if one[place] != other[place]), 6)
