"""What mines are held to before they close."""

from datetime import date

import strawberry

from hub.domain.rules.closure import ClosureTask, DutyState, WhyUnknown
from schema.declared import Choice, DateRange, TextFilter, filter_type, order_type
from schema.following import SINCE, UNTIL, because
from schema.graph import described, graph_type, to_one
from schema.scalars import enum

Task = enum(ClosureTask)
State = enum(DutyState)
Why = enum(WhyUnknown)


@graph_type("闭坑前管理任务（方案二（二）） / a closure duty of a mine, and what the records say of it (plan, section 2.2)")
class ClosureDuty:
    id: strawberry.ID = strawberry.field(description="许可证号-任务 / licence number and duty")
    licence_no: str = strawberry.field(description="采矿许可证号 / the mine")
    mine = to_one("records", "Mine", "矿山 / the mine")
    prefecture_code: str | None = strawberry.field(description="州（市）代码 / prefecture of the mine")
    task = described(Task, "任务 / what is to be done")
    section: str = strawberry.field(description="方案条款 / section of the plan")
    state = described(State, "履行情况 / where it stands")
    why_unknown: Why | None = strawberry.field(  # type: ignore[valid-type]
        description="不明原因 / why it is not known whether it is done; none for any other state"
    )
    due_on: date | None = strawberry.field(description="到期日 / what is owed falls due on, or the permit ended on")
    since: date | None = strawberry.field(description=SINCE)
    until: date | None = strawberry.field(description=UNTIL)
    because = because()
    told_by: strawberry.ID | None = strawberry.field(
        description="依据记录标识 / id of the permit, restoration plan or land use that tells it"
    )


ClosureDutyFilter = filter_type(
    "ClosureDutyFilter",
    None,
    task=Choice[Task],  # type: ignore[valid-type]
    state=Choice[State],  # type: ignore[valid-type]
    licence_no=TextFilter,
    prefecture_code=TextFilter,
    due_on=DateRange,
)
ClosureDutyOrder = order_type("ClosureDutyOrder", None, "id")
