"""Mines."""

from hub.domain import mines
from hub.domain.standing import Standing
from schema.declared import Choice, declared, filter_type, order_type, part
from schema.directory import DirectoryEntryFilter, DirectoryEntryOrder
from schema.graph import Record, lazy, page_of, to_all, to_one, told
from schema.opinions import OpinionFilter, OpinionOrder
from schema.penalties import PenaltyFilter, PenaltyOrder
from schema.scalars import enum

GreenStanding = enum(Standing)


@part(mines.AnnualOutput)
class AnnualOutput:
    pass


MineFilter = filter_type("MineFilter", mines.Mine, standing=Choice[GreenStanding])  # type: ignore[valid-type]
MineOrder = order_type("MineOrder", mines.Mine)


@declared(mines.Mine)
class Mine(Record):
    enterprise = to_one("enterprises", "Enterprise", "采矿权人 / the holder, if registered")
    division = to_one("divisions", "Division", "所在行政区划 / where it lies")
    prefecture = to_one("divisions", "Division", "所在州（市） / the prefecture where it lies")
    standing = told(GreenStanding, "当前绿色矿山状态（方案五（四）） / where the mine stands now (plan, section 5.4)")
    opinions = page_of(lazy("opinions", "Opinion"), OpinionFilter, OpinionOrder, "各部门意见 / what departments stated")
    penalties = page_of(lazy("penalties", "Penalty"), PenaltyFilter, PenaltyOrder, "关联的行政处罚 / penalties linked to it")
    directory_entries = page_of(
        lazy("directory", "DirectoryEntry"),
        DirectoryEntryFilter,
        DirectoryEntryOrder,
        "名录记录，即绿色矿山状态的历史 / its entries in the directory, which are the history of its standing",
    )
    versions = to_all("mines", "Mine", "全部版本，新的在前 / all versions, newest first")
