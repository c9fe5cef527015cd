"""Targets 建设目标: the share of licensed producing mines at standard that each prefecture must reach by each year's end.

For large and medium mines the plan sets it (section 4.2); for small ones each prefecture does (section 1), which is a record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.issued import Issued
from hub.domain.records.mines import MineScale
from hub.domain.words.divisions import PREFECTURES, DivisionLevel
from hub.domain.words.errors import ErrorCode, Problem

YEARS = (2025, 2026, 2027, 2028)

#: Percent of licensed producing mines of each prefecture at standard by the year's end (plan, section 4.2).
TARGETS: dict[MineScale, dict[int, int]] = {
    MineScale.LARGE: {2025: 20, 2026: 40, 2027: 70, 2028: 90},
    MineScale.MEDIUM: {2025: 10, 2026: 30, 2027: 60, 2028: 80},
}


@dataclass(frozen=True, kw_only=True)
class PrefectureTarget(Issued):
    """Target that a prefecture set for its small mines"""

    chinese: ClassVar[str] = "州（市）小型矿山建设目标"

    prefecture_code: str = fields.division("州（市）代码", "the prefecture", find=True, link=fields.PREFECTURE)
    year: int = fields.whole(YEARS[0], YEARS[-1], "年度", "year by whose end it is to be reached", find=True)
    share: Decimal = fields.number(2, 101, "目标比例（%）", "share of licensed producing small mines at standard, in percent")
    decided_on: date = fields.day("制定日期", "set on", past=True, find=True, sort=True)

    def levels(self) -> Iterator[tuple[str, Sequence[DivisionLevel]]]:
        yield "prefectureCode", (DivisionLevel.PREFECTURE,)

    def problems(self) -> list[Problem]:
        problems = []
        if self.prefecture_code not in PREFECTURES:
            problems.append(Problem("prefectureCode", ErrorCode.NOT_ALLOWED_HERE, DivisionLevel.PREFECTURE))
        if self.share > 100:
            problems.append(Problem("share", ErrorCode.OUT_OF_RANGE, "≤ 100"))
        return problems
