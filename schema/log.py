"""What the log tells those who follow it: each posting, in order, as far as the follower may see its record."""

from datetime import datetime
from typing import Any

import strawberry

from hub.domain.log import Action, Posted
from hub.domain.record_kinds import RecordKind
from hub.domain.words.identifiers import version_id
from hub.domain.words.notation import written
from schema.graph import Record, described, field_with, graph_type
from schema.scalars import Department, enum

Kind = enum(RecordKind)
LogAction = enum(Action)


@graph_type("记录入库事件 / that a record was posted, revised or taken back")
class RecordPosted:
    position: int = strawberry.field(description="日志位次，连续无缺；断线后自此续传 / position in the log, to go on from")
    action = described(LogAction, "事由 / whether it is new, a new version, or taken back")
    kind = described(Kind, "记录种类 / kind of record")
    record_id: strawberry.ID = strawberry.field(description="记录标识，各版本相同 / the record's id, the same for all versions")
    version: int = strawberry.field(description="版本号，自 1 起 / version, from 1")
    department = described(Department, "所属部门 / whose record it is")
    licence_nos: list[str] = strawberry.field(description="关联矿山采矿许可证号 / licence numbers of the mines concerned")
    recorded_at: datetime = strawberry.field(description="入库时间（UTC） / when the hub recorded it")
    record: Record = strawberry.field(description="该版本的记录 / the record as of this version")


def subscriptions() -> dict[str, Any]:
    """The root fields of subscriptions."""
    arguments = {
        "kinds": list[Kind] | None,  # type: ignore[valid-type]
        "departments": list[Department] | None,
        "licence_nos": list[str] | None,
        "after": int | None,
    }
    description = (
        "订阅记录入库事件；after 为日志位次，自其后补传再续新，省略则自当前起；送达时逐条核对权限 / "
        "what is posted from now on, or after a position of the log; of these kinds, departments and mines alone where any are "
        "named; each event is delivered only if its record may be seen at that moment"
    )
    return {"record_posted": field_with(arguments, RecordPosted, description, optional=tuple(arguments))}


def event(posted: Posted) -> dict[str, Any]:
    """A posting under the names of `RecordPosted`, without the record, which is known by `versionId`."""
    return {
        "position": posted.position,
        "action": posted.action.name,
        "kind": posted.kind.name,
        "recordId": posted.record_id,
        "version": posted.version,
        "versionId": version_id(posted.record_id, posted.version),
        "department": posted.department.name,
        "licenceNos": list(posted.mines),
        "recordedAt": written(posted.recorded_at),
    }
