"""Assessments that were made against the rules: by whom they were made, and what they let pass."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from hub.domain.records.assessments import AssessmentResult, AssessmentStage, StepOutcome
from hub.domain.rules.assessments import ASSESSMENTS
from hub.domain.rules.conflicts import ConflictCode as Code
from hub.domain.rules.timelines import END, Fact, Facts

DAY = date(2026, 11, 2)
ONE, YEAR = timedelta(1), timedelta(365)
FROM = date(2020, 1, 1)
MINE = Fact("mine", SimpleNamespace(enterprise_uscc="HOLDER"))

Days = list[tuple[date, date]]


def days(code: Code, *mines: Fact, **records: list[Fact]) -> Days:
    rule = next(rule for rule in ASSESSMENTS if rule.name == code)
    line = rule.line(Facts({"mine": list(mines or [MINE])} | records))
    return sorted((span.from_day, span.until_day) for span in line)


def step(stage: AssessmentStage = AssessmentStage.THIRD_PARTY_ASSESSMENT, on: date = DAY, *, failed: bool = False) -> Any:
    return SimpleNamespace(stage=stage, on=on, outcome=StepOutcome.FAILED if failed else StepOutcome.PASSED)


def assessment(name: str = "assessment", **more: Any) -> Fact:
    known = {
        "assessor_uscc": "AGENCY",
        "assessment_no": name,
        "indicator_system_code": "SYSTEM",
        "steps": (step(),),
        "result": AssessmentResult.IN_PROGRESS,
        "ended_on": None,
        "preconditions": (SimpleNamespace(code="P", met=True),),
        "scores": (SimpleNamespace(code="1", points=Decimal(60)), SimpleNamespace(code="2", points=Decimal(30))),
        "total_points": Decimal(90),
        "expert_nos": ("E1",),
    }
    return Fact(name, SimpleNamespace(**known | more))


def assessor(**more: Any) -> SimpleNamespace:
    known = {"uscc": "AGENCY", "registered_on": DAY, "technical_staff": 15, "senior_staff": 5, "dealings": ()}
    return SimpleNamespace(**known | {"suspended_until": None} | more)


def dealing(began: date, ended: date | None = None, uscc: str = "HOLDER") -> Any:
    return SimpleNamespace(uscc=uscc, began_on=began, ended_on=ended)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, []),
        ({"registered_on": DAY + ONE}, [(DAY, END)]),
        ({"technical_staff": 14}, [(DAY, END)]),
        ({"technical_staff": 20, "senior_staff": 6}, []),
        ({"technical_staff": 20, "senior_staff": 5}, [(DAY, END)]),
        ({"suspended_until": DAY}, [(DAY, END)]),
        ({"suspended_until": DAY - ONE}, []),
        ({"dealings": (dealing(FROM),)}, [(DAY, END)]),
        ({"dealings": (dealing(FROM, uscc="OTHER"),)}, []),
        # Business within a year before the assessment, or after it, ties; what is still to begin ties from when it does.
        ({"dealings": (dealing(FROM, DAY - YEAR),)}, [(DAY, END)]),
        ({"dealings": (dealing(FROM, DAY - YEAR - ONE),)}, []),
        ({"dealings": (dealing(DAY + YEAR),)}, [(DAY + YEAR, END)]),
        ({"dealings": (dealing(DAY + YEAR + ONE),)}, []),
        # Whose registration was taken back is not registered.
        ({"uscc": "OTHER"}, [(DAY, END)]),
    ],
    ids=repr,
)
def test_an_assessor_is_fit_on_the_day_on_which_it_assesses(more: dict[str, Any], wanted: Days) -> None:
    agency = Fact("assessor", assessor(**more))
    assert days(Code.ASSESSOR_UNFIT, assessment=[assessment()], assessor=[agency]) == wanted


@pytest.mark.parametrize(
    ("suspended_on", "until", "lifted_on", "wanted"),
    [
        # It was suspended on the day on which it assessed, or afterwards, which is no matter of what it did before.
        (DAY, DAY, END, [(DAY, END)]),
        (DAY + ONE, DAY + YEAR, END, []),
        # Once it may assess again, what it did in between stays what it was.
        (DAY - ONE, DAY + YEAR, DAY + ONE, [(DAY, END)]),
        (DAY - ONE, DAY + YEAR, DAY, []),
    ],
)
def test_a_suspension_counts_from_when_it_is_known(suspended_on: date, until: date, lifted_on: date, wanted: Days) -> None:
    free, suspended = assessor(), assessor(suspended_until=until)
    versions = [
        Fact("assessor", free, known_until=suspended_on),
        Fact("assessor", suspended, known_from=suspended_on, known_until=lifted_on),
    ]
    versions += [Fact("assessor", free, known_from=lifted_on)] if lifted_on < END else []
    assert days(Code.ASSESSOR_UNFIT, assessment=[assessment()], assessor=versions) == wanted


def test_a_holder_does_not_assess_its_own_mine_and_nobody_has_before_the_step_is_taken() -> None:
    owner, agency = Fact("mine", SimpleNamespace(enterprise_uscc="AGENCY")), [Fact("assessor", assessor())]
    assert days(Code.ASSESSOR_UNFIT, owner, assessment=[assessment()], assessor=agency) == [(DAY, END)]
    assert days(Code.ASSESSOR_UNFIT, owner, assessment=[assessment(steps=())], assessor=agency) == []
    assert days(Code.ASSESSOR_UNFIT, owner, assessment=[assessment(assessor_uscc=None)], assessor=agency) == []
    gone = Fact("mine", owner.record, known_until=DAY + ONE)
    assert days(Code.ASSESSOR_UNFIT, gone, assessment=[assessment()], assessor=agency) == [(DAY, DAY + ONE)]


def expert(name: str = "E1", **more: Any) -> Fact:
    known = {"expert_no": name, "joined_on": FROM, "left_on": None, "employer_uscc": None, "avoids": ()}
    return Fact(f"expert {name}", SimpleNamespace(**known | more))


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, []),
        ({"employer_uscc": "HOLDER"}, [(DAY, END)]),
        ({"employer_uscc": "OTHER", "avoids": ("OTHER",)}, []),
        ({"avoids": ("OTHER", "HOLDER")}, [(DAY, END)]),
        ({"joined_on": DAY}, []),
        ({"joined_on": DAY + ONE}, [(DAY, END)]),
        ({"left_on": DAY}, []),
        ({"left_on": DAY - ONE}, [(DAY, END)]),
        # Whom the pool does not have is not in it.
        ({"expert_no": "E2"}, [(DAY, END)]),
    ],
    ids=repr,
)
def test_experts_assess_without_ties_and_out_of_the_pool(more: dict[str, Any], wanted: Days) -> None:
    assert days(Code.EXPERT_UNFIT, assessment=[assessment()], expert=[expert(**more)]) == wanted


def test_experts_are_unfit_from_the_step_on_for_as_long_as_the_mine_is_whose_they_are_tied_to() -> None:
    tied = [expert(employer_uscc="HOLDER")]
    assert days(Code.EXPERT_UNFIT, assessment=[assessment(steps=())], expert=tied) == []
    assert days(Code.EXPERT_UNFIT, assessment=[assessment(expert_nos=())], expert=tied) == []
    sold = Fact("mine", SimpleNamespace(enterprise_uscc="OTHER"), known_from=DAY + YEAR)
    held = Fact("mine", MINE.record, known_until=DAY + YEAR)
    assert days(Code.EXPERT_UNFIT, held, sold, assessment=[assessment()], expert=tied) == [(DAY, DAY + YEAR)]
    assert days(Code.EXPERT_UNFIT, Fact("mine", MINE.record, known_until=DAY), assessment=[assessment()], expert=tied) == []


def test_which_experts_are_unfit_is_told_with_the_assessment() -> None:
    rule = next(rule for rule in ASSESSMENTS if rule.name == Code.EXPERT_UNFIT)
    pool = [expert("E1", avoids=("HOLDER",)), expert("E2"), expert("E3", left_on=FROM)]
    named = [assessment(expert_nos=("E4", "E3", "E2", "E1"))]
    [span] = rule.line(Facts({"mine": [MINE], "assessment": named, "expert": pool}))
    told = ("assessment", "expert E3", "expert E1")
    assert span.state == (Code.EXPERT_UNFIT, "assessment", told, DAY, "assessment")


SYSTEM = SimpleNamespace(
    code="SYSTEM",
    pass_points=Decimal(80),
    first_level_share=Decimal(75),
    least_experts=1,
    preconditions=(SimpleNamespace(code="P"),),
    indicators=tuple(
        SimpleNamespace(code=code, parent=None, level=1, points=Decimal(points)) for code, points in (("1", 60), ("2", 40))
    ),
)
SHORT: dict[str, Any] = {"preconditions": ()}
FAILED = {"result": AssessmentResult.FAILED, "ended_on": DAY + ONE}


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, []),
        (SHORT, [(DAY, END)]),
        ({"expert_nos": ()}, [(DAY, END)]),
        ({"total_points": Decimal("79.99")}, [(DAY, END)]),
        # What does not pass may say so, and a step before anybody judged says nothing.
        (SHORT | {"steps": (step(failed=True),)}, []),
        (SHORT | {"steps": (step(AssessmentStage.SELF_ASSESSMENT),)}, []),
        # The first step that lets it pass counts, until one fails it.
        (SHORT | {"steps": (step(), step(AssessmentStage.VERIFICATION, DAY + ONE))}, [(DAY, END)]),
        (SHORT | FAILED | {"steps": (step(), step(AssessmentStage.VERIFICATION, DAY + ONE, failed=True))}, [(DAY, DAY + ONE)]),
        # It ended well, in the directory.
        (SHORT | {"result": AssessmentResult.PASSED, "ended_on": DAY + ONE}, [(DAY, END)]),
        (SHORT | {"indicator_system_code": "OTHER"}, []),
    ],
    ids=repr,
)
def test_what_passes_though_it_falls_short_is_told_from_the_judgement_on(more: dict[str, Any], wanted: Days) -> None:
    records = {"assessment": [assessment(**more)], "indicator_system": [Fact("system", SYSTEM)]}
    assert days(Code.PASSED_BELOW_STANDARD, **records) == wanted
    gone = Fact("mine", SimpleNamespace(), known_until=DAY)
    assert days(Code.PASSED_BELOW_STANDARD, gone, **records) == []


def test_a_judgement_is_told_with_the_system_by_which_it_was_made() -> None:
    rule = next(rule for rule in ASSESSMENTS if rule.name == Code.PASSED_BELOW_STANDARD)
    records = {"mine": [MINE], "assessment": [assessment(**SHORT)], "indicator_system": [Fact("system", SYSTEM)]}
    [span] = rule.line(Facts(records))
    assert span.state == (Code.PASSED_BELOW_STANDARD, "assessment", ("assessment", "system"), DAY, "assessment")
