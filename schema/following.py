"""What follows from a mine's records over spans of days, and the records that decide it."""

from datetime import date

import strawberry

from hub.domain.record_kinds import RecordKind
from hub.domain.rules.told import Followed
from schema.graph import described, graph_type, to_all
from schema.scalars import enum

Kind = enum(RecordKind)
Word = enum(Followed)


@graph_type(
    "依据 / a record from which something follows; `node` tells the record, and what the caller may not see is not there"
)
class Reason:
    record_id: strawberry.ID = strawberry.field(description="记录标识 / id of the record")
    kind = described(Kind, "记录种类 / its kind")


#: From what follows to the records that decide it.
def because() -> object:
    return to_all(
        "following", "Reason", "所依据的记录（仅列调用方可见者） / records that decide it, of those that the caller sees"
    )


SINCE = "起始日期，起点不明为空 / since when it is so; null where no record tells a beginning"
UNTIL = "自此日起不再如此（按现有记录），不明为空 / from this day on it is so no longer, as known; null while no end is known"


@graph_type("时段 / what follows from a mine's records, since when, until when and why (plan, 2.2, 4.1 and 5.4)")
class TimelineSpan:
    id: strawberry.ID = strawberry.field(description="许可证号-规则 / licence number and what follows")
    rule = described(Word, "规则 / what follows")
    state: str = strawberry.field(
        description="结论，为矿山同名字段之值 / its word, as the mine's own field tells it; of `mustContract` YES or NO"
    )
    since: date | None = strawberry.field(description=SINCE)
    until: date | None = strawberry.field(description=UNTIL)
    because = because()
