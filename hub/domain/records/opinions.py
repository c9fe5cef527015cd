"""Opinion 审核意见及其他意见: what a department states about a mine.

By the plan (annex 1, 2 and 7) only natural resources, ecology, and forestry and grassland issue audit opinions, each on its
own topics; what other departments state is a comment and gates nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.issued import AboutMine
from hub.domain.words.departments import AUDITING, Department
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class OpinionNature(Words):
    """意见性质 / nature of an opinion."""

    AUDIT = "AUDIT", "审核意见", "audit opinion"
    COMMENT = "COMMENT", "其他意见", "comment, which gates nothing"


class Verdict(Words):
    """审核结论 / verdict."""

    AGREE = "AGREE", "同意", "agree"
    AGREE_WITH_CONDITIONS = "AGREE_WITH_CONDITIONS", "有条件同意", "agree with conditions"
    DISAGREE = "DISAGREE", "不同意", "disagree"


class OpinionTopic(Words):
    """意见事项 / what an opinion is about: the duties that the plan's annex names, or something else."""

    RECOVERY_RATES = "RECOVERY_RATES", "“三率”指标", "recovery rates"
    RESTORATION_PLAN = "RESTORATION_PLAN", "矿山地质环境保护与土地复垦方案", "restoration plan"
    ECOLOGICAL_RED_LINE = "ECOLOGICAL_RED_LINE", "生态保护红线", "ecological red line"
    ENVIRONMENTAL_SUPERVISION = "ENVIRONMENTAL_SUPERVISION", "生态环境监督", "environmental supervision"
    POLLUTION_PREVENTION = "POLLUTION_PREVENTION", "污染防治", "pollution prevention"
    FOREST_LAND_USE = "FOREST_LAND_USE", "占用林地草地", "use of forest and grass land"
    VEGETATION_RESTORATION = "VEGETATION_RESTORATION", "植被恢复", "restoration of vegetation"
    PROTECTED_AREA = "PROTECTED_AREA", "自然保护地", "protected area"
    GENERAL = "GENERAL", "综合", "general"


#: The topics on which each department may audit (plan, annex).
AUDIT_TOPICS: dict[Department, frozenset[OpinionTopic]] = {
    Department.NATURAL_RESOURCES: frozenset(
        {OpinionTopic.RECOVERY_RATES, OpinionTopic.RESTORATION_PLAN, OpinionTopic.ECOLOGICAL_RED_LINE, OpinionTopic.GENERAL}
    ),
    Department.ECOLOGY: frozenset(
        {OpinionTopic.ENVIRONMENTAL_SUPERVISION, OpinionTopic.POLLUTION_PREVENTION, OpinionTopic.GENERAL}
    ),
    Department.FORESTRY_GRASSLAND: frozenset(
        {
            OpinionTopic.FOREST_LAND_USE,
            OpinionTopic.VEGETATION_RESTORATION,
            OpinionTopic.PROTECTED_AREA,
            OpinionTopic.GENERAL,
        }
    ),
}


def _auditors_of(topic: OpinionTopic) -> str:
    return ", ".join(department for department, topics in AUDIT_TOPICS.items() if topic in topics)


@dataclass(frozen=True, kw_only=True)
class Opinion(AboutMine):
    """Opinion of a department"""

    chinese: ClassVar[str] = "部门意见"

    nature: OpinionNature = fields.word(OpinionNature, "意见性质", "audit opinion or comment", find=True)
    verdict: Verdict | None = fields.word(
        Verdict, "审核结论", "verdict; an audit opinion must have one", default=None, find=True
    )
    topics: tuple[OpinionTopic, ...] = fields.words(OpinionTopic, "意见事项", "what it is about")
    text: str = fields.text(4000, "意见内容", "the opinion's text")
    conditions: str | None = fields.text(4000, "附加条件", "conditions of a conditional agreement", default=None)
    issued_on: date = fields.day("出具日期", "date of issue", past=True, find=True, sort=True)
    valid_until: date | None = fields.day("有效期至", "valid until; none means until replaced", default=None)

    def problems(self) -> list[Problem]:
        problems = fields.in_order(("issued_on", self.issued_on), ("valid_until", self.valid_until))
        if self.nature is OpinionNature.AUDIT and self.verdict is None:
            problems.append(Problem("verdict", ErrorCode.REQUIRED, "nature AUDIT"))
        if self.verdict is Verdict.AGREE_WITH_CONDITIONS and self.conditions is None:
            problems.append(Problem("conditions", ErrorCode.REQUIRED, "AGREE_WITH_CONDITIONS"))
        return problems

    def allowed_for(self, department: Department) -> list[Problem]:
        """Problems of this opinion as a statement of `department`: who may audit, and on what (plan, annex 1, 2, 7)."""
        if self.nature is OpinionNature.COMMENT:
            return []
        if department not in AUDITING:
            return [Problem("nature", ErrorCode.OUTSIDE_DUTIES, ", ".join(sorted(AUDITING)))]
        return [
            Problem(f"topics.{index}", ErrorCode.OUTSIDE_DUTIES, _auditors_of(topic))
            for index, topic in enumerate(self.topics)
            if topic not in AUDIT_TOPICS[department]
        ]
