"""What the hub does by itself, for operators."""

from datetime import datetime

import strawberry

from hub.domain.words.work import WorkState
from schema.graph import described, graph_type
from schema.scalars import enum


@graph_type("常设任务：取数、报送、清理等 / a piece of what the hub does by itself: a pull, a delivery, removals")
class StandingWork:
    name: str = strawberry.field(description="名称 / name")
    state = described(enum(WorkState), "状态 / state")
    next_at: datetime | None = strawberry.field(
        description="下次时间；空为即刻；空闲者无下次时间 / when it is due; null is at once, and of what is IDLE no time"
    )
    last_outcome: str | None = strawberry.field(description="最近一次结果 / how it went last")
    held_by: str | None = strawberry.field(description="执行进程 / the process that does it just now")
