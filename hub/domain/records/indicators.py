"""IndicatorSystem 评价指标体系: how mines are assessed, as versioned data.

The 2020 system has 6/24/100 indicators and 1,000 points (pass 800, and 75 % of each first level), the national one of 2024 has
6/23/49 and 100 points.  Weights and pass marks that differ by province are data, never code.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.fields import Payload
from hub.domain.words.errors import ErrorCode, Problem


@dataclass(frozen=True, kw_only=True)
class Precondition(Payload):
    """A condition without which a mine cannot pass."""

    chinese: ClassVar[str] = "先决条件"

    code: str = fields.code(32, "编号", "code")
    text: str = fields.text(500, "内容", "what must hold")


@dataclass(frozen=True, kw_only=True)
class Indicator(Payload):
    """An indicator of the first, second or third level."""

    chinese: ClassVar[str] = "评价指标"

    code: str = fields.code(32, "编号", "code")
    parent: str | None = fields.code(32, "上级指标编号", "code of the indicator above; none at the first level", default=None)
    level: int = fields.whole(1, 3, "级次", "level, 1 to 3")
    name: str = fields.text(200, "名称", "name")
    points: Decimal = fields.number(2, 10_000, "分值", "most points that it gives")


@dataclass(frozen=True, kw_only=True)
class IndicatorSystem(Payload):
    """System of assessment indicators"""

    chinese: ClassVar[str] = "评价指标体系"

    code: str = fields.code(64, "体系编号", "code of the system, such as NATIONAL-2024", find=True, sort=True)
    name: str = fields.text(200, "名称", "name", find=True)
    basis: str = fields.text(300, "依据文件", "the document that sets it")
    effective_on: date = fields.day("施行日期", "in force from", find=True, sort=True)
    ends_on: date | None = fields.day("废止日期", "in force until; none means until replaced", default=None)
    total_points: Decimal = fields.number(2, 100_000, "总分", "points in all")
    pass_points: Decimal = fields.number(2, 100_000, "合格分", "points needed to pass")
    first_level_share: Decimal = fields.number(
        2, 101, "一级指标最低得分率", "share of the points of each first-level indicator needed to pass, in percent"
    )
    least_experts: int = fields.whole(0, 100, "评估专家最少人数", "fewest experts of an assessment", default=0)
    preconditions: tuple[Precondition, ...] = fields.parts(Precondition, 50, "先决条件", "all must hold")
    indicators: tuple[Indicator, ...] = fields.parts(Indicator, 500, "评价指标", "the tree of indicators")

    def problems(self) -> list[Problem]:
        problems = fields.in_order(("effective_on", self.effective_on), ("ends_on", self.ends_on))
        levels = {indicator.code: indicator.level for indicator in self.indicators}
        if len(levels) < len(self.indicators):
            problems.append(Problem("indicators", ErrorCode.DUPLICATE, "code"))
        sums: defaultdict[str | None, Decimal] = defaultdict(Decimal)
        for index, one in enumerate(self.indicators):
            sums[one.parent] += one.points
            above = levels.get(one.parent) if one.parent else 0
            if above != one.level - 1:
                problems.append(Problem(f"indicators.{index}.parent", ErrorCode.NOT_ALLOWED_HERE, f"level {one.level}"))
        for index, one in enumerate(self.indicators):
            if one.code in sums and sums[one.code] != one.points:
                problems.append(Problem(f"indicators.{index}.points", ErrorCode.NOT_ALLOWED_HERE, f"Σ {sums[one.code]}"))
        if self.indicators and sums[None] != self.total_points:
            problems.append(Problem("totalPoints", ErrorCode.NOT_ALLOWED_HERE, f"Σ {sums[None]}"))
        if self.pass_points > self.total_points:
            problems.append(Problem("passPoints", ErrorCode.OUT_OF_RANGE, f"≤ {self.total_points}"))
        if self.first_level_share > 100:
            problems.append(Problem("firstLevelShare", ErrorCode.OUT_OF_RANGE, "≤ 100"))
        return problems

    def leaves(self) -> dict[str, Indicator]:
        """The indicators that are scored: those with none below."""
        above = {one.parent for one in self.indicators}
        return {one.code: one for one in self.indicators if one.code not in above}
