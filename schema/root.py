"""The root of the graph: queries and mutations put together."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from hub.domain.record_kinds import RecordKind
from schema.authorities import Authority, AuthorityFilter, AuthorityOrder
from schema.directory import DirectoryEntry, DirectoryEntryFilter, DirectoryEntryOrder
from schema.enterprises import Enterprise, EnterpriseFilter, EnterpriseOrder
from schema.graph import Node, graph_type, one_by, page_of, to_all
from schema.mines import Mine, MineFilter, MineOrder
from schema.opinions import Opinion, OpinionFilter, OpinionOrder
from schema.penalties import Penalty, PenaltyFilter, PenaltyOrder
from schema.posting import posts, withdraws
from schema.rejections import Rejection, RejectionFilter, RejectionOrder
from schema.scalars import SCALARS


@graph_type("查询 / reading")
class Query:
    mine = one_by(Mine, "按采矿许可证号查矿山 / a mine by its licence number", licence_no=str)
    enterprise = one_by(Enterprise, "按统一社会信用代码查企业 / an enterprise by its credit code", uscc=str)
    authority = one_by(Authority, "按统一社会信用代码查机关 / an authority by its credit code", code=str)
    node = one_by(Node, "按全局标识查对象 / any object by its global id", id=strawberry.ID)
    mines = page_of(Mine, MineFilter, MineOrder, "矿山 / mines")
    enterprises = page_of(Enterprise, EnterpriseFilter, EnterpriseOrder, "矿山企业 / enterprises")
    authorities = page_of(Authority, AuthorityFilter, AuthorityOrder, "机关 / authorities")
    opinions = page_of(Opinion, OpinionFilter, OpinionOrder, "部门意见 / opinions")
    penalties = page_of(Penalty, PenaltyFilter, PenaltyOrder, "行政处罚 / penalties")
    directory_entries = page_of(DirectoryEntry, DirectoryEntryFilter, DirectoryEntryOrder, "名录记录 / directory entries")
    rejections = page_of(Rejection, RejectionFilter, RejectionOrder, "被拒绝的提交 / what could not be taken")
    departments = to_all("departments", "DepartmentInfo", "各部门及数据时效 / departments and their sources' freshness")
    divisions = to_all("divisions", "Division", "行政区划 / administrative divisions")


@graph_type("提交 / posting")
class Mutation:
    post_opinions = posts("postOpinions", RecordKind.OPINION, Opinion)
    post_penalties = posts("postPenalties", RecordKind.PENALTY, Penalty)
    post_directory_entries = posts("postDirectoryEntries", RecordKind.DIRECTORY_ENTRY, DirectoryEntry)
    register_mines = posts("registerMines", RecordKind.MINE, Mine)
    register_enterprises = posts("registerEnterprises", RecordKind.ENTERPRISE, Enterprise)
    register_authorities = posts("registerAuthorities", RecordKind.AUTHORITY, Authority)
    withdraw_record = withdraws()


def build_schema() -> strawberry.Schema:
    """The whole schema."""
    return strawberry.Schema(Query, Mutation, config=StrawberryConfig(scalar_map=SCALARS))
