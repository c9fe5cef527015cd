"""Policies that support green mines, and what listed mines were granted by them."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import about, document, issued
from connectors.world.directory import NATIONAL_EVERY
from connectors.world.province import Data, World, iso, turn
from connectors.world.shelves import Round, Shelf, every
from hub.domain.records.supports import SUPPORTS, Support
from hub.domain.words.departments import Department
from hub.domain.words.divisions import PROVINCE

_DECIDED = date(2025, 9, 1)
_TITLES = {
    Support.LAND: "绿色矿山用地保障",
    Support.MINING_RIGHT: "绿色矿山矿业权协议出让",
    Support.RESOURCE_TAX: "绿色矿山资源税减免",
    Support.GREEN_CREDIT: "绿色矿山信贷支持",
    Support.FUND: "绿色矿业产业基金",
    Support.STOCK_LISTING: "绿色矿山企业上市培育",
}
#: Supports that are money.
_MONEY = frozenset({Support.GREEN_CREDIT, Support.FUND})


def _supports(department: Department) -> list[Support]:
    return [support for support, facts in SUPPORTS.items() if department in facts.granted_by]


def policies(department: Department) -> Shelf:
    """The policies of a department: one for each support that it grants."""
    return every(
        issued(department, PROVINCE, "策", _DECIDED, place)
        | {
            "support": support.value,
            "title": f"示例·{_TITLES[support]}若干措施",
            "text": f"示例条款：对名录内矿山予以支持；条件：{SUPPORTS[support].terms}。",
            "effectiveOn": "2025-10-01",
            "endsOn": "2028-12-31",
        }
        for place, support in enumerate(_supports(department))
    )


def grant(world: World, department: Department, number: int) -> Data:
    """What a department granted to a mine that was listed then."""
    granted = date(2026, 3, 2)
    offered = _supports(department)
    support: Support = turn(offered, number // NATIONAL_EVERY)
    data = about(world, number, department, "批", granted) | {
        "support": support.value,
        "policyNumber": document(department, "策", _DECIDED, offered.index(support)),
        "grantedOn": iso(granted, number % 90),
        "text": f"示例事项：{_TITLES[support]}。",
    }
    if support in _MONEY:
        amount = world.dice("grant", department, number).randrange(200, 9000)
        data |= {"amount": f"{amount * 10_000}.00", "endsOn": "2029-03-01"}
    return data


def grants(world: World, department: Department) -> Shelf:
    """All grants of a department."""
    return Round(NATIONAL_EVERY).shelf(world, lambda _, number: grant(world, department, number))
