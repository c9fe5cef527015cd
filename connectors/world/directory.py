"""Steps of mines in the provincial and the national directory: listed before the plan, in its course, warned, removed, and
listed again."""

from __future__ import annotations

from datetime import date
from math import lcm

from connectors.world.authorities import authority
from connectors.world.province import Data, World
from connectors.world.shelves import Round, Shelf
from hub.domain.words.departments import LEADING
from hub.domain.words.divisions import PROVINCE

#: One mine of so many; mines to be listed in the plan's own rounds are those of 60 with these rests.
LISTED_EVERY, NATIONAL_EVERY, _WARNED_EVERY, _REMOVED_EVERY = 6, 18, 42, 60
#: Of those that are warned every other one has let its term pass; of those that were removed the one with this rest has passed
#: an assessment since, and is listed again.
_OVERDUE_EVERY, RELISTED_EVERY, RELISTED = 84, 180, 120
IN_NOTICE, PROPOSED, LISTED_BY_THE_PLAN = 3, 27, 39
#: Listed without that any assessment is known.
_LISTED_UNASSESSED = 45
_PLAN_EVERY = 60

RELISTED_ON = date(2026, 10, 25)

_Step = tuple[str, str, date, Data]


def _round(year: int, *steps: tuple[str, date], until: str = "", level: str = "PROVINCIAL") -> list[_Step]:
    """Steps of one round of the directory; `until` ends the public notice."""
    batch = {"batch": f"{year}年度"}
    notice = {"noticeUntil": until}
    return [
        (level, step, day, batch | (notice | {"noticeFrom": day.isoformat()} if step == "PUBLIC_NOTICE" else {}))
        for step, day in steps
    ]


_LISTED_IN_2025 = _round(
    2025,
    ("PROPOSED", date(2025, 10, 15)),
    ("PUBLIC_NOTICE", date(2025, 11, 20)),
    ("LISTED", date(2025, 12, 20)),
    until="2025-11-26",
)
_BY_THE_PLAN = {
    IN_NOTICE: _round(2026, ("PROPOSED", date(2026, 9, 15)), ("PUBLIC_NOTICE", date(2026, 10, 28)), until="2026-11-03"),
    PROPOSED: _round(2026, ("PROPOSED", date(2026, 9, 15))),
    LISTED_BY_THE_PLAN: _LISTED_IN_2025,
    _LISTED_UNASSESSED: _LISTED_IN_2025,
}


def _steps(number: int) -> list[_Step]:
    """What the directory says of a mine, in order; nothing for most."""
    if number % LISTED_EVERY:
        return _BY_THE_PLAN.get(number % _PLAN_EVERY, [])
    listed = {"batch": "2024年度", "certificateNo": f"示例绿矿{number:05d}"}
    steps: list[_Step] = [("PROVINCIAL", "LISTED", date(2024, 12, 20), listed)]
    if number % NATIONAL_EVERY == 0:
        days = (("PROPOSED", date(2025, 8, 15)), ("PUBLIC_NOTICE", date(2025, 9, 20)), ("LISTED", date(2025, 11, 10)))
        steps += _round(2025, *days, until="2025-09-26", level="NATIONAL")
    if number % _WARNED_EVERY == 0:
        term = "2026-12-20" if number % _OVERDUE_EVERY == 0 else "2026-10-20"
        due = {"rectificationDueOn": term, "reason": "示例：边坡治理滞后"}
        steps.append(("PROVINCIAL", "RECTIFICATION", date(2026, 6, 30), due))
    elif number % _REMOVED_EVERY == 0:
        again = number % RELISTED_EVERY == RELISTED
        code, told = ("NOT_MEETING_STANDARD", "未达到建设要求") if again else ("EXHAUSTED", "资源枯竭")
        why = {"reasonCode": code, "reason": f"示例：{told}", "legalBasis": "绿色矿山名录动态管理要求"}
        steps.append(("PROVINCIAL", "REMOVED", date(2026, 3, 30) if again else date(2026, 8, 30), why))
        if again:
            days = (("PROPOSED", date(2026, 9, 20)), ("PUBLIC_NOTICE", date(2026, 10, 8)), ("LISTED", RELISTED_ON))
            steps += _round(2026, *days, until="2026-10-14")
    return steps


_ALL = lcm(LISTED_EVERY, NATIONAL_EVERY, _OVERDUE_EVERY, RELISTED_EVERY, _PLAN_EVERY)
_ROUND = Round(_ALL, [(number, which) for number in range(_ALL) for which in range(len(_steps(number)))])


def entries(world: World, number: int) -> list[Data]:
    """The entries of a mine, each with its number in the directory as `upstream`."""
    organ = authority(LEADING, PROVINCE)
    return [
        {
            "documentNumber": f"示例绿矿公告〔{day.year}〕{day.month}号",
            "licenceNo": world.licence_no(number),
            "level": level,
            "step": step,
            "effectiveOn": day.isoformat(),
            "authorityName": organ["name"],
            "authorityCode": organ["code"],
            **more,
            "upstream": {"gsh": f"{number}-{which}"},
        }
        for which, (level, step, day, more) in enumerate(_steps(number))
    ]


def directory(world: World) -> Shelf:
    """All entries."""

    def entry(place: int) -> Data:
        number, which = _ROUND.at(place)
        return entries(world, number)[which]

    return Shelf(_ROUND.count(world.mines), entry)
