"""Opinions: two audits of each mine by those that audit, now and then a comment by the others."""

from __future__ import annotations

from datetime import date, timedelta

from connectors.world.authorities import about
from connectors.world.province import Data, World
from connectors.world.shelves import Shelf
from hub.domain.records.opinions import AUDIT_TOPICS, OpinionTopic
from hub.domain.words.departments import AUDITING, Department

_AUDITS_EACH = 2
_COMMENT_EVERY = 5


def opinion(world: World, department: Department, number: int) -> Data:
    """An opinion of a department by its number."""
    audits = department in AUDITING
    mine = number // _AUDITS_EACH if audits else number * _COMMENT_EVERY % world.mines
    dice = world.dice("opinion", department, number)
    issued = date(2024, 1, 5) + timedelta(days=dice.randrange(1000))
    verdict = dice.choices(("AGREE", "AGREE_WITH_CONDITIONS", "DISAGREE"), (80, 14, 6))[0]
    topics = sorted(AUDIT_TOPICS[department] - {OpinionTopic.GENERAL}) if audits else [OpinionTopic.GENERAL]
    data: Data = {
        **about(world, mine, department, "审", issued, number=number),
        "nature": "AUDIT" if audits else "COMMENT",
        "topics": [dice.choice(topics).value],
        "text": "示例意见：经审查有关材料并现场核实，意见如上。",
        "issuedOn": issued.isoformat(),
    }
    if audits:
        data |= {"verdict": verdict, "validUntil": issued.replace(day=1, year=issued.year + 3).isoformat()}
        if verdict == "AGREE_WITH_CONDITIONS":
            data["conditions"] = "示例条件：六个月内完成排土场复绿。"
    return data


def opinions(world: World, department: Department) -> Shelf:
    """All opinions of a department."""
    count = world.mines * _AUDITS_EACH if department in AUDITING else -(-world.mines // _COMMENT_EVERY)
    return Shelf(count, lambda number: opinion(world, department, number))
