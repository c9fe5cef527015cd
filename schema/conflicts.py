"""What the departments' records say against one another."""

from datetime import date

import strawberry

from hub.domain.rules.conflicts import ConflictCode
from schema.declared import Choice, DateRange, TextFilter, filter_type, order_type
from schema.following import UNTIL, because
from schema.graph import described, graph_type, to_one
from schema.scalars import Department, enum

Code = enum(ConflictCode)


@graph_type("部门间冲突 / what two records say against one another, with the evidence and who should act")
class Conflict:
    id: strawberry.ID = strawberry.field(description="冲突标识 / id of the contradiction")
    code = described(Code, "冲突类型 / kind of contradiction")
    licence_no: str | None = strawberry.field(description="采矿许可证号 / the mine")
    mine = to_one("records", "Mine", "所涉矿山 / the mine")
    enterprise_uscc: str | None = strawberry.field(description="企业统一社会信用代码 / the enterprise")
    enterprise = to_one("records", "Enterprise", "所涉企业 / the enterprise, if registered")
    prefecture_code: str | None = strawberry.field(description="州（市）代码 / prefecture of the mine")
    department = described(Department, "应处理的部门 / who should act")
    section: str = strawberry.field(description="依据的方案条款 / part of the plan")
    since: date | None = strawberry.field(description="起始日期 / since when")
    until: date | None = strawberry.field(description=UNTIL)
    because = because()
    subject: str = strawberry.field(description="文号或名称 / document number or name")
    evidence: list[strawberry.ID] = strawberry.field(description="证据记录标识 / ids of the records that show it")


ConflictFilter = filter_type(
    "ConflictFilter",
    None,
    code=Choice[Code],  # type: ignore[valid-type]
    department=Choice[Department],
    licence_no=TextFilter,
    prefecture_code=TextFilter,
    since=DateRange,
)
ConflictOrder = order_type("ConflictOrder", None, "id")
