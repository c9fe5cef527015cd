"""What copies say otherwise than the records that they are copies of, and how people settle it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from hub.domain.discrepancies import Nature, Resolution
from hub.domain.words.notation import written
from schema.declared import Choice, InstantRange, TextFilter, filter_type, order_type
from schema.graph import Connection, Node, PostedRecord, described, does, graph_type, page_of, to_one
from schema.scalars import Department, enum

Settled = enum(Resolution)
Sort = enum(Nature)

DiscrepancyFilter = filter_type(
    "DiscrepancyFilter",
    None,
    department=Choice[Department],
    field=TextFilter,
    nature=Choice[Sort],  # type: ignore[valid-type]
    document_number=TextFilter,
    copied_by=TextFilter,
    division_code=TextFilter,
    prefecture_code=TextFilter,
    resolution=Choice[Settled],  # type: ignore[valid-type]
    found_at=InstantRange,
    resolved_at=InstantRange,
)
DiscrepancyOrder = order_type("DiscrepancyOrder", None, "found_at")


@graph_type(
    "差异：公示系统的副本与作出部门记录不一致，以作出部门为准 / what a copy says otherwise than the organ whose record it is, "
    "whose word stands"
)
class Discrepancy(Node):
    record_id: strawberry.ID = strawberry.field(description="记录标识 / the record")
    penalty = to_one("records", "Penalty", "所涉处罚 / the penalty")
    document_number: str = strawberry.field(description="文号 / its number")
    nature = described(
        Sort,
        "性质：内容不一致、对方缺失、对方仍在列、作出部门未提交 / which side misses it, or that a field differs; "
        "what is missing on either side is found by the daily reconciliation with the whole list",
    )
    field: str = strawberry.field(
        description="字段名；withdrawn 为是否已撤回，listed 为是否在对方清单上，told 为作出部门是否已提交 / "
        "the field's wire name; withdrawn is whether it stands at all, listed whether it is on the other system's list, told "
        "whether its organ has posted it"
    )
    department = described(Department, "作出部门 / whose record it is")
    division_code: str = strawberry.field(description="作出机关所在行政区划 / where its organ acts")
    prefecture_code: str | None = strawberry.field(description="所在州（市） / the prefecture, unless it is the province's")
    own_value = described(JSON | None, "作出部门的值；个人信息不保存 / what the record says; of personal facts nothing is kept")
    copied_value = described(JSON | None, "副本的值 / what the copy says")
    copied_by: str = strawberry.field(description="副本提交方客户端 / client that told the copy")
    found_at: datetime = strawberry.field(description="发现时间 / when it was found")
    resolved_at: datetime | None = strawberry.field(description="了结时间 / when it was settled")
    resolution = described(Settled | None, "了结方式：已一致或人工处理 / by a later agreement, or by hand")
    reason: str | None = strawberry.field(description="人工处理的理由 / why it was settled by hand")
    resolved_by: str | None = strawberry.field(description="了结方客户端 / client that settled it")


#: What a penalty tells of them.
PENALTY = {
    "discrepancies": page_of(
        Connection[Discrepancy], DiscrepancyFilter, DiscrepancyOrder, "与副本的差异 / what copies of it say otherwise"
    )
}


@graph_type("差异的人工处理结果 / a discrepancy that was settled by hand")
class ResolvedDiscrepancy:
    id: strawberry.ID = strawberry.field(description="差异标识 / id of the discrepancy")
    record_id: strawberry.ID = strawberry.field(description="记录标识 / the record")
    field: str = strawberry.field(description="字段名 / the field's wire name")
    resolution = described(Settled, "了结方式 / how it was settled")
    reason: str = strawberry.field(description="理由 / why")
    resolved_at: datetime = strawberry.field(description="了结时间 / when")
    record: PostedRecord | None = strawberry.field(description="所涉记录 / the record as it stands")


def resolves() -> Any:
    """The mutation that settles a discrepancy by hand."""
    return does(
        {"id": strawberry.ID, "reason": str},
        ResolvedDiscrepancy,
        "人工了结一项差异并说明理由（作出部门、公示系统或运维） / settle a discrepancy by hand and say why: for the department "
        "whose record it is, the credit-disclosure system, and operators",
    )


def resolved(row: Mapping[str, Any]) -> dict[str, Any]:
    """A settled row under the names of `ResolvedDiscrepancy`."""
    return {
        "id": row["id"],
        "recordId": row["record_id"],
        "field": row["field"],
        "resolution": row["resolution"],
        "reason": row["reason"],
        "resolvedAt": written(row["resolved_at"]),
    }
