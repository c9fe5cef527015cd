"""The quarantine's desk in the graph: mutations that correct, try again or dismiss what could not be taken."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from auth.principals import Principal
from hub.domain.declaring.fields import camel
from hub.domain.rejections import Choice
from hub.domain.words.errors import ErrorCode as Codes
from hub.domain.words.errors import HubError
from hub.services.posting.receipts import receipt_payload
from hub.services.work.desk import MOST, Done, RejectionDesk
from schema.graph import PostedRecord, described, does, graph_type
from schema.planner.values import plain
from schema.posting import PostOutcome, Problem
from schema.scalars import Department, ErrorCode

_MOST_IDS = 500


@strawberry.input(
    description="哪些待处理的提交；各项须同时满足 / which are meant, of those that wait; all that is given must hold"
)
class RejectionChoice:
    ids: list[strawberry.ID] | None = strawberry.field(description="标识 / their ids", default=None)
    department: Department | None = strawberry.field(description="提交部门 / the sender's department", default=None)
    source: str | None = strawberry.field(description="来源通道 / the way by which they came", default=None)
    kind: str | None = strawberry.field(description="记录种类 / kind of record", default=None)
    problem: ErrorCode | None = strawberry.field(description="问题代码 / a code among their problems", default=None)
    file: str | None = strawberry.field(description="所在文件 / the file that they came in", default=None)
    received_from: datetime | None = strawberry.field(description="收到时间自 / received from", default=None)
    received_to: datetime | None = strawberry.field(description="收到时间至 / received to", default=None)
    tried_before: datetime | None = strawberry.field(
        description="此时之后未再重试；逐批重试全部时填开始时刻，直至 left 为 0 / not tried again since: whoever tries all of "
        "a filter, part by part, names the moment at which that began, until none are left",
        default=None,
    )


@graph_type("批量处理的结果 / what an act at the desk did")
class RejectionsDone:
    done: int = strawberry.field(description="已处理条数 / how many it was done to")
    taken: int = strawberry.field(description="其中已接收条数 / how many of them were taken")
    left: int = strawberry.field(description="符合条件而仍待处理的条数 / how many of what is meant wait on")


@graph_type("更正提交的结果 / what became of a correction")
class RepairResult:
    id: strawberry.ID = strawberry.field(description="被拒绝的提交 / what was corrected")
    outcome = described(PostOutcome, "结果 / outcome")
    record_id: strawberry.ID | None = strawberry.field(
        description="记录标识；仍被拒绝时为空 / the record; null when refused again"
    )
    version: int | None = strawberry.field(description="版本号 / version")
    problems: list[Problem] = strawberry.field(description="全部问题 / every problem found")
    record: PostedRecord | None = strawberry.field(description="入库后的记录 / the record as it stands")


def desk_mutations() -> dict[str, Any]:
    """The mutations of the desk."""
    return {
        "repair_rejection": does(
            {"id": strawberry.ID, "data": JSON, "reason": str | None},
            RepairResult,
            "更正后提交：data 为要改的字段（null 为去掉），其余以收到的为准；由调用方提交，来源不变 / "
            "post what waits with some members said otherwise (null takes one away); the caller posts it, its source stays",
            optional=("reason",),
        ),
        "retry_rejections": does(
            {"choice": RejectionChoice},
            RejectionsDone,
            f"重试，每次最多 {MOST} 条，最久未试的在先 / try again, up to {MOST} at a time, those tried longest ago first",
        ),
        "dismiss_rejections": does(
            {"choice": RejectionChoice, "reason": str},
            RejectionsDone,
            f"不予处理并说明理由，每次最多 {MOST} 条；来源再报同样内容仍不处理 / decide that they are not taken, and why; "
            "what its source tells again in the same words stays so",
        ),
    }


ACTS = frozenset({"repairRejection", "retryRejections", "dismissRejections"})


async def act(
    desk: RejectionDesk, caller: Principal, name: str, given: Mapping[str, Any], reason: str | None
) -> dict[str, Any]:
    """What a mutation of the desk tells, under the names of its payload."""
    if name == "repairRejection":
        told = await desk.repair(caller, str(given["id"]), given["data"], reason)
        return receipt_payload(told) | {"id": str(given["id"])}
    choice = _choice(given["choice"])
    if name == "retryRejections":
        return _done(await desk.retry(caller, choice))
    return _done(await desk.dismiss(caller, choice, reason or ""))


_NAMES = {camel(field.name): field.name for field in fields(Choice)}


def _choice(given: Mapping[str, Any]) -> Choice:
    told = {_NAMES[name]: plain(value) for name, value in given.items() if value is not None}
    if len(told.get("ids", ())) > _MOST_IDS:
        raise HubError(Codes.INVALID_INPUT, f"≤ {_MOST_IDS}", field="choice.ids")
    return Choice(**told)


def _done(done: Done) -> dict[str, Any]:
    return {"done": done.done, "taken": done.taken, "left": done.left}
