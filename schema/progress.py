"""How far the plan's targets are reached, and which yearly reports are due."""

from datetime import date
from decimal import Decimal

import strawberry

from hub.domain.record_kinds import RecordKind
from hub.domain.records.mines import MineScale
from hub.domain.rules.progress import ReportState
from schema.declared import Choice, IntRange, TextFilter, filter_type, order_type
from schema.graph import described, graph_type, page_of, to_all, to_one
from schema.records import LISTED
from schema.scalars import enum

Scale = enum(MineScale)
State = enum(ReportState)


@graph_type("建设目标进展（方案四（二）） / how far a target is reached: a prefecture, a scale, a year (plan, section 4.2)")
class TargetProgress:
    id: strawberry.ID = strawberry.field(description="州（市）代码-规模-年度 / prefecture, scale and year")
    prefecture_code: str = strawberry.field(description="州（市）代码 / prefecture, GB/T 2260")
    prefecture = to_one("divisions", "Division", "州（市） / the prefecture")
    scale = described(Scale, "生产建设规模 / scale")
    year: int = strawberry.field(description="年度 / year")
    counted_on: date = strawberry.field(
        description="统计日期：年末，当年为今日；按当日所知的矿山状态统计，此后的变更不影响既往年度 / "
        "counted on the year's last day, or today: of the mines as they were known on that day, so that what changes later "
        "leaves past years as they were"
    )
    target: Decimal | None = strawberry.field(
        description="目标比例（%），小型矿山由州（市）制定 / target in percent; for small mines the prefecture sets it"
    )
    producing: int = strawberry.field(description="持证在产矿山数 / licensed producing mines")
    at_standard: int = strawberry.field(description="达标矿山数 / of these in the directory and in good order")
    share: Decimal | None = strawberry.field(description="实际比例（%） / actual share, in percent, rounded down")
    needed: int | None = strawberry.field(description="应达标矿山数 / mines that must be at standard, rounded up")
    needed_next: int | None = strawberry.field(
        description="下年度应达标矿山数（按现有矿山） / of these mines, to be at standard by the next year's end"
    )
    gap: int | None = strawberry.field(description="差额 / mines still missing")
    reported_producing: int | None = strawberry.field(
        description="年度报告所报持证在产矿山数 / licensed producing mines as the year's report tells them"
    )
    reported_at_standard: int | None = strawberry.field(
        description="年度报告所报达标矿山数 / of these at standard, as the year's report tells them"
    )
    differs: bool | None = strawberry.field(
        description="报告数据与图谱统计（countedOn）是否不一致；未报为空 / whether the report tells other figures than the hub "
        "counts (on countedOn); null where nothing is reported"
    )
    prefecture_target = to_one(
        "records",
        "PrefectureTarget",
        "所依据的州（市）目标；大、中型为空 / the target that the prefecture set, of small mines alone",
    )
    report = to_one("records", "ProgressReport", "所报数据的年度报告 / the year's report, which tells the reported figures")
    at_standard_mines = page_of(
        *LISTED[RecordKind.MINE],
        "统计日（countedOn）计为达标的矿山 / the mines that were counted as at standard, on countedOn",
    )
    candidates = page_of(
        *LISTED[RecordKind.MINE],
        "可补足差额的持证在产矿山 / licensed producing mines that are not at standard, any of which would close the gap",
    )


@graph_type("年度报告报送情况（方案五（一）） / a yearly report that a prefecture owes (plan, section 5.1)")
class ReportDuty:
    id: strawberry.ID = strawberry.field(description="州（市）代码-年度 / prefecture and year")
    prefecture_code: str = strawberry.field(description="州（市）代码 / prefecture, GB/T 2260")
    prefecture = to_one("divisions", "Division", "州（市） / the prefecture")
    year: int = strawberry.field(description="年度 / year")
    due_on: date = strawberry.field(description="报送期限（11月30日） / due on 30 November")
    state = described(State, "报送状态 / signed off in time or late, due soon, or overdue")
    report_id: strawberry.ID | None = strawberry.field(description="报告记录标识 / id of the report's record")
    report = to_one("records", "ProgressReport", "已签发的报告 / the report that was signed off")
    progress = to_all("progress", "TargetProgress", "由图谱生成的本年度数据 / the year's figures, generated from the graph")


TargetProgressFilter = filter_type(
    "TargetProgressFilter",
    None,
    prefecture_code=TextFilter,
    scale=Choice[Scale],  # type: ignore[valid-type]
    year=IntRange,
)
TargetProgressOrder = order_type("TargetProgressOrder", None, "id", "year")
ReportDutyFilter = filter_type(
    "ReportDutyFilter",
    None,
    prefecture_code=TextFilter,
    year=IntRange,
    state=Choice[State],  # type: ignore[valid-type]
)
ReportDutyOrder = order_type("ReportDutyOrder", None, "id", "due_on")
