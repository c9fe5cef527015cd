"""Which supports a mine may have."""

import strawberry

from hub.domain.records.supports import Eligibility, Support
from schema.graph import described, graph_type, to_all
from schema.scalars import enum

SupportWord = enum(Support)
EligibilityWord = enum(Eligibility)


@graph_type("支持政策适用情况（方案三） / whether a mine may have a support now, and why (plan, section 3)")
class SupportEligibility:
    id: strawberry.ID = strawberry.field(description="许可证号-支持类别 / licence number and support")
    licence_no: str = strawberry.field(description="采矿许可证号 / the mine")
    support = described(SupportWord, "支持类别 / kind of support")
    section: str = strawberry.field(description="方案条款 / section of the plan")
    terms: str = strawberry.field(description="其他条件 / further terms that the plan names")
    eligibility = described(EligibilityWord, "可否申请及理由 / whether it may, and why not")
    policies = to_all("records", "SupportPolicy", "现行政策 / policies in force")
    grants = to_all("records", "SupportGrant", "已享受事项 / what it was given")
