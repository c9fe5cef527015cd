"""The directory: no step is skipped.  Whom it takes the province decides; `tests/hub/domain/rules/test_listings.py` tells."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.records.directory import NEXT_STEPS, DirectoryStep
from hub.domain.words.errors import ErrorCode
from tests import makers
from tests.hub.domain.records.judging import Facts, facts, problems_against

ENTRY = RecordKind.DIRECTORY_ENTRY
#: One valid path to each step, each step a month after the one before, from May 2025 on.
PATHS: dict[DirectoryStep | None, list[str]] = {
    None: [],
    DirectoryStep.PROPOSED: ["PROPOSED"],
    DirectoryStep.PUBLIC_NOTICE: ["PROPOSED", "PUBLIC_NOTICE"],
    DirectoryStep.LISTED: ["PROPOSED", "PUBLIC_NOTICE", "LISTED"],
    DirectoryStep.RECTIFICATION: ["PROPOSED", "PUBLIC_NOTICE", "LISTED", "RECTIFICATION"],
    DirectoryStep.REMOVED: ["PROPOSED", "PUBLIC_NOTICE", "LISTED", "REMOVED"],
}


def entry(month: int, step: str, level: str = "PROVINCIAL", **more: Any) -> dict[str, Any]:
    """An entry of the first of a month, counted from January 2025."""
    on = f"{2025 + (month - 1) // 12}-{(month - 1) % 12 + 1:02d}-01"
    needed = {
        "RECTIFICATION": {"rectificationDueOn": f"{on[:8]}28"},
        "REMOVED": {"reasonCode": "EXHAUSTED", "legalBasis": "示例依据"},
    }.get(step, {})
    return makers.entry(month, level=level, step=step, effectiveOn=on, **needed) | more


def path(*steps: str, level: str = "PROVINCIAL") -> list[tuple[RecordKind, dict[str, Any]]]:
    return [(ENTRY, entry(5 + place, step, level)) for place, step in enumerate(steps)]


def judged(item: dict[str, Any], *known: tuple[RecordKind, dict[str, Any]]) -> Facts:
    return facts(problems_against(ENTRY, item, *known))


@pytest.mark.parametrize(("before", "step"), list(product([None, *DirectoryStep], DirectoryStep)))
def test_each_step_follows_only_what_it_may_follow(before: DirectoryStep | None, step: DirectoryStep) -> None:
    found = judged(entry(14, step.value), *path(*PATHS[before]))
    assert found == (set() if step in NEXT_STEPS[before] else {("step", ErrorCode.STEP_NOT_ALLOWED)})


def test_a_mine_listed_before_the_plan_began_comes_in_as_it_is_and_a_later_one_does_not() -> None:
    assert judged(entry(3, "LISTED")) == set()
    assert judged(entry(4, "LISTED")) == {("step", ErrorCode.STEP_NOT_ALLOWED)}


def test_a_step_put_in_between_must_fit_both_ways() -> None:
    known = [(ENTRY, entry(5, "PUBLIC_NOTICE")), (ENTRY, entry(7, "LISTED"))]
    assert judged(entry(6, "PROPOSED"), *known) == {("step", ErrorCode.STEP_NOT_ALLOWED)}


def test_two_steps_on_one_day_have_no_order() -> None:
    known = path("PROPOSED", "PUBLIC_NOTICE", "LISTED")
    twice = entry(7, "RECTIFICATION") | {"documentNumber": "示例公告〔2025〕99号"}
    assert judged(twice, *known) == {("effectiveOn", ErrorCode.DUPLICATE)}


def test_what_is_listed_before_its_notice_has_ended_is_taken_for_the_province_decides_it() -> None:
    notice = entry(5, "PUBLIC_NOTICE", noticeFrom="2025-05-01", noticeUntil="2025-06-01")
    assert judged(entry(6, "LISTED"), (ENTRY, notice)) == set()


def test_correcting_an_entry_is_not_a_step_after_itself() -> None:
    known = path("PROPOSED", "PUBLIC_NOTICE", "LISTED")
    assert judged(known[-1][1] | {"batch": "2025年度"}, *known) == set()


@pytest.mark.parametrize("step", ["PROPOSED", "PUBLIC_NOTICE"])
def test_what_comes_back_without_a_renewed_assessment_is_taken_for_the_province_decides_it(step: str) -> None:
    assert judged(entry(14, step), *path(*PATHS[DirectoryStep.REMOVED])) == set()


@pytest.mark.parametrize("state", [None, *DirectoryStep])
@pytest.mark.parametrize("step", ["PROPOSED", "PUBLIC_NOTICE"])
def test_what_the_nation_takes_from_elsewhere_than_the_provincial_directory_is_taken(
    state: DirectoryStep | None, step: str
) -> None:
    assert judged(entry(14, step, "NATIONAL"), *path(*PATHS[state])) == set()


def test_a_term_of_any_length_is_taken() -> None:
    warned = entry(14, "RECTIFICATION", rectificationDueOn="2027-02-01")
    assert judged(warned, *path(*PATHS[DirectoryStep.LISTED])) == set()


def test_a_national_mine_may_be_warned_or_removed_whatever_the_province_says() -> None:
    provincial = path(*PATHS[DirectoryStep.REMOVED])
    national = [(ENTRY, entry(2, "LISTED", "NATIONAL", documentNumber="示例公告〔2025〕70号"))]
    for step in ("RECTIFICATION", "REMOVED"):
        assert judged(entry(14, step, "NATIONAL"), *provincial, *national) == set()


@pytest.mark.parametrize("step", ["PROPOSED", "PUBLIC_NOTICE", "LISTED"])
def test_what_the_province_has_removed_the_nation_lists_anew(step: str) -> None:
    """Only a later listing brings it back: the one of before ended with the removal."""
    provincial = path("PROPOSED", "PUBLIC_NOTICE", "LISTED")
    national = [(ENTRY, entry(8 + n, one, "NATIONAL")) for n, one in enumerate(["PROPOSED", "PUBLIC_NOTICE", "LISTED"])]
    removed = [(ENTRY, entry(12, "REMOVED", documentNumber="示例公告〔2025〕80号"))]
    refused = {("step", ErrorCode.STEP_NOT_ALLOWED)}
    assert judged(entry(14, step, "NATIONAL"), *provincial, *national) == refused
    assert judged(entry(14, step, "NATIONAL"), *provincial, *national, *removed) == (refused if step == "LISTED" else set())
    # Not what is of a day before the removal.
    assert judged(entry(11, step, "NATIONAL"), *provincial, *national, *removed) == refused


def test_levels_do_not_follow_one_another() -> None:
    provincial = path("PROPOSED", "PUBLIC_NOTICE", "LISTED")
    assert judged(entry(9, "LISTED", "NATIONAL"), *provincial) == {("step", ErrorCode.STEP_NOT_ALLOWED)}


def test_another_mines_entries_are_no_matter() -> None:
    others = [(kind, item | {"licenceNo": makers.licence(2)}) for kind, item in path("PROPOSED", "PUBLIC_NOTICE")]
    assert judged(entry(9, "LISTED"), *others) == {("step", ErrorCode.STEP_NOT_ALLOWED)}
