"""SupervisionVisit 监督检查: a department's visit to a mine, its findings and what became of them (plan, section 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.checks import Day
from hub.domain.declaring.issued import AboutMine
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class VisitResult(Words):
    """检查结果 / result of a visit."""

    NO_FINDING = "NO_FINDING", "未发现问题", "no finding"
    RECTIFICATION = "RECTIFICATION", "责令整改", "rectification ordered"
    TRANSFERRED = "TRANSFERRED", "移交处理", "transferred"
    CASE_OPENED = "CASE_OPENED", "立案", "case opened"


@dataclass(frozen=True, kw_only=True)
class SupervisionVisit(AboutMine):
    """Supervision visit"""

    chinese: ClassVar[str] = "监督检查"

    visited_on: date = fields.day("检查日期", "visited on", past=True, find=True, sort=True)
    topics: tuple[str, ...] = fields.texts(100, 30, "检查事项", "what was looked at")
    findings: str = fields.text(10_000, "检查情况", "what was found")
    result: VisitResult = fields.word(VisitResult, "检查结果", "result", find=True)
    rectification_due_on: date | None = fields.day(
        "整改期限", "rectification due on; needed with RECTIFICATION", default=None, find=True
    )
    rectified_on: date | None = fields.day("整改完成日期", "rectified on", past=True, default=None)
    owed_since: date | None = fields.derived(
        Day(),
        "未完成整改到期日",
        "when rectification falls due while it is not done; overdue once it has passed",
        lambda v: v.rectification_due_on if v.rectified_on is None else None,
        find=True,
    )

    def problems(self) -> list[Problem]:
        problems = fields.in_order(("visited_on", self.visited_on), ("rectification_due_on", self.rectification_due_on))
        problems += fields.in_order(("visited_on", self.visited_on), ("rectified_on", self.rectified_on))
        if self.result is VisitResult.RECTIFICATION and self.rectification_due_on is None:
            problems.append(Problem("rectificationDueOn", ErrorCode.REQUIRED, VisitResult.RECTIFICATION))
        return problems
