"""Yearly reports of prefectures: all of last year's, and this year's of those that were early."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import issued
from connectors.world.province import Data, World, iso
from connectors.world.shelves import Shelf, every
from hub.domain.records.mines import MineScale
from hub.domain.words.departments import LEADING
from hub.domain.words.divisions import PREFECTURES

_EARLY = 5


def report(world: World, place: int, year: int) -> Data:
    """The report of a prefecture on a year."""
    prefecture = PREFECTURES[place]
    signed = date(year, 10, 12)
    dice = world.dice("report", prefecture, year)
    figures = []
    for scale in MineScale:
        producing = dice.randrange(5, 40)
        reached = producing * dice.randrange(5, 45) // 100
        planned = min(producing, reached + producing // 5)
        figures.append({"scale": scale.value, "producing": producing, "atStandard": reached, "plannedNext": planned})
    return issued(LEADING, prefecture, "年报", signed, place) | {
        "prefectureCode": prefecture,
        "year": year,
        "figures": figures,
        "results": "示例成果：完成年度建设任务，新增一批达标矿山。",
        "nextPlan": "示例计划：按年度目标压茬推进。",
        "signedOffBy": f"示例签发人{place + 1}",
        "signedOffOn": iso(signed, place),
    }


def reports(world: World) -> Shelf:
    """All reports."""
    last = [(place, 2025) for place in range(len(PREFECTURES))]
    return every(report(world, place, year) for place, year in last + [(place, 2026) for place in range(_EARLY)])
