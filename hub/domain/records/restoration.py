"""RestorationPlan 矿山地质环境保护与土地复垦方案: what is to be restored each year while mining goes on 边生产边修复."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Day, Number
from hub.domain.declaring.fields import Payload
from hub.domain.declaring.issued import AboutMine
from hub.domain.words.errors import ErrorCode, Problem

_AREA = Number(4, Decimal(10**7))
_NONE = Decimal("0.0000")


@dataclass(frozen=True, kw_only=True)
class RestorationYear(Payload):
    """The duty of one year and what was done."""

    chinese: ClassVar[str] = "年度修复任务"

    year: int = fields.whole(1990, 2100, "年度", "calendar year")
    duty: Decimal = fields.number(4, 10**7, "应修复面积（公顷）", "area to be restored, in hectares")
    done: Decimal = fields.number(
        4, 10**7, "已修复面积（公顷）", "area restored and accepted, in hectares", default=Decimal("0.0000")
    )


@dataclass(frozen=True, kw_only=True)
class RestorationPlan(AboutMine):
    """Restoration plan of a mine"""

    chinese: ClassVar[str] = "矿山地质环境保护与土地复垦方案"

    approved_on: date = fields.day("批准日期", "approved on", past=True, find=True, sort=True)
    valid_until: date = fields.day("适用期止", "plan valid until", find=True)
    fund_accrued: Decimal | None = fields.yuan("已计提治理恢复基金", "restoration fund accrued", default=None, adds=True)
    years: tuple[RestorationYear, ...] = fields.parts(RestorationYear, 60, "年度任务", "duty and result by year")
    duty_area: Decimal = fields.derived(
        _AREA,
        "应修复面积合计（公顷）",
        "area to be restored in all, in hectares",
        lambda p: sum((y.duty for y in p.years), _NONE),
        adds=True,
    )
    done_area: Decimal = fields.derived(
        _AREA,
        "已修复面积合计（公顷）",
        "area restored in all, in hectares",
        lambda p: sum((y.done for y in p.years), _NONE),
        adds=True,
    )
    owed_since: date | None = fields.derived(
        Day(),
        "最早未完成任务到期日",
        "end of the earliest year whose duty is not done; overdue once it has passed",
        lambda p: p._owed_since(),
        find=True,
        watch=True,
    )

    def _owed_since(self) -> date | None:
        behind = [y.year for y in self.years if y.done < y.duty]
        return date(min(behind), 12, 31) if behind else None

    def problems(self) -> list[Problem]:
        problems = fields.in_order(("approved_on", self.approved_on), ("valid_until", self.valid_until))
        if len({y.year for y in self.years}) < len(self.years):
            problems.append(Problem("years", ErrorCode.DUPLICATE, "year"))
        return problems
