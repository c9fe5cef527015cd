"""Appeal 公开申诉: a public complaint about a mine, and the mine's answer (plan, section 2.3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.issued import AboutMine
from hub.domain.words.errors import ErrorCode, Problem


@dataclass(frozen=True, kw_only=True)
class Appeal(AboutMine):
    """Public complaint and the mine's answer"""

    chinese: ClassVar[str] = "公开申诉与回应"

    topic: str = fields.text(200, "申诉事项", "what it is about", find=True)
    text: str = fields.text(10_000, "申诉内容", "the complaint, without personal data")
    received_on: date = fields.day("受理日期", "received on", past=True, find=True, sort=True)
    answer_due_on: date = fields.day("回应期限", "an answer is due on", find=True)
    answered_on: date | None = fields.day("回应日期", "answered on", past=True, default=None, find=True)
    answer: str | None = fields.text(10_000, "回应内容", "the mine's answer; needed with answeredOn", default=None)
    satisfied: bool | None = fields.flag("申诉人是否满意", "whether the complainant is satisfied", default=None)

    def problems(self) -> list[Problem]:
        problems = fields.in_order(("received_on", self.received_on), ("answer_due_on", self.answer_due_on))
        problems += fields.in_order(("received_on", self.received_on), ("answered_on", self.answered_on))
        if (self.answered_on is None) != (self.answer is None):
            problems.append(Problem("answer", ErrorCode.REQUIRED, "answeredOn, answer"))
        return problems
