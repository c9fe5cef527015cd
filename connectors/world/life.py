"""The province goes on living: departments decide something now and then, and their systems tell it like anything else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from itertools import count, cycle

from connectors.world import penalties
from connectors.world.province import Data, World
from connectors.world.shelves import Shelf
from hub.domain.words.departments import Department


def decided(world: World, department: Department, number: int, on: date) -> Data:
    """A penalty that a department decides, serves and publishes on a day."""
    day = on.isoformat()
    said = {
        "decidedOn": day,
        "servedOn": day,
        "publishedOn": day,
        "validUntil": on.replace(day=1, year=on.year + 3).isoformat(),
    }
    # What the first ones are is neither disputed nor repaired.
    made = penalties.penalty(world, department, number % 5)
    return made | said | {"documentNumber": f"示例罚〔{on.year}〕变{on:%m%d}-{number + 1}号"}


async def go_on(world: World, shelves: Mapping[Department, Shelf], seconds: float, today: date) -> None:
    """Every so many seconds a department decides something more, each in its turn."""
    for number, department in zip(count(), cycle(shelves)):
        await asyncio.sleep(seconds)
        shelves[department].add(decided(world, department, number, today))
