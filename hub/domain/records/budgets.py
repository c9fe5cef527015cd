"""BudgetItem 工作经费: what finance secures in natural resources' budget for green mines (plan, annex 3; section 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.issued import Issued
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class BudgetPurpose(Words):
    """经费用途 / what money is for."""

    THIRD_PARTY_ASSESSMENT = "THIRD_PARTY_ASSESSMENT", "第三方评估", "third-party assessment"
    ON_SITE_VERIFICATION = "ON_SITE_VERIFICATION", "实地核查", "on-site verification"
    INFORMATISATION = "INFORMATISATION", "信息化管理建设", "informatisation"
    OTHER = "OTHER", "其他工作经费", "other work"


@dataclass(frozen=True, kw_only=True)
class BudgetItem(Issued):
    """Budget item"""

    chinese: ClassVar[str] = "绿色矿山工作经费"

    year: int = fields.whole(2020, 2100, "预算年度", "budget year", find=True)
    division_code: str = fields.division("所属行政区划代码", "division whose budget it is", find=True, link=fields.DIVISION)
    purpose: BudgetPurpose = fields.word(BudgetPurpose, "用途", "purpose", find=True)
    other_purpose: str | None = fields.text(
        200, "其他用途", "what it is for, where that is OTHER: the text of 其他-…", default=None, other_of="purpose"
    )
    planned: Decimal = fields.yuan("预算金额", "planned", adds=True)
    paid: Decimal = fields.yuan("已支付金额", "paid so far", default=Decimal("0.00"), adds=True)
    decided_on: date = fields.day("下达日期", "granted on", past=True, find=True, sort=True)

    def problems(self) -> list[Problem]:
        problems = fields.only_of_other("other_purpose", self.other_purpose, self.purpose)
        if self.paid > self.planned:
            problems.append(Problem("paid", ErrorCode.OUT_OF_RANGE, f"≤ {self.planned}"))
        return problems
