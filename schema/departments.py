"""Departments and how fresh the hub's copy of each one's systems is."""

from datetime import datetime

import strawberry

from hub.domain.words.departments import Freshness
from hub.domain.words.departments import PullState as Pulling
from schema.graph import described, graph_type, to_all
from schema.scalars import Department, enum

SourceFreshness = enum(Freshness)
PullState = enum(Pulling)


@graph_type("接入的部门系统 / a system that feeds the hub")
class Source:
    code: str = strawberry.field(description="连接器代码 / code of the connector")
    chinese_name: str = strawberry.field(description="系统名称 / name in Chinese")
    english_name: str = strawberry.field(description="name in English")
    interface: str = strawberry.field(description="接口形式 / the interface that it speaks")
    refresh_minutes: int = strawberry.field(description="应更新间隔（分钟） / how old the copy may grow, in minutes")
    kinds: list[str] = strawberry.field(description="报送的记录种类 / the kinds of records that it tells")
    state = described(PullState, "取数状态 / what is being done about it: being pulled, paused after failures, due, or waiting")
    freshness = described(SourceFreshness, "时效 / how fresh the hub's copy is")
    lag_seconds: int | None = strawberry.field(
        description="距最近一次成功取数的秒数；从未成功或时钟有误为空 / how old the copy is; null where nobody knows"
    )
    next_pull_at: datetime | None = strawberry.field(description="下次取数时间 / when it is pulled next, where that is known")
    last_attempt_at: datetime | None = strawberry.field(description="最近一次取数 / last pull begun")
    last_success_at: datetime | None = strawberry.field(description="最近一次成功取数 / last pull that ended well")
    fresh_until: datetime | None = strawberry.field(description="何时起视为过期 / when the copy counts as late")
    failures: int = strawberry.field(description="连续失败次数 / failures in a row")
    counted_since: datetime | None = strawberry.field(description="起计时间 / since when items are counted")
    items_told: int | None = strawberry.field(
        description="来源自述条数，来源不述则空 / items that the system itself counted, where it does"
    )
    items_accepted: int = strawberry.field(description="累计接收条数 / items taken so far")
    items_unchanged: int = strawberry.field(description="其中未变条数 / of them, those that were here already")
    items_stale: int = strawberry.field(description="其中过时条数 / of them, those older than what was said since")
    items_quarantined: int = strawberry.field(description="累计隔离条数 / items quarantined so far")
    items_missing: int = strawberry.field(
        description="最近一次取数中来源自述而未给的条数 / items that the system counted and did not give, at the last pull"
    )
    items_vanished: int = strawberry.field(
        description="来源不再列出而此处仍在的条数 / records that stand here and that the system lists no longer"
    )
    compared_at: datetime | None = strawberry.field(
        description="最近一次全量比对 / last comparison with all that the system lists"
    )
    compare_at: datetime | None = strawberry.field(description="下次全量比对（仅运维） / next comparison, for operators")
    last_error: str | None = strawberry.field(description="最近错误（仅运维） / last error, for operators")
    drift: str | None = strawberry.field(
        description="未登记的上游字段（仅运维） / upstream fields not accounted for, for operators"
    )
    drift_since: datetime | None = strawberry.field(
        description="何时起有未登记字段（仅运维） / since when there are such fields, for operators"
    )
    cursor: str | None = strawberry.field(description="游标（仅运维） / cursor, for operators")
    paused_until: datetime | None = strawberry.field(description="熔断至（仅运维） / breaker open until, for operators")


@graph_type("部门及其职责（方案附件） / a department and its duties (annex to the plan)")
class DepartmentInfo:
    department = described(Department, "部门 / department")
    chinese_name: str = strawberry.field(description="名称 / name in Chinese")
    english_name: str = strawberry.field(description="name in English")
    duties: str = strawberry.field(description="职责 / duties")
    issues_audit_opinions: bool = strawberry.field(description="是否出具审核意见 / whether it issues audit opinions")
    sources = to_all("departments", "Source", "接入系统 / its systems")
