"""What was sent and could not be taken, and what people did with it."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from hub.domain.rejections import DeskAct, RejectionState
from schema.declared import Choice, Holding, InstantRange, TextFilter, filter_type, order_type
from schema.graph import Node, described, graph_type, to_all
from schema.scalars import Department, ErrorCode, enum

State = enum(RejectionState)
Act = enum(DeskAct)

RejectionFilter = filter_type(
    "RejectionFilter",
    None,
    client_id=TextFilter,
    department=Choice[Department],
    source=TextFilter,
    kind=TextFilter,
    reference=TextFilter,
    state=Choice[State],  # type: ignore[valid-type]
    problem=Holding[ErrorCode],
    file=TextFilter,
    received_at=InstantRange,
    seen_at=InstantRange,
    resolved_at=InstantRange,
)
RejectionOrder = order_type("RejectionOrder", None, "received_at")


@graph_type("对被拒绝提交的处理 / what somebody did with it")
class RejectionAct:
    act = described(Act, "处理方式 / what was done")
    done_by: str = strawberry.field(description="处理方客户端 / client that did it")
    done_at: datetime = strawberry.field(description="处理时间 / when")
    reason: str | None = strawberry.field(description="理由 / why")
    record_id: strawberry.ID | None = strawberry.field(description="由此形成的记录 / the record that came of it")
    version: int | None = strawberry.field(description="由此形成的版本 / which version of it")


@graph_type("被拒绝的提交 / something that was sent and could not be taken: by whom, when, why")
class Rejection(Node):
    received_at: datetime = strawberry.field(description="收到时间 / when it was received")
    seen_at: datetime = strawberry.field(description="来源最近一次报送时间 / when its source last told it in these words")
    client_id: str = strawberry.field(description="提交方客户端 / who sent it")
    department = described(Department | None, "提交部门 / the sender's department")
    source: str = strawberry.field(description="来源通道 / the way by which it came")
    kind: str | None = strawberry.field(description="记录种类 / kind of record")
    reference: str | None = strawberry.field(description="文号或上游标识 / document number or the sender's own reference")
    state = described(State, "状态 / whether it waits, or what became of it")
    problems = described(
        JSON,
        "问题清单：path, code, message, chinese, english, detail；来自文件的另有 cell / "
        "what was wrong, by field path, and by cell where it came in a file",
    )
    file: str | None = strawberry.field(description="所在文件 / the file that it came in")
    sheet: str | None = strawberry.field(description="所在工作表 / the sheet")
    row: int | None = strawberry.field(description="所在行，0 为整个工作表或文件 / the row; 0 for a whole sheet or file")
    cell: str | None = strawberry.field(description="第一处问题所在单元格 / the cell of the first problem")
    payload = described(JSON | None, "原始内容；只对发送方显示 / what was sent; shown to the client that sent it alone")
    outline = described(
        JSON,
        "原始内容概要：已声明、已读出的非个人信息字段，未显示字段数和字符数 / "
        "what others see of it: declared members that could be read and are not personal, how many are withheld, and its size",
    )
    changed_at: datetime | None = strawberry.field(description="来源系统中的变更时刻 / when it changed at its source")
    resolved_at: datetime | None = strawberry.field(
        description="不再待处理的时间；过时的为收到时间 / since when it waits no longer; of what came too late, when it came"
    )
    settled_by: str | None = strawberry.field(description="处理方客户端 / client that settled it, where people did")
    reason: str | None = strawberry.field(description="处理理由 / why it was settled so")
    record_id: strawberry.ID | None = strawberry.field(description="后来形成的记录 / the record that came of it")
    acts = to_all("rejections", "RejectionAct", "处理经过 / what people did with it, in order")
