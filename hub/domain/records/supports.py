"""SupportPolicy 支持政策 and SupportGrant: what listed mines may have, and what they got (plan, section 3; annex 5 and 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from hub.domain.declaring import fields
from hub.domain.declaring.issued import AboutMine, Issued
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, Problem
from hub.domain.words.worded import Words


class Support(Words):
    """支持政策 / support of the plan."""

    LAND = "LAND", "用地保障", "land"
    MINING_RIGHT = "MINING_RIGHT", "协议出让", "mining right by agreement"
    RESOURCE_TAX = "RESOURCE_TAX", "资源税减免", "resource-tax relief"
    GREEN_CREDIT = "GREEN_CREDIT", "绿色信贷", "green credit"
    FUND = "FUND", "产业基金", "industry fund"
    STOCK_LISTING = "STOCK_LISTING", "上市挂牌", "stock listing"


@dataclass(frozen=True, slots=True)
class SupportFacts:
    """What the plan says of a support: its section, on which further terms, and the departments that grant it."""

    section: str
    terms: str
    granted_by: frozenset[Department]


SUPPORTS: dict[Support, SupportFacts] = {
    Support.LAND: SupportFacts("3.1", "符合国土空间规划底线管控要求", frozenset({Department.NATURAL_RESOURCES})),
    Support.MINING_RIGHT: SupportFacts("3.2", "符合协议出让情形", frozenset({Department.NATURAL_RESOURCES})),
    Support.RESOURCE_TAX: SupportFacts(
        "3.3", "开采共生矿、伴生矿、低品位矿或尾矿", frozenset({Department.TAXATION, Department.FINANCE})
    ),
    Support.GREEN_CREDIT: SupportFacts("3.4", "风险可控、商业可持续", frozenset({Department.FINANCIAL_REGULATION})),
    Support.FUND: SupportFacts("3.4", "绿色矿山项目", frozenset({Department.FINANCIAL_REGULATION, Department.FINANCE})),
    Support.STOCK_LISTING: SupportFacts("3.4", "符合上市或挂牌条件", frozenset({Department.SECURITIES_REGULATION})),
}


class Eligibility(Words):
    """享受支持资格 / eligibility for a support."""

    ELIGIBLE = "ELIGIBLE", "可申请", "eligible"
    IN_DOUBT = "IN_DOUBT", "存疑（在册但与其他记录矛盾）", "in doubt: listed, against other records"
    NOT_LISTED = "NOT_LISTED", "不在名录（或整改中）", "not listed, or under rectification"
    BARRED = "BARRED", "列入异常名录或严重失信", "barred: on a list of breach"


class Bar(Words):
    """限制事由 / what bars from support."""

    RIGHT_HOLDER_ABNORMAL = "RIGHT_HOLDER_ABNORMAL", "矿业权人异常名录", "right holder on the list of abnormal ones"
    RIGHT_HOLDER_SERIOUS_BREACH = "RIGHT_HOLDER_SERIOUS_BREACH", "矿业权严重失信主体名单", "right holder in serious breach"
    HOLDER_SERIOUS_BREACH = "HOLDER_SERIOUS_BREACH", "采矿权人列入严重违法失信名单", "enterprise in serious breach of law"


def _wrong_grantor(support: Support, department: Department) -> list[Problem]:
    granted_by = SUPPORTS[support].granted_by
    return [] if department in granted_by else [Problem("support", ErrorCode.OUTSIDE_DUTIES, ", ".join(sorted(granted_by)))]


@dataclass(frozen=True, kw_only=True)
class SupportPolicy(Issued):
    """Policy that supports green mines"""

    chinese: ClassVar[str] = "绿色矿山支持政策"

    support: Support = fields.word(Support, "支持类别", "kind of support", find=True)
    title: str = fields.text(300, "政策名称", "title", find=True)
    text: str = fields.text(10_000, "政策内容", "what it offers, and on which terms")
    effective_on: date = fields.day("施行日期", "in force from", find=True, sort=True)
    ends_on: date | None = fields.day("有效期止", "in force until; none means until replaced", default=None, find=True)

    def problems(self) -> list[Problem]:
        return fields.in_order(("effective_on", self.effective_on), ("ends_on", self.ends_on))

    def allowed_for(self, department: Department) -> list[Problem]:
        """Each support has its departments."""
        return _wrong_grantor(self.support, department)


@dataclass(frozen=True, kw_only=True)
class SupportGrant(AboutMine):
    """Support that a mine was given"""

    chinese: ClassVar[str] = "绿色矿山支持事项"

    support: Support = fields.word(Support, "支持类别", "kind of support", find=True)
    policy_number: str | None = fields.document_number("政策文号", "document number of the policy", default=None)
    granted_on: date = fields.day("批准日期", "granted on", past=True, find=True, sort=True)
    ends_on: date | None = fields.day("有效期止", "ends on", default=None)
    amount: Decimal | None = fields.yuan("金额", "amount, where it is money", default=None, adds=True)
    text: str = fields.text(4000, "事项内容", "what was granted")

    def problems(self) -> list[Problem]:
        return fields.in_order(("granted_on", self.granted_on), ("ends_on", self.ends_on))

    def allowed_for(self, department: Department) -> list[Problem]:
        """Each support has its departments."""
        return _wrong_grantor(self.support, department)
