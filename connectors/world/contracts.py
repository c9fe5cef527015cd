"""Contracts: what mines signed with their county, and new mines with the prefecture that sold the right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.world.authorities import issued
from connectors.world.directory import LISTED_BY_THE_PLAN
from connectors.world.mines import mine
from connectors.world.province import Data, World, iso
from connectors.world.shelves import Round, Shelf
from hub.domain.records.duties import CLOSING_YEARS
from hub.domain.words.departments import LEADING

_BREACHED_EVERY = 45


def contract(world: World, number: int) -> Data:
    """The contract of a mine; a mine that is new or has less than three years left has one of transfer."""
    of = mine(world, number)
    construction = of["lifeCycle"] != "NEW" and Decimal(of["remainingYears"]) >= CLOSING_YEARS
    signed = date(2025, 4, 10) if construction else date(2024, 9, 2)
    place = world.division(number) if construction else world.prefecture(number)
    fulfilled = number % 60 == LISTED_BY_THE_PLAN
    tasks = (
        ("示例任务：矿区功能分区与绿化", "2025-12-31", fulfilled or number % 9 != 6),
        ("示例任务：排土场边坡治理", "2026-06-30", fulfilled or number % 2 == 0),
        ("示例任务：能耗在线监测", "2027-03-31", fulfilled),
    )
    data = issued(LEADING, place, "合同", signed, number) | {
        "licenceNo": world.licence_no(number),
        "contractKind": "CONSTRUCTION" if construction else "TRANSFER",
        "partyUscc": of["enterpriseUscc"],
        "signedOn": iso(signed, number % 45),
        "dueOn": "2027-12-31" if of["scale"] == "LARGE" else "2028-06-30",
        "milestones": [
            {"task": task, "dueOn": due, "progress": 100 if done else 40}
            | ({"doneOn": "2025-12-15" if fulfilled else "2026-05-20"} if done else {})
            for task, due, done in tasks
        ],
        "requirements": "示例要求：按期达到省级绿色矿山标准。",
        "liability": "示例条款：逾期未建成的，按合同约定承担违约责任。",
    }
    if fulfilled:
        data["fulfilledOn"] = "2025-12-20"
    elif number % _BREACHED_EVERY == 0:
        data |= {"breachedOn": "2026-08-01", "breach": "示例情形：边坡治理任务逾期未完成。"}
    return data


def contracts(world: World) -> Shelf:
    """All contracts."""
    return Round(3, ((0, 0), (1, 0))).shelf(world, contract)
