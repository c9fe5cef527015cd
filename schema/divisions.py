"""Administrative divisions."""

import strawberry

from hub.domain.words.divisions import DivisionLevel
from schema.graph import described, graph_type, to_one
from schema.scalars import enum


@graph_type("行政区划（GB/T 2260） / an administrative division")
class Division:
    code: str = strawberry.field(description="代码 / code")
    name: str = strawberry.field(description="名称 / name")
    level = described(enum(DivisionLevel), "层级 / level")
    parent = to_one("divisions", "Division", "上级 / what it lies in")
