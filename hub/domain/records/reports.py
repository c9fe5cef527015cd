"""ProgressReport 年度报告: what every prefecture reports by 30 November: this year's results, next year's plan (plan, 5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.fields import Payload
from hub.domain.declaring.issued import Issued
from hub.domain.records.mines import MineScale
from hub.domain.records.targets import YEARS
from hub.domain.words.divisions import PREFECTURES, DivisionLevel
from hub.domain.words.errors import ErrorCode, Problem


@dataclass(frozen=True, kw_only=True)
class ProgressFigure(Payload):
    """Mines of one scale at the year's end."""

    chinese: ClassVar[str] = "建设进度"

    scale: MineScale = fields.word(MineScale, "生产建设规模", "scale")
    producing: int = fields.whole(0, 10**6, "持证在产矿山数", "licensed producing mines")
    at_standard: int = fields.whole(0, 10**6, "达标矿山数", "of these at standard")
    planned_next: int = fields.whole(0, 10**6, "下年度计划达标数", "planned to be at standard next year", default=0)


@dataclass(frozen=True, kw_only=True)
class ProgressReport(Issued):
    """Yearly progress report of a prefecture"""

    chinese: ClassVar[str] = "年度建设成果与计划报告"

    prefecture_code: str = fields.division("州（市）代码", "the prefecture that reports", find=True, link=fields.PREFECTURE)
    year: int = fields.whole(YEARS[0], YEARS[-1], "年度", "year of the plan that it reports on", find=True)
    figures: tuple[ProgressFigure, ...] = fields.parts(ProgressFigure, 3, "建设进度", "figures by scale")
    results: str = fields.text(10_000, "本年度建设成果", "this year's results")
    next_plan: str = fields.text(10_000, "下年度建设计划", "next year's plan")
    signed_off_by: str = fields.text(50, "签发人", "who signed it off")
    signed_off_on: date = fields.day("签发日期", "signed off on", past=True, find=True, sort=True)

    def levels(self) -> Iterator[tuple[str, Sequence[DivisionLevel]]]:
        yield "prefectureCode", (DivisionLevel.PREFECTURE,)

    def problems(self) -> list[Problem]:
        problems = []
        if self.prefecture_code not in PREFECTURES:
            problems.append(Problem("prefectureCode", ErrorCode.NOT_ALLOWED_HERE, DivisionLevel.PREFECTURE))
        if len({figure.scale for figure in self.figures}) < len(self.figures):
            problems.append(Problem("figures", ErrorCode.DUPLICATE, "scale"))
        if self.signed_off_on.year < self.year:
            problems.append(Problem("year", ErrorCode.OUT_OF_RANGE, f"≤ {self.signed_off_on.year}"))
        for index, figure in enumerate(self.figures):
            if figure.at_standard > figure.producing:
                problems.append(Problem(f"figures.{index}.atStandard", ErrorCode.OUT_OF_RANGE, f"≤ {figure.producing}"))
        return problems
