"""Penalties."""

import strawberry

from hub.domain import penalties
from schema.declared import declared, filter_type, order_type
from schema.graph import Record, to_all, to_one

PenaltyFilter = filter_type("PenaltyFilter", penalties.Penalty)
PenaltyOrder = order_type("PenaltyOrder", penalties.Penalty)


@declared(penalties.Penalty)
class Penalty(Record):
    enterprise = to_one("enterprises", "Enterprise", "被处罚企业 / the penalised enterprise, if registered")
    licence_nos: list[str] = strawberry.field(description="关联矿山采矿许可证号 / licence numbers of the mines concerned")
    mines = to_all("mines", "Mine", "关联矿山 / the mines concerned")
    authority = to_one("authorities", "Authority", "处罚机关 / the deciding authority, if registered")
    versions = to_all("penalties", "Penalty", "全部版本，新的在前 / all versions, newest first")
