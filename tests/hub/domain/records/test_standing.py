"""Where a mine stands: the algebra of the rule, and its words one by one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.record_kinds import RecordKind
from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.records.duties import BuildDuty, build_duty, held_to_closure, must_contract
from hub.domain.records.mines import LifeCycle, MineScale
from hub.domain.records.standing import LISTED, Standing, standing
from tests import duties, makers
from tests.hub.domain.records.judging import read

ON = date(2026, 11, 2)
P, N = DirectoryLevel.PROVINCIAL, DirectoryLevel.NATIONAL
S = DirectoryStep

days = st.dates(date(2025, 1, 1), date(2028, 12, 31))
entries: Any = st.lists(
    st.builds(
        lambda level, step, on: SimpleNamespace(level=level, step=step, effective_on=on),
        st.sampled_from(DirectoryLevel),
        st.sampled_from(DirectoryStep),
        days,
    ),
    max_size=8,
    unique_by=lambda entry: (entry.level, entry.effective_on),
)
left = st.sampled_from([None, Decimal("2.99"), Decimal(3), Decimal(20)])


def entry(level: DirectoryLevel, step: DirectoryStep, on: date = date(2026, 1, 1)) -> Any:
    return SimpleNamespace(level=level, step=step, effective_on=on)


CONTRACT = read(RecordKind.CONTRACT, duties.contract())
ASSESSMENT = read(RecordKind.ASSESSMENT, duties.assessment(steps=duties.steps(4)))


@pytest.mark.parametrize(
    ("known", "more", "word"),
    [
        ([], {}, Standing.NOT_STARTED),
        ([], {"contracts": [CONTRACT]}, Standing.CONTRACTED),
        ([], {"contracts": [CONTRACT], "assessments": [ASSESSMENT]}, Standing.UNDER_ASSESSMENT),
        ([entry(P, S.PROPOSED)], {}, Standing.UNDER_ASSESSMENT),
        ([entry(P, S.PUBLIC_NOTICE)], {"assessments": [ASSESSMENT]}, Standing.PUBLIC_NOTICE),
        ([entry(P, S.LISTED)], {}, Standing.LISTED_PROVINCIAL),
        ([entry(P, S.LISTED), entry(N, S.PUBLIC_NOTICE)], {}, Standing.LISTED_PROVINCIAL),
        ([entry(P, S.LISTED), entry(N, S.LISTED)], {}, Standing.LISTED_NATIONAL),
        ([entry(P, S.RECTIFICATION)], {}, Standing.WARNED),
        ([entry(P, S.LISTED), entry(N, S.RECTIFICATION)], {}, Standing.WARNED),
        ([entry(P, S.REMOVED), entry(N, S.LISTED)], {}, Standing.REMOVED),
        ([entry(P, S.LISTED), entry(N, S.REMOVED)], {}, Standing.LISTED_PROVINCIAL),
    ],
)
def test_each_word_has_its_records(known: list[Any], more: dict[str, Any], word: Standing) -> None:
    assert standing(known, Decimal(12), on=ON, **more) is word


@pytest.mark.parametrize("known", [[], [entry(P, S.PROPOSED)], [entry(P, S.PUBLIC_NOTICE)]])
def test_a_mine_with_less_than_three_years_left_is_exempt_until_it_is_listed(known: list[Any]) -> None:
    assert standing(known, Decimal("2.99"), on=ON, contracts=[CONTRACT]) is Standing.EXEMPT_CLOSING
    assert standing([*known, entry(P, S.LISTED, ON)], Decimal("2.99"), on=ON) is Standing.LISTED_PROVINCIAL


@given(known=entries, remaining=left, on=days)
def test_what_comes_later_does_not_matter(known: list[Any], remaining: Decimal | None, on: date) -> None:
    past = [one for one in known if one.effective_on <= on]
    assert standing(known, remaining, on=on) is standing(past, remaining, on=on)


@given(known=entries, remaining=left, on=days, data=st.data())
def test_the_order_in_which_records_came_does_not_matter(
    known: list[Any], remaining: Decimal | None, on: date, data: st.DataObject
) -> None:
    assert standing(data.draw(st.permutations(known)), remaining, on=on) is standing(known, remaining, on=on)


@given(known=entries, remaining=left, on=days)
def test_only_the_latest_entry_of_each_level_counts(known: list[Any], remaining: Decimal | None, on: date) -> None:
    latest = [
        max(one, key=lambda entry: entry.effective_on)
        for level in DirectoryLevel
        if (one := [e for e in known if e.level is level and e.effective_on <= on])
    ]
    assert standing(latest, remaining, on=on) is standing(known, remaining, on=on)


@given(known=entries, remaining=left, on=days)
def test_a_standing_holds_until_the_next_entry(known: list[Any], remaining: Decimal | None, on: date) -> None:
    following = min((one.effective_on for one in known if one.effective_on > on), default=on + timedelta(days=400))
    assert standing(known, remaining, on=following - timedelta(days=1)) is standing(known, remaining, on=on)


@given(known=entries, remaining=left, on=days)
def test_contracts_and_assessments_never_list_or_remove_a_mine(known: list[Any], remaining: Decimal | None, on: date) -> None:
    bare = standing(known, remaining, on=on)
    more = standing(known, remaining, on=on, contracts=[CONTRACT], assessments=[ASSESSMENT])
    settled = {Standing.REMOVED, Standing.WARNED, Standing.EXEMPT_CLOSING, Standing.PUBLIC_NOTICE, *LISTED}
    assert (more is bare) if bare in settled else more not in settled


@given(known=entries, on=days)
def test_removal_from_the_provincial_directory_ends_everything(known: list[Any], on: date) -> None:
    out = [*(one for one in known if one.effective_on < on), entry(P, S.REMOVED, on)]
    assert standing(out, Decimal(9), on=on, contracts=[CONTRACT], assessments=[ASSESSMENT]) is Standing.REMOVED


def mine(**more: Any) -> Any:
    return read(RecordKind.MINE, makers.mine(**more))


@pytest.mark.parametrize(
    ("said", "duty"),
    [
        ({}, BuildDuty.MUST_BUILD),
        ({"lifeCycle": "EXPANSION"}, BuildDuty.MUST_BUILD),
        ({"lifeCycle": "NEW", "normalProduction3Years": False}, BuildDuty.MUST_BUILD),
        ({"normalProduction3Years": False}, BuildDuty.NOT_PRODUCING),
        ({"normalProduction3Years": None}, BuildDuty.MUST_BUILD),
        ({"lifeCycle": "SUSPENDED"}, BuildDuty.NOT_PRODUCING),
        ({"licenceValidUntil": "2026-11-01"}, BuildDuty.NO_VALID_LICENCE),
        ({"licenceValidUntil": "2026-11-02"}, BuildDuty.MUST_BUILD),
        ({"licenceValidFrom": "2026-11-03"}, BuildDuty.NO_VALID_LICENCE),
        ({"remainingYears": "2.99"}, BuildDuty.CLOSURE_DUTIES),
        ({"remainingYears": "3.00"}, BuildDuty.MUST_BUILD),
        ({"remainingYears": None}, BuildDuty.MUST_BUILD),
        ({"lifeCycle": "CLOSING", "licenceValidUntil": "2026-01-01"}, BuildDuty.CLOSURE_DUTIES),
        ({"lifeCycle": "CLOSED", "remainingYears": "1"}, BuildDuty.CLOSED),
    ],
)
def test_who_must_build_and_who_is_exempt_and_why(said: dict[str, Any], duty: BuildDuty) -> None:
    assert build_duty(mine(**said), ON) is duty
    assert held_to_closure(mine(**said)) is (duty is BuildDuty.CLOSURE_DUTIES)


@pytest.mark.parametrize("scale", list(MineScale))
@pytest.mark.parametrize("life", list(LifeCycle))
def test_large_and_medium_mines_that_must_build_sign_a_contract(scale: MineScale, life: LifeCycle) -> None:
    one = mine(scale=scale.value, lifeCycle=life.value)
    wanted = build_duty(one, ON) is BuildDuty.MUST_BUILD and scale is not MineScale.SMALL
    assert must_contract(one, ON) is wanted
