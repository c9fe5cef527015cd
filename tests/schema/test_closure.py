"""Mines with too little left are held to closure duties, and each tells what the records say of it."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest

from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.rules.closure import ClosureTask
from hub.domain.words.departments import Department
from hub.services.posting.pipeline import Posting
from tests import duties, makers
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, caller, licence, posted

FORESTRY = caller(Role.DEPARTMENT, Department.FORESTRY_GRASSLAND)
TODAY = date(2026, 11, 2)
TOLD = "closureDuties { task section state dueOn toldBy mine { name } }"


async def told(ask: Ask, number: int) -> dict[str, dict[str, Any]]:
    answer = await ask(ECOLOGY, f'{{ mine(licenceNo: "{licence(number)}") {{ buildDuty {TOLD} }} }}')
    return {one["task"]: one for one in answer["data"]["mine"]["closureDuties"]}


@pytest.fixture
async def closing(posting: Posting) -> None:
    """The first two mines have less than three years left, the third is closing, the others are no matter of closure."""
    mines = [
        makers.mine(1, remainingYears="2.99"),
        makers.mine(2, remainingYears="1"),
        makers.mine(3, lifeCycle="CLOSING", remainingYears=None),
        makers.mine(4, remainingYears="3.00"),
        makers.mine(5, lifeCycle="CLOSED", remainingYears="0"),
        makers.mine(6, remainingYears=None),
    ]
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *mines)


async def test_four_tasks_for_each_mine_that_is_held_to_them_and_none_for_others(closing: None, ask: Ask) -> None:
    answer = await ask(ECOLOGY, "{ closureDuties(first: 100) { totalCount nodes { licenceNo task section state toldBy } } }")
    nodes = answer["data"]["closureDuties"]["nodes"]
    assert {(node["licenceNo"], node["task"]) for node in nodes} == {
        (licence(number), task.value) for number in (1, 2, 3) for task in ClosureTask
    }
    # Nobody has recorded anything yet.
    assert {(node["section"], node["state"], node["toldBy"]) for node in nodes} == {("2.2", "NO_RECORD", None)}
    assert await told(ask, 4) == await told(ask, 5) == await told(ask, 6) == {}


async def test_each_task_is_told_by_the_record_that_decides_it(closing: None, posting: Posting, ask: Ask) -> None:
    async def one(who: Any, kind: RecordKind, item: dict[str, Any]) -> str:
        [result] = await posted(posting, who, kind, item)
        assert result.record_id, result.problems
        return result.record_id

    old = duties.pollutant_permit(1, issuedOn="2020-01-10", validUntil="2024-01-09")
    await one(ECOLOGY, RecordKind.POLLUTANT_PERMIT, old)
    permit = await one(ECOLOGY, RecordKind.POLLUTANT_PERMIT, duties.pollutant_permit(2))
    done = [{"year": 2025, "duty": "4", "done": "4"}]
    await one(NATURAL_RESOURCES, RecordKind.RESTORATION_PLAN, duties.restoration_plan(1, approvedOn="2020-01-01", years=done))
    plan = await one(NATURAL_RESOURCES, RecordKind.RESTORATION_PLAN, duties.restoration_plan(2))
    restored = duties.forest_land_use(1, restoredOn="2026-05-01", restoredArea="2.5")
    await one(FORESTRY, RecordKind.FOREST_LAND_USE, restored)
    behind = await one(FORESTRY, RecordKind.FOREST_LAND_USE, duties.forest_land_use(2, restorationDueOn="2027-06-01"))
    found = await told(ask, 1)
    assert {task: (one["state"], one["dueOn"], one["toldBy"]) for task, one in found.items()} == {
        "POLLUTION_PREVENTION": ("IN_HAND", "2029-01-09", permit),
        "GEOLOGICAL_ENVIRONMENT": ("OVERDUE", "2025-12-31", plan),
        "LAND_RECLAMATION": ("OVERDUE", "2025-12-31", plan),
        "VEGETATION": ("IN_HAND", "2027-06-01", behind),
    }
    assert {one["mine"]["name"] for one in found.values()} == {makers.mine(1)["name"]}


async def test_a_permit_that_was_revoked_and_a_use_that_was_restored(closing: None, posting: Posting, ask: Ask) -> None:
    revoked = duties.pollutant_permit(1, licenceNo=licence(2), revokedOn="2026-10-01")
    await posted(posting, ECOLOGY, RecordKind.POLLUTANT_PERMIT, revoked)
    restored = duties.forest_land_use(1, licenceNo=licence(2), restoredOn="2026-05-01", restoredArea="2.5")
    await posted(posting, FORESTRY, RecordKind.FOREST_LAND_USE, restored)
    found = await told(ask, 2)
    assert (found["POLLUTION_PREVENTION"]["state"], found["POLLUTION_PREVENTION"]["dueOn"]) == ("OVERDUE", "2026-10-01")
    assert (found["VEGETATION"]["state"], found["VEGETATION"]["dueOn"]) == ("DONE", None)
    answer = await ask(ECOLOGY, "{ closureDuties(filter: {state: {eq: OVERDUE}}) { nodes { licenceNo task } } }")
    assert answer["data"]["closureDuties"]["nodes"] == [{"licenceNo": licence(2), "task": "POLLUTION_PREVENTION"}]


DAYS = [None, date(2026, 11, 1), TODAY, date(2026, 11, 3)]
#: A permit lapses the day after its last one, and on the day on which it is revoked.
LAPSED = {date(2026, 11, 1): "OVERDUE", TODAY: "IN_HAND", date(2026, 11, 3): "IN_HAND", None: "IN_HAND"}
REVOKED = {date(2026, 11, 1): "OVERDUE", TODAY: "OVERDUE", None: "IN_HAND"}
OWED = {date(2026, 11, 1): "OVERDUE", TODAY: "IN_HAND", date(2026, 11, 3): "IN_HAND", None: "DONE"}


async def test_a_duty_is_overdue_from_the_day_after_its_last(closing: None, posting: Posting, ask: Ask) -> None:
    def given(day: date | None) -> str | None:
        return day.isoformat() if day else None

    for valid_until, revoked_on, owed_on in product(DAYS, DAYS[:3], DAYS):
        permit = duties.pollutant_permit(1, validUntil=given(valid_until), revokedOn=given(revoked_on))
        due, restored = given(owed_on or TODAY), None if owed_on else "2026-05-01"
        use = duties.forest_land_use(1, restorationDueOn=due, restoredOn=restored, restoredArea="2.5")
        await posted(posting, ECOLOGY, RecordKind.POLLUTANT_PERMIT, permit)
        await posted(posting, FORESTRY, RecordKind.FOREST_LAND_USE, use)
        found = {task: one["state"] for task, one in (await told(ask, 1)).items()}
        assert found["POLLUTION_PREVENTION"] == max(LAPSED[valid_until], REVOKED[revoked_on])
        assert found["VEGETATION"] == OWED[owed_on]
        assert found["LAND_RECLAMATION"] == "NO_RECORD"


async def test_what_the_records_do_not_say_is_unknown_and_why(closing: None, posting: Posting, ask: Ask) -> None:
    plan = duties.restoration_plan(1, validUntil="2026-11-01", years=[{"year": 2025, "duty": "4", "done": "4"}])
    nothing = duties.restoration_plan(2, licenceNo=licence(2), years=[])
    await posted(posting, NATURAL_RESOURCES, RecordKind.RESTORATION_PLAN, plan, nothing)
    permanent = duties.forest_land_use(1, use="PERMANENT", endsOn=None, restorationDueOn=None)
    await posted(posting, FORESTRY, RecordKind.FOREST_LAND_USE, permanent)
    answer = await ask(
        ECOLOGY, "{ closureDuties(filter: {state: {eq: UNKNOWN}}) { totalCount nodes { licenceNo task whyUnknown dueOn } } }"
    )
    nodes = answer["data"]["closureDuties"]["nodes"]
    assert {(node["licenceNo"], node["task"], node["whyUnknown"]) for node in nodes} == {
        (licence(1), "GEOLOGICAL_ENVIRONMENT", "PLAN_EXPIRED"),
        (licence(1), "LAND_RECLAMATION", "PLAN_EXPIRED"),
        (licence(1), "VEGETATION", "PERMANENT_USE"),
        (licence(2), "GEOLOGICAL_ENVIRONMENT", "NOTHING_PLANNED"),
        (licence(2), "LAND_RECLAMATION", "NOTHING_PLANNED"),
    }
