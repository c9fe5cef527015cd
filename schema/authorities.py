"""Authorities."""

from hub.domain import authorities
from schema.declared import declared, filter_type, order_type
from schema.graph import Record, lazy, page_of, to_all, to_one
from schema.opinions import OpinionFilter, OpinionOrder
from schema.penalties import PenaltyFilter, PenaltyOrder

AuthorityFilter = filter_type("AuthorityFilter", authorities.Authority)
AuthorityOrder = order_type("AuthorityOrder", authorities.Authority)


@declared(authorities.Authority)
class Authority(Record):
    division = to_one("divisions", "Division", "所在行政区划 / where it acts")
    opinions = page_of(lazy("opinions", "Opinion"), OpinionFilter, OpinionOrder, "出具的意见 / opinions that it issued")
    penalties = page_of(lazy("penalties", "Penalty"), PenaltyFilter, PenaltyOrder, "作出的处罚 / penalties that it decided")
    versions = to_all("authorities", "Authority", "全部版本，新的在前 / all versions, newest first")
