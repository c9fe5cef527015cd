"""What goes out to other systems by itself, and how far it has come."""

from datetime import date, datetime
from typing import Any

import strawberry

from hub.domain.words.deliveries import DeliveryAction, DeliveryState
from schema.declared import Choice, DateRange, InstantRange, Is, TextFilter, filter_type, order_type
from schema.graph import Node, described, graph_type, on_day, to_all, to_one
from schema.scalars import Department, enum

State = enum(DeliveryState)
Action = enum(DeliveryAction)

DeliveryFilter = filter_type(
    "DeliveryFilter",
    None,
    destination=TextFilter,
    state=Choice[State],  # type: ignore[valid-type]
    action=Choice[Action],  # type: ignore[valid-type]
    kind=TextFilter,
    department=Choice[Department],
    document_number=TextFilter,
    due_on=DateRange,
    overdue=Is,
    due_soon=Is,
    recorded_at=InstantRange,
)
DeliveryOrder = order_type("DeliveryOrder", None, "recorded_at")


@graph_type("对被退回或停止重试的报送的处理 / what somebody did with one that had ended badly: it was sent anew")
class DeliveryAct:
    done_by: str = strawberry.field(description="处理方客户端 / client that did it")
    done_at: datetime = strawberry.field(description="处理时间 / when")
    reason: str | None = strawberry.field(description="理由 / why")
    state = described(State, "此前状态 / how it had ended")
    detail: str | None = strawberry.field(description="此前原因 / why it had ended so")


@graph_type("报送：记录的一个版本送往另一系统及其进度 / a version of a record on its way to another system, and how far it is")
class Delivery(Node):
    destination: str = strawberry.field(description="目的系统（连接器代码） / code of the connector to the system")
    record_id: strawberry.ID = strawberry.field(description="记录标识 / the record")
    version: int = strawberry.field(description="版本号 / the version")
    kind: str = strawberry.field(description="记录种类 / kind of record")
    penalty = to_one("records", "Penalty", "所涉处罚 / the penalty, where it is one")
    department = described(Department, "所属部门 / whose record it is")
    document_number: str = strawberry.field(description="文号 / its number")
    action = described(Action, "报送或撤回 / whether it is told or taken back")
    because: str | None = strawberry.field(description="撤回理由 / why it is taken back")
    state = described(State, "状态 / how far it has come")
    due_on: date | None = strawberry.field(description="应报送或撤回期限 / by when it is owed")
    overdue = on_day(
        bool, "是否逾期未送达 / whether it was owed by a day before this one, has not arrived, and no later version follows it"
    )
    due_soon = on_day(bool, "是否即将到期（两日内） / whether it has not arrived and is owed within two days")
    recorded_at: datetime = strawberry.field(description="该版本入库时间 / when the version was recorded")
    attempts: int = strawberry.field(description="发送次数 / how often it was sent")
    sent_at: datetime | None = strawberry.field(description="最近发送时间 / when it was last sent")
    next_at: datetime | None = strawberry.field(description="下次发送时间 / when it is sent again")
    ended_at: datetime | None = strawberry.field(
        description="确认、退回或停止重试的时间 / when it arrived, was refused or given up"
    )
    reference: str | None = strawberry.field(description="对方编号 / what the other system calls it")
    detail: str | None = strawberry.field(
        description="退回或失败原因，不含记录中的个人信息 / "
        "why it was refused, or failed last, without what is personal in the record"
    )
    acts = to_all("deliveries", "DeliveryAct", "处理经过 / what people did with it, in order")


#: What a penalty tells of them.
PENALTY: dict[str, Any] = {
    "delivery": to_one(
        "deliveries", "Delivery", "最近一次向公示系统的报送 / its newest delivery to the credit-disclosure system"
    ),
}
