"""LocalStandard 地方标准: drawn up and revised with market regulation's help (plan, annex 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.fields import Payload
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class StandardStage(Words):
    """标准阶段 / stage of a standard."""

    PROPOSED = "PROPOSED", "立项", "proposed"
    DRAFTING = "DRAFTING", "起草", "drafting"
    CONSULTATION = "CONSULTATION", "征求意见", "consultation"
    REVIEW = "REVIEW", "审查", "review"
    PUBLISHED = "PUBLISHED", "发布", "published"
    ABOLISHED = "ABOLISHED", "废止", "abolished"


@dataclass(frozen=True, kw_only=True)
class LocalStandard(Payload):
    """Local standard"""

    chinese: ClassVar[str] = "地方标准"

    standard_no: str = fields.code(64, "标准编号或计划号", "number of the standard or of its project", find=True, sort=True)
    title: str = fields.text(300, "标准名称", "title", find=True)
    stage: StandardStage = fields.word(StandardStage, "阶段", "stage", find=True)
    stage_on: date = fields.day("阶段日期", "in this stage since", past=True, find=True, sort=True)
    effective_on: date | None = fields.day("实施日期", "in force from; needed with PUBLISHED", default=None)
    replaces: str | None = fields.code(64, "代替标准号", "the standard that it replaces", default=None)
    drafted_by: str | None = fields.text(500, "起草单位", "who drafts it", default=None)

    def problems(self) -> list[Problem]:
        if self.stage is StandardStage.PUBLISHED and self.effective_on is None:
            return [Problem("effectiveOn", ErrorCode.REQUIRED, StandardStage.PUBLISHED)]
        return []
