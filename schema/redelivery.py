"""The mutation that sends anew what was refused or given up on its way out, or lost where it had arrived."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import strawberry

from auth.principals import Principal
from hub.domain.declaring.fields import camel
from hub.domain.words.deliveries import DeliveryChoice as Choice
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import Purpose
from hub.services.work.redelivery import MOST, Deliveries
from schema.deliveries import State
from schema.graph import does, graph_type
from schema.receiving import Act
from schema.scalars import Department


@strawberry.input(
    description="哪些被退回（REFUSED）、停止重试（DEAD）或已确认而对方又缺失、仍在列（ACKNOWLEDGED）的报送；各项须同时满足 / "
    "which are meant, of those that were refused, given up, or acknowledged and lost there since; all that is given must hold"
)
class DeliveryChoice:
    ids: list[strawberry.ID] | None = strawberry.field(description="标识 / their ids", default=None)
    destination: str | None = strawberry.field(description="目的系统（连接器代码） / code of the connector", default=None)
    department: Department | None = strawberry.field(description="所属部门 / whose records they are", default=None)
    kind: str | None = strawberry.field(description="记录种类 / kind of record", default=None)
    state: State | None = strawberry.field(description="状态 / how they ended", default=None)


@graph_type("重新报送的结果 / what is sent anew")
class Redelivered:
    done: int = strawberry.field(description="已安排重新报送的条数 / how many are sent anew")
    left: int = strawberry.field(description="符合条件而尚未处理的条数 / how many more are meant and could be")


def redelivers() -> Any:
    """The mutation."""
    return does(
        {"choice": DeliveryChoice, "reason": str | None},
        Redelivered,
        f"重新报送被退回、停止重试，或已确认而对方又缺失、仍在列的报送，键不变，每次最多 {MOST} 条；"
        "记录其后已有新版本（含撤回）的不再报送 / "
        "send anew, under the same keys, what was refused or given up, or was acknowledged though a list read since shows it "
        "missing (or, taken back, still standing): that discrepancy is then SENT_ANEW, and open again if a later list still "
        f"shows it; the oldest first and up to {MOST} at a time; what a later version of its record followed, be it one by "
        "which it was taken back, is passed over (CONFLICT where it is named by id)",
        optional=("reason",),
    )


_NAMES = {camel(field.name): field.name for field in fields(Choice)}


def acts(deliveries: Deliveries | None) -> dict[str, Act]:
    """How it is done."""

    async def redeliver(caller: Principal, given: Mapping[str, Any], _purpose: Purpose | None) -> dict[str, Any]:
        if deliveries is None:
            raise HubError(ErrorCode.UNAVAILABLE)
        told = {_NAMES[name]: value for name, value in given["choice"].items() if value is not None}
        done = await deliveries.redeliver(caller, Choice(**told), given.get("reason"))
        return {"done": done.done, "left": done.left}

    return {"redeliver": redeliver}
