"""Lists of mining-right holders that broke faith; some entries have ended."""

from __future__ import annotations

from datetime import date

from connectors.world.authorities import about
from connectors.world.province import Data, World, iso
from connectors.world.shelves import Round, Shelf
from hub.domain.words.departments import LEADING


def listing(world: World, number: int) -> Data:
    """The entry of a mine."""
    entered = date(2026, 2, 10)
    data = about(world, number, LEADING, "异常", entered) | {
        "blackList": "SERIOUS_BREACH" if number % 5 == 0 else "ABNORMAL",
        "partyUscc": world.enterprise_code(number),
        "reason": "示例事由：未按规定公示勘查开采信息。",
        "enteredOn": iso(entered, number % 60),
    }
    if number % 2:
        data |= {"removedOn": "2026-07-20", "removalReason": "示例事由：已补充公示并经核查。"}
    return data


def listings(world: World) -> Shelf:
    """All entries."""
    return Round(37, ((12, 0),)).shelf(world, listing)
