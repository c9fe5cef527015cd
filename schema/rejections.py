"""What was sent and could not be taken."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from schema.declared import InstantRange, TextFilter, filter_type, order_type
from schema.graph import Node, described, graph_type
from schema.scalars import Department

RejectionFilter = filter_type(
    "RejectionFilter",
    None,
    client_id=TextFilter,
    source=TextFilter,
    kind=TextFilter,
    reference=TextFilter,
    received_at=InstantRange,
)
RejectionOrder = order_type("RejectionOrder", None, "received_at")


@graph_type("被拒绝的提交 / something that was sent and could not be taken: by whom, when, why")
class Rejection(Node):
    received_at: datetime = strawberry.field(description="收到时间 / when it was received")
    client_id: str = strawberry.field(description="提交方客户端 / who sent it")
    department = described(Department | None, "提交部门 / the sender's department")
    source: str = strawberry.field(description="来源通道 / the way by which it came")
    kind: str | None = strawberry.field(description="记录种类 / kind of record")
    reference: str | None = strawberry.field(description="文号或上游标识 / document number or the sender's own reference")
    problems = described(JSON, "问题清单：path, code, message, chinese, english, detail / what was wrong, by field path")
    payload = described(JSON | None, "原始内容；只对发送方显示 / what was sent; shown to the client that sent it alone")
    outline = described(
        JSON,
        "原始内容概要：已声明的非个人信息字段、未显示字段数和字符数 / "
        "what others see of it: declared members that are not personal, how many are withheld, and its size in characters",
    )
    changed_at: datetime | None = strawberry.field(description="来源系统中的变更时刻 / when it changed at its source")
    resolved_at: datetime | None = strawberry.field(
        description="后来被接收的时间；过时的为收到时间 / when it was taken after all; of what came too late, when it came"
    )
