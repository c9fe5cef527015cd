"""What a mine with too little left still owes: each duty told by one record, and what no record says is unknown."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from hub.domain.records.forest_land import LandUse
from hub.domain.records.mines import LifeCycle
from hub.domain.rules.closure import CLOSURE_DUTY
from hub.domain.rules.timelines import BEGINNING, END, Fact, Facts

DAY = date(2026, 11, 2)
ONE = timedelta(1)
MINE = Fact("mine", SimpleNamespace(life_cycle=LifeCycle.PRODUCING, remaining_years=Decimal("2.99")))
APPROVED = date(2026, 1, 5)


def plan(name: str = "plan", on: date = APPROVED, **more: Any) -> Fact:
    known = {"approved_on": on, "valid_until": date(2030, 1, 1), "years": ("a year",), "owed_since": None}
    return Fact(name, SimpleNamespace(**known | more))


def use(name: str = "use", on: date = APPROVED, **more: Any) -> Fact:
    return Fact(name, SimpleNamespace(**{"approved_on": on, "use": LandUse.TEMPORARY, "owed_since": None} | more))


def permit(name: str = "permit", on: date = APPROVED, **more: Any) -> Fact:
    return Fact(name, SimpleNamespace(**{"issued_on": on, "valid_until": None, "revoked_on": None} | more))


Told = list[tuple[date, str, tuple[str, ...], date | None, str | None]]


def told(task: str, **records: list[Fact]) -> Told:
    line = CLOSURE_DUTY.line(Facts({"mine": [MINE]} | records))
    spans = sorted((span for span in line if span.state.about == task), key=lambda span: span.from_day)
    assert [span.until_day for span in spans] == [*(span.from_day for span in spans[1:]), END]
    return [(s.from_day, s.state.state, s.state.because, s.state.due_on, s.state.label) for s in spans]


NO_RECORD = (BEGINNING, "NO_RECORD", (), None, None)


@pytest.mark.parametrize("task", ["GEOLOGICAL_ENVIRONMENT", "LAND_RECLAMATION"])
@pytest.mark.parametrize(
    ("plans", "wanted"),
    [
        ([], []),
        ([plan()], [(APPROVED, "DONE", ("plan",), None, None), (date(2030, 1, 2), "UNKNOWN", ("plan",), None, "PLAN_EXPIRED")]),
        ([plan(years=())], [(APPROVED, "UNKNOWN", ("plan",), None, "NOTHING_PLANNED")]),
        # What is owed is owed, whether the plan still runs or not.
        (
            [plan(owed_since=DAY, valid_until=APPROVED)],
            [(APPROVED, "IN_HAND", ("plan",), DAY, None), (DAY + ONE, "OVERDUE", ("plan",), DAY, None)],
        ),
        (
            [plan("old", years=()), plan("new", DAY, valid_until=END)],
            [(APPROVED, "UNKNOWN", ("old",), None, "NOTHING_PLANNED"), (DAY, "DONE", ("new",), None, None)],
        ),
    ],
)
def test_restoration_is_told_by_the_last_plan(task: str, plans: list[Fact], wanted: Told) -> None:
    assert told(task, restoration_plan=plans) == [NO_RECORD, *wanted]


PERMANENT: dict[str, Any] = {"use": LandUse.PERMANENT}


@pytest.mark.parametrize(
    ("uses", "wanted"),
    [
        ([use(**PERMANENT)], [(APPROVED, "UNKNOWN", ("use",), None, "PERMANENT_USE")]),
        ([use()], [(APPROVED, "DONE", ("use",), None, None)]),
        ([use(), use("other", **PERMANENT)], [(APPROVED, "DONE", ("use",), None, None)]),
        (
            [use("late", owed_since=DAY + ONE), use("first", owed_since=DAY), use("done")],
            [(APPROVED, "IN_HAND", ("first",), DAY, None), (DAY + ONE, "OVERDUE", ("first",), DAY, None)],
        ),
        # The newest of those that are owed at once; what will be approved later owes nothing yet.
        ([use("a"), use("b")], [(APPROVED, "DONE", ("b",), None, None)]),
        (
            [use("a"), use("b", DAY, owed_since=END)],
            [(APPROVED, "DONE", ("a",), None, None), (DAY, "IN_HAND", ("b",), END, None)],
        ),
    ],
)
def test_vegetation_is_told_by_the_temporary_use_that_is_furthest_behind(uses: list[Fact], wanted: Told) -> None:
    assert told("VEGETATION", forest_land_use=uses) == [NO_RECORD, *wanted]


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, [(APPROVED, "IN_HAND", None)]),
        ({"valid_until": DAY}, [(APPROVED, "IN_HAND", DAY), (DAY + ONE, "OVERDUE", DAY)]),
        ({"revoked_on": DAY}, [(APPROVED, "IN_HAND", DAY), (DAY, "OVERDUE", DAY)]),
        ({"revoked_on": DAY, "valid_until": END}, [(APPROVED, "IN_HAND", DAY), (DAY, "OVERDUE", DAY)]),
    ],
)
def test_a_permit_lapses_after_its_last_day_and_on_the_day_on_which_it_is_revoked(
    more: dict[str, Any], wanted: list[tuple[date, str, date | None]]
) -> None:
    line = told("POLLUTION_PREVENTION", pollutant_permit=[permit("old", date(2025, 1, 1)), permit(**more)])
    assert [(since, state, due) for since, state, because, due, _ in line if because == ("permit",)] == wanted


def test_only_a_mine_that_is_held_to_closure_owes_these() -> None:
    before = Fact("mine", SimpleNamespace(life_cycle=LifeCycle.PRODUCING, remaining_years=Decimal(3)), known_until=DAY)
    after = Fact("mine", SimpleNamespace(life_cycle=LifeCycle.CLOSING, remaining_years=None), DAY, DAY + ONE)
    closed = Fact("mine", SimpleNamespace(life_cycle=LifeCycle.CLOSED, remaining_years=Decimal(0)), DAY + ONE)
    line = CLOSURE_DUTY.line(Facts({"mine": [before, after, closed]}))
    assert {(span.from_day, span.until_day, span.state.state) for span in line} == {(DAY, DAY + ONE, "NO_RECORD")}
    assert len(line) == 4
