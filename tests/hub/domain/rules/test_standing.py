"""Where a mine stands: the algebra of the rule, and its words one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.record_kinds import RecordKind
from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.records.mines import LifeCycle
from hub.domain.records.standing import LISTED, Standing
from hub.domain.rules.standing import STANDING
from hub.domain.rules.timelines import BEGINNING, Fact, Facts
from tests import duties
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


def standing(
    known: Iterable[Any],
    remaining: Decimal | None = None,
    *,
    on: date = ON,
    life: LifeCycle = LifeCycle.PRODUCING,
    contracts: Sequence[Any] = (),
    assessments: Sequence[Any] = (),
) -> Standing:
    """Where a mine with these records stands on a day."""
    mine = SimpleNamespace(life_cycle=life, remaining_years=remaining)
    records = {"mine": [mine], "directory_entry": known, "contract": contracts, "assessment": assessments}
    facts = {kind: [Fact(f"{kind}_{n}", record) for n, record in enumerate(some)] for kind, some in records.items()}
    [told] = STANDING.on(Facts(facts), on)
    return Standing(told.state)


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
        ([entry(N, S.LISTED)], {}, Standing.NOT_STARTED),
        ([entry(P, S.LISTED), entry(N, S.REMOVED)], {}, Standing.LISTED_PROVINCIAL),
    ],
)
def test_each_word_has_its_records(known: list[Any], more: dict[str, Any], word: Standing) -> None:
    assert standing(known, Decimal(12), on=ON, **more) is word


@pytest.mark.parametrize("known", [[], [entry(P, S.PROPOSED)], [entry(P, S.PUBLIC_NOTICE)]])
def test_a_mine_with_less_than_three_years_left_is_exempt_until_it_is_listed(known: list[Any]) -> None:
    assert standing(known, Decimal("2.99"), on=ON, contracts=[CONTRACT]) is Standing.EXEMPT_CLOSING
    assert standing([*known, entry(P, S.LISTED, ON)], Decimal("2.99"), on=ON) is Standing.LISTED_PROVINCIAL


def test_a_mine_with_three_years_left_to_the_hundredth_is_exempt_from_nothing() -> None:
    assert standing([], Decimal("3.00"), contracts=[CONTRACT]) is Standing.CONTRACTED
    assert standing([], None, contracts=[CONTRACT]) is Standing.CONTRACTED
    assert standing([], Decimal("3.00")) is Standing.NOT_STARTED


@pytest.mark.parametrize(("kind", "record"), [("contract", CONTRACT), ("assessment", ASSESSMENT)])
def test_of_several_that_say_the_same_one_is_named(kind: str, record: Any) -> None:
    mine = SimpleNamespace(life_cycle=LifeCycle.PRODUCING, remaining_years=None)
    facts = Facts({"mine": [Fact("m", mine)], kind: [Fact("a", record), Fact("b", record)]})
    assert [state.because for state in STANDING.on(facts, ON)] == [("a",)]


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
def test_what_came_before_a_removal_does_not_matter_after_it(known: list[Any], remaining: Decimal | None, on: date) -> None:
    removals = [e.effective_on for e in known if e.level is P and e.step is S.REMOVED and e.effective_on <= on]
    since = max(removals, default=date.min)
    after = [e for e in known if e.effective_on >= since and (e.level is P or e.effective_on > since)]
    assert standing(after, remaining, on=on) is standing(known, remaining, on=on)


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


#: A national mine that was removed from the provincial directory on 1 March.
_REMOVED = [entry(P, S.LISTED, date(2026, 1, 1)), entry(N, S.LISTED, date(2026, 2, 1)), entry(P, S.REMOVED, date(2026, 3, 1))]


@pytest.mark.parametrize(
    ("after", "word"),
    [
        ([], Standing.REMOVED),
        ([(P, S.PROPOSED)], Standing.UNDER_ASSESSMENT),
        ([(P, S.PROPOSED), (P, S.PUBLIC_NOTICE)], Standing.PUBLIC_NOTICE),
        ([(P, S.PUBLIC_NOTICE), (P, S.LISTED)], Standing.LISTED_PROVINCIAL),
        ([(P, S.PUBLIC_NOTICE), (P, S.LISTED), (N, S.PUBLIC_NOTICE)], Standing.LISTED_PROVINCIAL),
        ([(P, S.PUBLIC_NOTICE), (P, S.LISTED), (N, S.LISTED)], Standing.LISTED_NATIONAL),
    ],
)
def test_a_removed_national_mine_is_one_again_by_a_later_national_listing_only(
    after: list[tuple[DirectoryLevel, DirectoryStep]], word: Standing
) -> None:
    later = [entry(level, step, date(2026, 4, 1 + place)) for place, (level, step) in enumerate(after)]
    assert standing([*_REMOVED, *later]) is word


def test_a_national_listing_counts_as_long_as_the_provincial_one_stands() -> None:
    provincial, national = _REMOVED[:2]
    assert standing([provincial, national]) is Standing.LISTED_NATIONAL
    # The provincial listing was withdrawn.
    assert standing([national]) is Standing.NOT_STARTED


@pytest.mark.parametrize(("life", "word"), [(LifeCycle.CLOSED, Standing.CLOSED), (LifeCycle.CLOSING, Standing.CLOSING)])
def test_a_mine_that_closes_is_listed_no_more_whatever_the_directory_says(life: LifeCycle, word: Standing) -> None:
    assert standing([entry(P, S.LISTED)], life=life) is word


def test_a_mine_stands_as_it_was_known_on_the_day() -> None:
    producing, closed = (
        SimpleNamespace(life_cycle=life, remaining_years=None) for life in (LifeCycle.PRODUCING, LifeCycle.CLOSED)
    )
    closed_on = date(2026, 5, 1)
    facts = Facts(
        {
            "mine": [Fact("mine", producing, known_until=closed_on), Fact("mine", closed, known_from=closed_on)],
            "directory_entry": [Fact("entry", entry(P, S.LISTED, date(2025, 4, 1)))],
        }
    )
    told = [(span.from_day, span.state.state, span.state.because) for span in STANDING.line(facts)]
    assert told == [
        (BEGINNING, "NOT_STARTED", ()),
        (date(2025, 4, 1), "LISTED_PROVINCIAL", ("entry",)),
        (closed_on, "CLOSED", ("mine",)),
    ]
