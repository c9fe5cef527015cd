"""Expert 评估专家: a member of the ExpertPool 评估专家库, which natural resources keeps (plan, annex 1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.fields import Payload
from hub.domain.words.errors import Problem
from hub.domain.words.worded import Words


class Speciality(Words):
    """专业 / speciality."""

    GEOLOGY = "GEOLOGY", "地质", "geology"
    MINING = "MINING", "采矿", "mining"
    MINERAL_PROCESSING = "MINERAL_PROCESSING", "选矿", "mineral processing"
    ECOLOGY = "ECOLOGY", "生态", "ecology"
    ENVIRONMENT = "ENVIRONMENT", "环境", "environment"
    SAFETY = "SAFETY", "安全", "safety"
    ECONOMICS = "ECONOMICS", "经济", "economics"
    OTHER = "OTHER", "其他", "other"


class ProfessionalTitle(Words):
    """职称 / professional title."""

    JUNIOR = "JUNIOR", "初级", "junior"
    INTERMEDIATE = "INTERMEDIATE", "中级", "intermediate"
    SENIOR = "SENIOR", "高级", "senior"


@dataclass(frozen=True, kw_only=True)
class Expert(Payload):
    """Expert of the pool"""

    chinese: ClassVar[str] = "评估专家"

    expert_no: str = fields.code(64, "专家编号", "number in the pool", find=True, sort=True)
    name: str = fields.text(50, "姓名", "name", personal=True)
    specialities: tuple[Speciality, ...] = fields.words(Speciality, "专业", "what the expert knows", find=True)
    other_speciality: str | None = fields.text(
        200, "其他专业", "which field it is, where one is OTHER: the text of 其他-…", default=None, other_of="specialities"
    )
    title: ProfessionalTitle = fields.word(ProfessionalTitle, "职称", "professional title", find=True)
    employer: str = fields.text(200, "工作单位", "employer")
    employer_uscc: str | None = fields.uscc("工作单位统一社会信用代码", "credit code of the employer", default=None, find=True)
    avoids: tuple[str, ...] = fields.usccs(
        100, "回避单位统一社会信用代码", "enterprises that the expert has ties to, or had when it assessed"
    )
    joined_on: date = fields.day("入库日期", "in the pool since", past=True, find=True, sort=True)
    left_on: date | None = fields.day("出库日期", "left the pool on", default=None)

    def problems(self) -> list[Problem]:
        told = fields.only_of_other("other_speciality", self.other_speciality, self.specialities)
        return told + fields.in_order(("joined_on", self.joined_on), ("left_on", self.left_on))


def is_tied(expert: Any, uscc: str) -> bool:
    """Whether an expert may not assess an enterprise's mines: works there, or has declared ties to it."""
    return uscc == expert.employer_uscc or uscc in expert.avoids


def is_in_pool(expert: Any, on: date) -> bool:
    """Whether an expert is in the pool on a day, the first and the last one included."""
    return bool(expert.joined_on <= on and (expert.left_on is None or on <= expert.left_on))
