"""Assessments: of mines listed before the plan by the system of 2020, of those on their way by that of 2024, at every step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from connectors.world import assessors, experts
from connectors.world.authorities import authority
from connectors.world.directory import IN_NOTICE, LISTED_BY_THE_PLAN, PROPOSED, RELISTED, RELISTED_EVERY, RELISTED_ON
from connectors.world.indicators import leaves, systems
from connectors.world.province import Data, World
from connectors.world.shelves import Round, Shelf
from hub.domain.records.assessments import AssessmentStage
from hub.domain.words.departments import LEADING
from hub.domain.words.divisions import PROVINCE

_STAGES = list(AssessmentStage)
_JUDGED = _STAGES.index(AssessmentStage.THIRD_PARTY_ASSESSMENT)
_STEP = timedelta(days=30)


@dataclass(frozen=True)
class _Course:
    """How far an assessment has come: by which system, how many steps, the day of the last, and whether that one failed."""

    system: str
    steps: int
    last: date
    failed: bool = False


_BEFORE_THE_PLAN = _Course("NATIONAL-2020", 8, date(2024, 12, 20))
_BEFORE_IT_WAS_LISTED_AGAIN = _Course("NATIONAL-2024", 8, RELISTED_ON)
#: By the rest of the mine's number divided by 60.
_COURSES = {
    IN_NOTICE: _Course("NATIONAL-2024", 7, date(2026, 10, 28)),
    15: _Course("NATIONAL-2024", 5, date(2026, 8, 12), failed=True),
    PROPOSED: _Course("NATIONAL-2024", 6, date(2026, 9, 10)),
    LISTED_BY_THE_PLAN: _Course("NATIONAL-2024", 8, date(2025, 12, 20)),
    51: _Course("NATIONAL-2024", 3, date(2026, 10, 12)),
}


def assessment(world: World, number: int, which: int) -> Data:
    """An assessment of a mine: its first, or the one after it was removed."""
    course = _BEFORE_IT_WAS_LISTED_AGAIN if which else _COURSES.get(number % 60, _BEFORE_THE_PLAN)
    applied = course.last - course.steps * _STEP
    data: Data = {
        "assessmentNo": f"示例评估{applied.year}-{number + 1:05d}",
        "licenceNo": world.licence_no(number),
        "appliedOn": applied.isoformat(),
        "indicatorSystemCode": course.system,
        "steps": [
            {
                "stage": stage.value,
                "outcome": "FAILED" if course.failed and place == course.steps else "PASSED",
                "on": (applied + place * _STEP).isoformat(),
                "by": _by(world, number, stage),
            }
            for place, stage in enumerate(_STAGES[: course.steps], start=1)
        ],
    }
    return data | _judgement(world, number, course) if course.steps > _JUDGED else data


def _by(world: World, number: int, stage: AssessmentStage) -> str:
    """Who took a step."""
    match stage:
        case AssessmentStage.APPLICATION | AssessmentStage.SELF_ASSESSMENT:
            return world.enterprise_name(number)
        case AssessmentStage.THIRD_PARTY_ASSESSMENT:
            return str(assessors.chosen(number // 3)["name"])
        case AssessmentStage.COUNTY_REVIEW:
            place = world.division(number)
        case AssessmentStage.PREFECTURE_REVIEW:
            place = world.prefecture(number)
        case _:
            place = PROVINCE
    return str(authority(LEADING, place)["name"])


def _judgement(world: World, number: int, course: _Course) -> Data:
    """What assessor and experts found: enough points everywhere, or too few and a precondition that does not hold."""
    dice = world.dice("assessment", number)
    worst, spread = (50, 25) if course.failed else (85, 16)
    asked = systems()[course.system]["preconditions"]
    return {
        "assessorUscc": assessors.chosen(number // 3)["uscc"],
        "expertNos": experts.drawn(number // 3),
        "preconditions": [
            {"code": one["code"], "met": not (course.failed and place == 1), "evidence": "示例依据：现场核查记录"}
            for place, one in enumerate(asked)
        ],
        "scores": [
            {"code": code, "points": str((most * (worst + dice.randrange(spread)) / 100).quantize(Decimal("0.01"), ROUND_DOWN))}
            for code, most in leaves(course.system)
        ],
    }


_ROUND = Round(
    RELISTED_EVERY,
    [
        (number, which)
        for number in range(RELISTED_EVERY)
        for which in range(2 if number == RELISTED else number % 12 in (0, 3, 6))
    ],
)


def assessments(world: World) -> Shelf:
    """All assessments."""
    return Shelf(_ROUND.count(world.mines), lambda place: assessment(world, *_ROUND.at(place)))
