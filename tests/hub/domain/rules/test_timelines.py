"""What a rule says of every day is worked out of the days on which it can say something else: each from both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hub.domain.rules.timelines import BEGINNING, END, During, Fact, Facts, Rule, Span, State, next_turn

DAY = date(2026, 11, 2)
ONE = timedelta(1)
BEFORE, AFTER = DAY - ONE, DAY + ONE
HOLDS = State("HOLDS")

Says = Callable[[Facts, date], Iterable[State]]


def dated(day: date | None, word: str = "one", **more: Any) -> Fact:
    return Fact(word, SimpleNamespace(day=day), **more)


def from_its_day(facts: Facts, day: date) -> list[State]:
    return [HOLDS for fact in facts.of("permit") if fact.record.day is not None and fact.record.day <= day]


def up_to_its_day(facts: Facts, day: date) -> list[State]:
    return [HOLDS for fact in facts.of("permit") if fact.record.day is not None and day <= fact.record.day]


def as_known(facts: Facts, day: date) -> list[State]:
    known = facts.version("permit", day)
    return [State(known.id)] if known else []


def as_said_beside(facts: Facts, day: date) -> list[State]:
    return facts.states("ANOTHER", day)


def rule(on: Says, *fields: str, **more: Any) -> Rule:
    reads: Mapping[str, tuple[str, ...]] = {"permit": fields}
    return Rule(name="RULE", reads=reads, on=on, **more)


def days(spans: Iterable[Span]) -> list[tuple[str, date, date]]:
    return [(span.state.state, span.from_day, span.until_day) for span in spans]


def test_a_line_runs_from_the_calendars_first_day_to_one_that_no_record_names() -> None:
    assert days(rule(lambda _facts, _day: [HOLDS]).line(Facts({}))) == [("HOLDS", date(1, 1, 1), date(9000, 1, 1))]


@pytest.mark.parametrize(
    ("named", "since", "until"),
    [
        (DAY, [("HOLDS", DAY, END)], [("HOLDS", BEGINNING, AFTER)]),
        (None, [], []),
        # The calendar's first day has none before it, the last of a line none after it.
        (BEGINNING, [("HOLDS", BEGINNING, END)], [("HOLDS", BEGINNING, BEGINNING + ONE)]),
        (END - ONE, [("HOLDS", END - ONE, END)], [("HOLDS", BEGINNING, END)]),
        (END, [], [("HOLDS", BEGINNING, END)]),
        (date.max, [], [("HOLDS", BEGINNING, END)]),
    ],
    ids=str,
)
def test_a_line_changes_on_a_day_that_a_record_names_or_as_that_day_is_over(
    named: date | None, since: list[Any], until: list[Any]
) -> None:
    facts = Facts({"permit": [dated(named)]})
    assert days(rule(from_its_day, "day").line(facts)) == since
    assert days(rule(up_to_its_day, "day").line(facts)) == until
    # A day that no field names, as so long before another, is told beside them.
    assert (
        days(rule(up_to_its_day, turns=lambda facts: [one.record.day or DAY for one in facts.of("permit")]).line(facts))
        == until
    )


def test_a_field_that_a_rule_does_not_read_turns_nothing() -> None:
    assert days(rule(from_its_day).line(Facts({"permit": [dated(DAY)]}))) == []


def test_a_version_is_known_from_its_first_day_to_the_day_before_the_next() -> None:
    old, new = dated(None, "old", known_until=DAY), dated(None, "new", known_from=DAY, known_until=AFTER)
    facts = Facts({"permit": [old, new]})
    known = [facts.version("permit", day) for day in (BEGINNING, BEFORE, DAY, AFTER)]
    assert [one and one.id for one in known] == ["old", "old", "new", None]
    assert facts.version("mine", DAY) is None
    assert days(rule(as_known).line(facts)) == [("old", BEGINNING, DAY), ("new", DAY, AFTER)]


def test_what_another_rule_says_holds_on_its_first_day_and_on_its_last_no_more() -> None:
    another = {"ANOTHER": [Span(DAY, AFTER, HOLDS), Span(AFTER, END, State("AFTERWARDS"))]}
    facts = Facts({}).beside(another)
    assert [[one.state for one in facts.states("ANOTHER", day)] for day in (BEFORE, DAY, AFTER)] == [
        [],
        ["HOLDS"],
        ["AFTERWARDS"],
    ]
    assert facts.states("NO RULE", DAY) == []
    assert days(rule(as_said_beside, after=("ANOTHER",)).line(facts)) == [("HOLDS", DAY, AFTER), ("AFTERWARDS", AFTER, END)]


def test_records_that_a_rule_does_not_look_at_turn_nothing_and_do_not_concern_it() -> None:
    looks = rule(from_its_day, "day", rows={"permit": lambda record: record.day != DAY})
    assert days(looks.line(Facts({"permit": [dated(DAY)]}))) == []
    assert days(looks.line(Facts({"permit": [dated(AFTER)]}))) == [("HOLDS", AFTER, END)]
    assert not looks.concerns("permit", dated(DAY).record)
    assert looks.concerns("permit", dated(AFTER).record)
    assert not looks.concerns("mine", dated(AFTER).record)
    assert rule(from_its_day, "day").concerns("permit", dated(DAY).record)


def test_a_state_that_goes_on_is_one_span_one_that_comes_back_is_two_and_two_may_hold_at_once() -> None:
    def weekly(_: Facts, day: date) -> list[State]:
        return [*([HOLDS] if day != DAY else []), *([State("BESIDE")] if day >= DAY else [])]

    told = rule(weekly, "day").line(Facts({"permit": [dated(DAY), dated(BEFORE, "two")]}))
    assert sorted(days(told)) == [("BESIDE", DAY, END), ("HOLDS", BEGINNING, DAY), ("HOLDS", AFTER, END)]


@pytest.mark.parametrize(
    ("word", "told"), [("LISTED", [("HOLDS", DAY, AFTER)]), ("TWICE", [("HOLDS", DAY - 9 * ONE, BEFORE)]), ("REMOVED", [])]
)
def test_what_rests_on_another_rule_speaks_of_the_days_on_which_that_says_so(word: str, told: list[Any]) -> None:
    resting = rule(lambda _facts, _day: [HOLDS], only=During("ANOTHER", frozenset({word, "ELSE"})), after=("ANOTHER",))
    twice = [Span(DAY - 9 * ONE, DAY - 5 * ONE, State("TWICE")), Span(DAY - 5 * ONE, BEFORE, State("TWICE"))]
    beside = {"ANOTHER": [*twice, Span(BEFORE, DAY, State("WARNED")), Span(DAY, AFTER, State("LISTED"))]}
    assert days(resting.line(Facts({}, beside))) == told
    assert days(resting.line(Facts({}))) == []


@pytest.mark.parametrize(
    ("named", "turn"),
    [(BEFORE, END), (DAY, AFTER), (AFTER, AFTER), (END - ONE, END - ONE), (END, END), (date.max, END), (None, END)],
    ids=str,
)
def test_the_next_turn_is_a_day_that_is_named_or_the_day_after_today(named: date | None, turn: date) -> None:
    facts = Facts({"permit": [dated(named)]})
    by_field = rule(from_its_day, "day")
    by_turn = rule(from_its_day, turns=lambda facts: [one.record.day for one in facts.of("permit") if one.record.day])
    for rules in ((by_field,), (by_turn,), (rule(as_known), by_field)):
        assert next_turn(rules, facts, DAY) == turn
    assert next_turn((rule(as_known),), facts, DAY) == END, "of what no rule reads nothing turns"


def test_the_next_turn_is_also_that_of_what_is_known_and_of_what_other_rules_say() -> None:
    later = AFTER + ONE
    versions = Facts({"permit": [dated(None, known_until=later), dated(None, "two", known_from=later)]})
    assert next_turn((rule(as_known),), versions, DAY) == later
    beside = Facts({}, {"ANOTHER": [Span(BEGINNING, DAY, HOLDS), Span(DAY, later, HOLDS)]})
    assert next_turn((rule(as_said_beside, after=("ANOTHER",)),), beside, DAY) == later
    assert next_turn((rule(as_said_beside),), beside, DAY) == END
    assert next_turn((rule(as_known, "day"), rule(as_known)), Facts({"permit": [dated(AFTER), dated(later)]}), DAY) == AFTER
