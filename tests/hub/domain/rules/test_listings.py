"""The way into the directory against the rules: out of which directory, by which assessment, with which term."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hub.domain.records.assessments import AssessmentResult
from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.rules.conflicts import ConflictCode as Code
from hub.domain.rules.listings import LISTINGS
from hub.domain.rules.standing import STANDING
from hub.domain.rules.supports import SUPPORT
from hub.domain.rules.timelines import END, Fact, Facts, Span, State

ONE = timedelta(1)
#: The day on which the plan begins, and days long after it.
PLAN, DAY = date(2025, 4, 1), date(2026, 11, 2)
MINE = Fact("mine", SimpleNamespace(life_cycle=None, remaining_years=None))

Days = list[tuple[date, date]]


def entry(step: str, on: date, level: str = "PROVINCIAL", **more: date) -> Fact:
    told = {"level": DirectoryLevel(level), "step": DirectoryStep(step), "effective_on": on, "document_number": step}
    told |= {"notice_from": None, "notice_until": None, "rectification_due_on": None}
    return Fact(f"{level} {step} {on}", SimpleNamespace(**told | more))


def national(step: str, on: date) -> Fact:
    return entry(step, on, "NATIONAL")


def assessment(on: date, name: str = "assessment", *, failed: bool = False) -> Fact:
    told: dict[str, Any] = {"assessment_no": name, "applied_on": on, "passed_on": on, "ended_on": None}
    told |= {"result": AssessmentResult.PASSED}
    told |= {"passed_on": None, "ended_on": on, "result": AssessmentResult.FAILED} if failed else {}
    return Fact(name, SimpleNamespace(**told))


def against(name: str, since: date = PLAN, until: date = END) -> Span:
    """What the rules of assessments say of one."""
    return Span(since, until, State(Code.ASSESSOR_UNFIT, name, (name, "agency")))


def days(code: Code, *entries: Fact, assessments: tuple[Fact, ...] = (), unfit: tuple[Span, ...] = ()) -> Days:
    records = {"mine": [MINE], "directory_entry": sorted(entries, key=lambda one: one.id), "assessment": list(assessments)}
    known = {Code.ASSESSOR_UNFIT.value: list(unfit)}
    known[STANDING.name] = STANDING.line(Facts(records))
    known |= {rule.name: rule.line(Facts(records, known)) for rule in LISTINGS}
    spans = known[code]
    if any(told.state.state in ("LISTED_PROVINCIAL", "LISTED_NATIONAL") for told in known[STANDING.name]):
        _are_doubts(spans, Facts(records, known))
    return sorted((span.from_day, span.until_day) for span in spans)


def _are_doubts(spans: list[Span], facts: Facts) -> None:
    """On its days nothing is said to be eligible without doubt."""
    for span in spans:
        assert {told.state for told in facts.beside(_with_supports(facts)).states("SUPPORT", span.from_day)} != {"ELIGIBLE"}


def _with_supports(facts: Facts) -> dict[str, list[Span]]:
    return {SUPPORT.name: SUPPORT.line(facts)}


IN_PROVINCE = entry("LISTED", PLAN - ONE)


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        # Out of the province's directory, of the day on which it is decided.
        ([IN_PROVINCE, national("PROPOSED", DAY)], []),
        ([IN_PROVINCE, national("LISTED", DAY)], []),
        ([entry("LISTED", DAY), national("PROPOSED", DAY)], []),
        ([entry("LISTED", DAY + ONE), national("PROPOSED", DAY)], [(DAY, END)]),
        ([national("PROPOSED", DAY)], [(DAY, END)]),
        ([entry("PUBLIC_NOTICE", PLAN), national("PUBLIC_NOTICE", DAY)], [(DAY, END)]),
        ([IN_PROVINCE, entry("RECTIFICATION", DAY), national("LISTED", DAY + ONE)], [(DAY + ONE, END)]),
        # What was decided rightly is not made wrong by a rectification; nor by a removal, which ends it.
        ([IN_PROVINCE, national("LISTED", PLAN), entry("RECTIFICATION", DAY)], []),
        ([IN_PROVINCE, national("LISTED", PLAN), entry("REMOVED", DAY)], []),
        ([entry("REMOVED", PLAN), national("LISTED", DAY)], [(DAY, END)]),
        # A listing of later that is right makes good a proposal that was not; a removal ends it.
        ([national("PROPOSED", PLAN), entry("LISTED", PLAN + ONE), national("LISTED", DAY)], [(PLAN, DAY)]),
        ([national("LISTED", PLAN), national("REMOVED", DAY)], [(PLAN, DAY)]),
        ([national("LISTED", PLAN), national("RECTIFICATION", DAY)], [(PLAN, END)]),
        # From before the plan it is one only while the province does not have the mine.
        ([national("LISTED", PLAN - ONE), entry("LISTED", DAY)], [(PLAN - ONE, DAY)]),
        ([national("LISTED", PLAN), entry("LISTED", DAY)], [(PLAN, END)]),
    ],
    ids=lambda one: ", ".join(fact.id for fact in one) if one and isinstance(one[0], Fact) else "",
)
def test_the_nation_lists_out_of_the_provinces_directory(entries: list[Fact], wanted: Days) -> None:
    assert days(Code.NATIONAL_WITHOUT_PROVINCIAL, *entries) == wanted


@pytest.mark.parametrize(
    ("effective_on", "due_on", "is_told"),
    [
        (date(2026, 8, 31), date(2027, 2, 28), False),
        (date(2026, 8, 31), date(2027, 3, 1), True),
        (date(2026, 5, 2), date(2026, 11, 2), False),
        (date(2026, 5, 2), date(2026, 11, 3), True),
    ],
)
def test_whoever_falls_short_has_six_months_at_most(effective_on: date, due_on: date, is_told: bool) -> None:
    warned = entry("RECTIFICATION", effective_on, rectification_due_on=due_on)
    for again, until in ((), END), ((entry("LISTED", DAY + ONE),), DAY + ONE):
        told = [(effective_on, until)] * is_told
        assert days(Code.RECTIFICATION_TOO_LONG, IN_PROVINCE, warned, *again) == told
    of_nation = entry("RECTIFICATION", effective_on, "NATIONAL", rectification_due_on=due_on)
    told = [(effective_on, END)] * is_told
    assert days(Code.RECTIFICATION_TOO_LONG, IN_PROVINCE, national("LISTED", PLAN), of_nation) == told
    # A term that another step states is none.
    listed = entry("LISTED", effective_on, rectification_due_on=due_on)
    assert days(Code.RECTIFICATION_TOO_LONG, listed) == []


LISTED = entry("LISTED", DAY)


@pytest.mark.parametrize(
    ("entries", "assessments", "unfit", "wanted"),
    [
        ([LISTED], [assessment(PLAN)], [against("assessment")], [(DAY, END)]),
        ([LISTED], [assessment(PLAN)], [against("another")], []),
        ([LISTED], [assessment(PLAN)], [against("assessment", DAY + ONE)], [(DAY + ONE, END)]),
        # Who is in no directory stands on nothing.
        ([entry("PROPOSED", DAY)], [assessment(PLAN)], [against("assessment")], []),
        # Another assessment takes its place: passed, it is the ground; failed, there is none.
        ([LISTED], [assessment(PLAN), assessment(DAY + ONE, "later")], [against("assessment")], [(DAY, DAY + ONE)]),
        ([LISTED], [assessment(PLAN), assessment(DAY + ONE, "later")], [against("later")], [(DAY + ONE, END)]),
        ([LISTED], [assessment(PLAN), assessment(DAY + ONE, "later", failed=True)], [against("later")], []),
        # What lies before a removal is no ground for what comes after it.
        ([entry("LISTED", PLAN), entry("REMOVED", DAY)], [assessment(PLAN)], [against("assessment")], [(PLAN, DAY)]),
        ([entry("REMOVED", PLAN), LISTED], [assessment(PLAN)], [against("assessment")], []),
    ],
)
def test_a_mine_that_is_listed_on_an_assessment_against_the_rules_is_in_doubt(
    entries: list[Fact], assessments: list[Fact], unfit: list[Span], wanted: Days
) -> None:
    told = days(Code.LISTED_ON_DOUBTFUL_ASSESSMENT, *entries, assessments=tuple(assessments), unfit=tuple(unfit))
    assert told == wanted


@pytest.mark.parametrize(
    ("removed_on", "assessments", "wanted"),
    [
        (None, [assessment(PLAN)], []),
        (DAY, [assessment(PLAN)], [(DAY + ONE, END)]),
        (DAY, [assessment(PLAN), assessment(DAY, "later")], [(DAY + ONE, END)]),
        (DAY, [assessment(PLAN), assessment(DAY + ONE, "later")], []),
        # One that was failed since is told of the mine once.
        (DAY, [assessment(PLAN), assessment(DAY + ONE, "later", failed=True)], [(DAY + ONE, END)]),
    ],
)
def test_the_nation_lists_again_what_it_removed_by_a_renewed_assessment(
    removed_on: date | None, assessments: list[Fact], wanted: Days
) -> None:
    entries = [entry("LISTED", PLAN), national("LISTED", PLAN)]
    if removed_on:
        entries += [national("REMOVED", removed_on), national("LISTED", removed_on + ONE)]
    assert days(Code.LISTED_WITHOUT_ASSESSMENT, *entries, assessments=tuple(assessments)) == wanted
