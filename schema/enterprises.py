"""Enterprises."""

from hub.domain import enterprises
from schema.declared import declared, filter_type, order_type
from schema.graph import Record, lazy, page_of, to_all, to_one
from schema.mines import MineFilter, MineOrder
from schema.penalties import PenaltyFilter, PenaltyOrder

EnterpriseFilter = filter_type("EnterpriseFilter", enterprises.Enterprise)
EnterpriseOrder = order_type("EnterpriseOrder", enterprises.Enterprise)


@declared(enterprises.Enterprise)
class Enterprise(Record):
    division = to_one("divisions", "Division", "住所所在行政区划 / where its address lies")
    mines = page_of(lazy("mines", "Mine"), MineFilter, MineOrder, "持有的矿山 / mines that it holds")
    penalties = page_of(lazy("penalties", "Penalty"), PenaltyFilter, PenaltyOrder, "受到的行政处罚 / penalties against it")
    versions = to_all("enterprises", "Enterprise", "全部版本，新的在前 / all versions, newest first")
