"""The licence numbers of a mine by days."""

from datetime import date

import strawberry

from schema.graph import graph_type, to_one


@graph_type(
    "采矿许可证号沿革 / a licence number of a mine and its days: records and filters that name a number of before mean the mine"
)
class LicencePeriod:
    licence_no: str = strawberry.field(description="采矿许可证号 / licence number")
    from_: date | None = strawberry.field(
        name="from", description="启用日期；空为本系统所知的首个证号 / first day; null for the first number that the hub knows"
    )
    until: date | None = strawberry.field(
        description="停用日期（不含当日）；空为现用证号 / day from which another holds; null for the number that holds today"
    )
    mine = to_one("records", "Mine", "现持该证号沿革的矿山 / the mine that has the number, or had it before its own of today")
    succession = to_one("records", "LicenceSuccession", "启用该证号的沿革记录 / the record by which the number was given")
