"""The plan itself: its phases, its days and its targets."""

from datetime import date
from decimal import Decimal

import strawberry

from hub.domain.records.mines import MineScale
from hub.domain.rules.plan import Phase
from schema.graph import described, graph_type, on_day, one_on, to_all
from schema.scalars import enum


@graph_type("工作步骤（方案四） / a phase of the plan (section 4)")
class PlanPhase:
    id: strawberry.ID = strawberry.field(description="序号-阶段 / place and phase")
    phase = described(enum(Phase), "阶段 / phase")
    first_day: date = strawberry.field(description="起始日 / first day")
    last_day: date = strawberry.field(description="截止日 / last day, included")


@graph_type("建设目标（方案四（二）） / a target that the plan sets for every prefecture (section 4.2)")
class PlanTarget:
    id: strawberry.ID = strawberry.field(description="规模-年度 / scale and year")
    scale = described(enum(MineScale), "生产建设规模；小型由州（市）制定 / scale; prefectures set targets for small mines")
    year: int = strawberry.field(description="年度 / year by whose end it is to be reached")
    share: Decimal = strawberry.field(description="持证在产矿山达标比例（%） / share of licensed producing mines, in percent")


@graph_type("云南省绿色矿山建设实施方案 / the province's plan")
class Plan:
    id: strawberry.ID = strawberry.field(description="标识 / id")
    valid_years: int = strawberry.field(description="有效期（年），自印发之日起 / holds for so many years from its issue")
    contracts_due_on: date = strawberry.field(
        description="持证矿山合同签订期限（方案四（一）） / existing mines have contracts by (section 4.1)"
    )
    summary_due_on: date = strawberry.field(description="总结报告期限（方案四（三）） / the work is summed up by (section 4.3)")
    report_due_on = on_day(date | None, "下一次年度报告期限（方案五（一）） / the next yearly report is due on (section 5.1)")
    working_days_known_until: date = strawberry.field(
        description="工作日历已知至；其后的工作日期限为暂定 / working days are known until; later ones are provisional"
    )
    phase = one_on("plan", "PlanPhase", "当日所处阶段 / the phase on a day")
    phases = to_all("plan", "PlanPhase", "全部阶段 / all phases")
    targets = to_all("plan", "PlanTarget", "全部目标 / all targets")
