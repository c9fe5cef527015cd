"""The read ledger, for those who oversee it."""

from datetime import datetime

import strawberry

from hub.domain.words.purposes import PurposeWord
from schema.declared import InstantRange, TextFilter, filter_type, order_type
from schema.graph import Node, described, graph_type
from schema.scalars import Department, enum

MineReadFilter = filter_type(
    "MineReadFilter",
    None,
    licence_no=TextFilter,
    client_id=TextFilter,
    purpose=TextFilter,
    outcome=TextFilter,
    last_at=InstantRange,
)
MineReadOrder = order_type("MineReadOrder", None, "last_at")


@graph_type("查询留痕；同一窗口内相同的查阅合并计数 / who read which mine, when and why; equal reads are counted")
class MineRead(Node):
    first_at: datetime = strawberry.field(description="首次时间 / when it was read, or first read")
    last_at: datetime = strawberry.field(description="末次时间 / when it was last read")
    times: int = strawberry.field(description="次数 / how often within this second or so")
    client_id: str | None = strawberry.field(
        description="查阅方客户端；未通过认证的为空 / the client; null for who did not prove itself"
    )
    role: str | None = strawberry.field(description="查阅方角色 / the client's role")
    department = described(Department | None, "查阅方部门 / the client's department")
    purpose = described(enum(PurposeWord) | None, "用途 / the purpose that was named")
    reference: str | None = strawberry.field(description="查阅方业务编号 / what the reader calls the matter")
    document_hash: str | None = strawberry.field(description="查询文本摘要（SHA-256） / SHA-256 of the GraphQL document")
    asked: str | None = strawberry.field(description="查阅对象种类 / the noun that was read at the root")
    key: str | None = strawberry.field(
        description="查阅所用标识或名称（非许可证号） / the key or name by which it was asked for, where it is no mine's number"
    )
    licence_no: str | None = strawberry.field(description="采矿许可证号 / the mine")
    outcome: str = strawberry.field(description="结果：ANSWERED 或错误代码 / ANSWERED, or the error code of a refusal")
