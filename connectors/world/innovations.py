"""What mines do for science and technology, and for their neighbours."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import about
from connectors.world.province import Data, World, iso, turn
from connectors.world.shelves import Round, Shelf
from hub.domain.records.innovations import CommunityField, InnovationField
from hub.domain.words.departments import LEADING

_ROUND = Round(9)


def innovation(world: World, number: int) -> Data:
    """The innovation of a mine."""
    achieved = date(2025, 3, 18)
    field = turn(list(InnovationField), number // 9)
    return about(world, number, LEADING, "创新", achieved) | {
        "innovationField": field.value,
        "title": f"示例项目：{'智能调度' if field is InnovationField.DIGITAL else '绿色工艺'}",
        "text": "示例成效：单位产品能耗与人工投入下降。",
        "partners": ["示例理工大学", "示例矿冶研究院"],
        "spent": f"{world.dice('innovation', number).randrange(20, 800) * 10_000}.00",
        "achievedOn": iso(achieved, number % 400),
    }


def community_project(world: World, number: int) -> Data:
    """What a mine did for its neighbours."""
    done = date(2025, 2, 12)
    return about(world, number, LEADING, "共建", done) | {
        "communityField": turn(list(CommunityField), number // 9).value,
        "title": "示例项目：乡村共建",
        "text": "示例成效：改善周边村组生产生活条件。",
        "spent": f"{world.dice('community', number).randrange(5, 200) * 10_000}.00",
        "doneOn": iso(done, number % 400),
    }


def innovations(world: World) -> Shelf:
    """All innovations."""
    return _ROUND.shelf(world, innovation)


def community_projects(world: World) -> Shelf:
    """All community projects."""
    return _ROUND.shelf(world, community_project)
