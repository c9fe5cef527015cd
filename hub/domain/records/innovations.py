"""Innovation 科技创新 and CommunityProject 企地和谐: evidence of what a mine does (plan, sections 2.3.4 and 2.3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.issued import AboutMine
from hub.domain.words.worded import Words


class InnovationField(Words):
    """创新领域 / field of an innovation."""

    DIGITAL = "DIGITAL", "数字化智能化", "digital and intelligent mining"
    MINING_PROCESS = "MINING_PROCESS", "绿色开采工艺", "green mining process"
    UTILISATION = "UTILISATION", "综合利用技术", "comprehensive utilisation"
    ENERGY_SAVING = "ENERGY_SAVING", "节能减排技术", "energy saving"
    RESTORATION = "RESTORATION", "生态修复技术", "ecological restoration"
    JOINT_RESEARCH = "JOINT_RESEARCH", "联合攻关与成果转化", "joint research and its use"


class CommunityField(Words):
    """共建领域 / field of a community project."""

    INFRASTRUCTURE = "INFRASTRUCTURE", "基础设施", "infrastructure"
    EDUCATION = "EDUCATION", "教育", "education"
    EMPLOYMENT = "EMPLOYMENT", "就业", "employment"
    LIVING = "LIVING", "生活", "living"
    SURROUNDINGS = "SURROUNDINGS", "人居环境", "surroundings"


@dataclass(frozen=True, kw_only=True)
class Innovation(AboutMine):
    """Innovation of a mine"""

    chinese: ClassVar[str] = "科技创新"

    innovation_field: InnovationField = fields.word(InnovationField, "创新方向", "field", find=True)
    title: str = fields.text(300, "项目名称", "title", find=True)
    text: str = fields.text(4000, "内容与成效", "what was done and what came of it")
    partners: tuple[str, ...] = fields.texts(200, 30, "合作单位", "partners in research")
    spent: Decimal | None = fields.yuan("研发投入", "spent on research", default=None, adds=True)
    achieved_on: date = fields.day("完成日期", "achieved on", past=True, find=True, sort=True)


@dataclass(frozen=True, kw_only=True)
class CommunityProject(AboutMine):
    """What a mine does for its neighbours"""

    chinese: ClassVar[str] = "企地共建"

    community_field: CommunityField = fields.word(CommunityField, "共建方向", "field", find=True)
    title: str = fields.text(300, "项目名称", "title", find=True)
    text: str = fields.text(4000, "内容与成效", "what was done and for whom")
    spent: Decimal | None = fields.yuan("投入金额", "spent", default=None, adds=True)
    done_on: date = fields.day("完成日期", "done on", past=True, find=True, sort=True)
