"""Named consumers: how far each receiver of a client's has acknowledged."""

from datetime import datetime
from typing import Any

import strawberry

from schema.graph import does, graph_type
from schema.scalars import Cursor


@graph_type("具名接收方及其已确认的位置 / a receiver of a client's, and how far in the log it has acknowledged")
class Consumer:
    id: strawberry.ID = strawberry.field(description="标识 / id")
    name: str = strawberry.field(description="名称，由客户端自定 / its name, of the client's own choice")
    client_id: str = strawberry.field(description="所属客户端 / whose it is")
    position: int = strawberry.field(description="已确认的日志位次 / position in the log up to which it has acknowledged")
    cursor: Cursor = strawberry.field(description="已确认的位置 / the place up to which it has acknowledged")
    behind: int = strawberry.field(
        description="其后日志条数（不论是否可见） / how many entries the log has after it, seen or not"
    )
    created_at: datetime = strawberry.field(description="首次使用时间 / when its name was first used")
    acknowledged_at: datetime | None = strawberry.field(description="最近确认时间 / when it last acknowledged")


@graph_type("接收方的位置 / where a consumer stands")
class ConsumerPlace:
    name: str = strawberry.field(description="名称 / its name")
    position: int = strawberry.field(description="已确认的日志位次 / position in the log up to which it has acknowledged")
    cursor: Cursor = strawberry.field(description="已确认的位置 / the place up to which it has acknowledged")


def acknowledges() -> Any:
    """The mutation by which a receiver says what it has."""
    return does(
        {"consumer": str, "cursor": Cursor},
        ConsumerPlace,
        "确认已收到游标及之前的全部事件；未确认的，下次重发 / "
        "everything up to a cursor was received; what is not acknowledged is told again",
    )


def forgets() -> Any:
    """The mutation that forgets a consumer."""
    return does(
        {"consumer": str},
        ConsumerPlace,
        "删除具名接收方；推送接收方（webhook）须先删除 / "
        "forget a consumer: its name begins anew.  That of a webhook is CONFLICT until the webhook is removed",
    )
