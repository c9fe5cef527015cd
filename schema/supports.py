"""Which supports a mine may have."""

from datetime import date

import strawberry

from hub.domain.records.supports import Bar, Eligibility, Support
from schema.conflicts import Code
from schema.following import SINCE, UNTIL, because
from schema.graph import described, graph_type, to_all
from schema.scalars import enum

SupportWord = enum(Support)
EligibilityWord = enum(Eligibility)
BarWord = enum(Bar)
_OF_HIDDEN = "；对看不到未公示处罚者不告知 / ; not told to whom penalties are hidden that are not published"


@graph_type("支持政策适用情况（方案三） / whether a mine may have a support now, and why (plan, section 3)")
class SupportEligibility:
    id: strawberry.ID = strawberry.field(description="许可证号-支持类别 / licence number and support")
    licence_no: str = strawberry.field(description="采矿许可证号 / the mine")
    support = described(SupportWord, "支持类别 / kind of support")
    section: str = strawberry.field(description="方案条款 / section of the plan")
    terms: str = strawberry.field(description="其他条件 / further terms that the plan names")
    eligibility = described(EligibilityWord, "可否申请及理由 / whether it may, and why not")
    reasons = described(
        list[Code],
        "存疑理由（冲突类型） / kinds of conflict that make a listed mine's eligibility doubtful; evidence: Mine.conflicts",
    )
    barred_by = described(BarWord | None, "列入的名单（多个时取最早列入者） / the list that bars it, of several the first")
    barred_since: date | None = strawberry.field(description="列入日期 / on that list since, as far as it is known")
    since: date | None = strawberry.field(description=f"{SINCE}{_OF_HIDDEN}")
    until: date | None = strawberry.field(description=f"{UNTIL}{_OF_HIDDEN}")
    because = because()
    policies = to_all("records", "SupportPolicy", "现行政策 / policies in force")
    grants = to_all("records", "SupportGrant", "已享受事项 / what it was given")
