"""Experts are drawn by lot, without ties to the mine's holder, and anybody can draw again."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.declaring.fields import validate
from hub.domain.records.experts import Expert, Speciality
from hub.domain.rules.draws import draw
from hub.domain.words.errors import ErrorCode, HubError
from tests import duties
from tests.makers import uscc

ON = date(2026, 11, 2)
HOLDER = uscc(1)


def expert(number: int, *specialities: str, **more: Any) -> Expert:
    facts, problems = validate(Expert, duties.expert(number, specialities=list(specialities) or ["GEOLOGY"], **more), ON)
    assert facts is not None, problems
    return facts


def numbers(pool: list[Expert], count: int, *specialities: Speciality, seed: str = "示例") -> list[str]:
    return [one.expert_no for one in draw(pool, HOLDER, count=count, specialities=specialities, seed=seed, on=ON).drawn]


def test_who_works_for_the_holder_or_has_declared_ties_is_left_out_and_named() -> None:
    pool = [expert(1, employerUscc=HOLDER), expert(2, avoids=[uscc(5), HOLDER]), expert(3, employerUscc=uscc(2)), expert(4)]
    facts = draw(pool, HOLDER, count=2, seed="示例", on=ON)
    assert {one.expert_no for one in facts.drawn} == {"E3", "E4"}
    assert (facts.tied, facts.pool) == (("E1", "E2"), 4)


def test_only_who_is_in_the_pool_that_day_is_drawn() -> None:
    pool = [expert(1, joinedOn="2026-11-02"), expert(2, leftOn="2026-11-01"), expert(3, leftOn="2026-11-02")]
    assert sorted(numbers(pool, 2)) == ["E1", "E3"]


def test_the_same_seed_draws_the_same_in_whatever_order_the_pool_comes() -> None:
    pool = [expert(n) for n in range(1, 40)]
    assert numbers(pool, 5) == numbers(pool[::-1], 5)
    assert numbers(pool, 5) != numbers(pool, 5, seed="另一")


def test_each_speciality_has_an_expert_of_its_own_even_where_the_first_choice_blocks_another() -> None:
    # Whichever of the two is drawn first for geology, only one of them knows mining as well.
    pool = [expert(1, "GEOLOGY", "MINING"), expert(2, "GEOLOGY")]
    for seed in map(str, range(8)):
        assert sorted(numbers(pool, 2, Speciality.GEOLOGY, Speciality.MINING, seed=seed)) == ["E1", "E2"]


@pytest.mark.parametrize(
    ("count", "specialities", "why"),
    [
        (3, (), ": 2 < 3"),
        (2, (Speciality.SAFETY,), ": SAFETY"),
        (1, (Speciality.GEOLOGY, Speciality.MINING), "1 experts for 2 specialities"),
    ],
)
def test_a_pool_that_has_not_enough_is_told(count: int, specialities: tuple[Speciality, ...], why: str) -> None:
    with pytest.raises(HubError) as caught:
        numbers([expert(1, "GEOLOGY"), expert(2, "MINING")], count, *specialities)
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_INPUT, "count")
    assert caught.value.detail.endswith(why)


words = st.sampled_from([Speciality.GEOLOGY, Speciality.MINING, Speciality.ECOLOGY])


@given(
    knows=st.lists(st.lists(words, min_size=1, max_size=3, unique=True), max_size=6),
    wanted=st.lists(words, max_size=4),
    more=st.integers(0, 2),
    seed=st.text(max_size=3),
)
def test_a_draw_fails_only_where_nobody_could_make_one(
    knows: list[list[Speciality]], wanted: list[Speciality], more: int, seed: str
) -> None:
    pool = [expert(n, *one) for n, one in enumerate(knows)]
    count = len(wanted) + more

    def can(free: tuple[int, ...], left: list[Speciality]) -> bool:
        if not left:
            return True
        return any(left[0] in knows[n] and can(tuple(m for m in free if m != n), left[1:]) for n in free)

    possible = any(can(some, wanted) for some in combinations(range(len(pool)), count))
    try:
        found = draw(pool, HOLDER, count=count, specialities=wanted, seed=seed, on=ON).drawn
    except HubError:
        assert not possible
    else:
        assert possible
        assert len({one.expert_no for one in found}) == count
        assert can(tuple(int(one.expert_no[1:]) for one in found), wanted)
