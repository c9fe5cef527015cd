"""Opinions."""

from hub.domain import opinions
from schema.declared import declared, filter_type, order_type
from schema.graph import Record, to_all, to_one

OpinionFilter = filter_type("OpinionFilter", opinions.Opinion)
OpinionOrder = order_type("OpinionOrder", opinions.Opinion)


@declared(opinions.Opinion)
class Opinion(Record):
    mine = to_one("mines", "Mine", "所涉矿山 / the mine that it is about")
    authority = to_one("authorities", "Authority", "出具机关 / the issuing authority, if registered")
    versions = to_all("opinions", "Opinion", "全部版本，新的在前 / all versions, newest first")
