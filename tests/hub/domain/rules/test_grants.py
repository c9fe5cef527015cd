"""Supports that were given to who is not listed, to who is barred, or by no policy, on both sides of their days."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.rules.bars import BARRED
from hub.domain.rules.conflicts import ConflictCode as Code
from hub.domain.rules.grants import GRANTS
from hub.domain.rules.timelines import BEGINNING, END, Fact, Facts, Span, State

DAY = date(2026, 11, 2)
ONE = timedelta(1)


def line(code: Code, grant: Fact, *policies: Fact, bars: list[Span] | None = None) -> list[Span]:
    rule = next(rule for rule in GRANTS if rule.name == code)
    records = {"mine": [Fact("mine", SimpleNamespace())], "support_grant": [grant], "support_policy": policies}
    return rule.line(Facts(records, {BARRED.name: bars or []}))


def grant(**more: Any) -> Fact:
    known = {"granted_on": DAY, "ends_on": None, "document_number": "示例批", "department": "FINANCE"}
    return Fact("grant", SimpleNamespace(**known | {"support": "FUND", "policy_number": "示例策"} | more))


LISTED = SimpleNamespace(level=DirectoryLevel.PROVINCIAL, step=DirectoryStep.LISTED, effective_on=DAY)
NATIONAL = SimpleNamespace(level=DirectoryLevel.NATIONAL, step=DirectoryStep.LISTED, effective_on=DAY)
WARNED = SimpleNamespace(level=DirectoryLevel.PROVINCIAL, step=DirectoryStep.RECTIFICATION, effective_on=DAY + ONE)
REMOVED = SimpleNamespace(level=DirectoryLevel.PROVINCIAL, step=DirectoryStep.REMOVED, effective_on=DAY + ONE)


@pytest.mark.parametrize(
    ("given_on", "entries", "is_listed"),
    [
        (DAY, [], False),
        (DAY - ONE, [LISTED], False),
        (DAY, [LISTED], True),
        (DAY, [LISTED, NATIONAL], True),
        # In the national directory alone, to which the province recommends, a mine is in none.
        (DAY, [NATIONAL], False),
        (DAY, [LISTED, WARNED], True),
        (DAY + ONE, [LISTED, WARNED], False),
        (DAY, [LISTED, REMOVED], True),
        (DAY + ONE, [LISTED, REMOVED], False),
    ],
)
def test_a_support_is_given_to_a_mine_that_was_listed_that_day(given_on: date, entries: list[Any], is_listed: bool) -> None:
    rule = next(rule for rule in GRANTS if rule.name == Code.GRANTED_TO_UNLISTED)
    given = grant(granted_on=given_on, ends_on=given_on + ONE)
    directory = [Fact(f"entry{n}", one) for n, one in enumerate(entries)]
    records = {"mine": [Fact("mine", SimpleNamespace())], "support_grant": [given], "directory_entry": directory}
    told = [] if is_listed else [(given_on, given_on + 2 * ONE, ("FINANCE", "grant", ("grant",), None, "示例批"))]
    assert rule.line(Facts(records)) == told


def barred(since: date, until: date = END, name: str = "list") -> Span:
    return Span(since, until, State("RIGHT_HOLDER_ABNORMAL", about=name, because=(name,), due_on=since))


@pytest.mark.parametrize(
    ("more", "bars", "wanted"),
    [
        ({}, [], []),
        ({}, [barred(DAY)], [(DAY, END)]),
        ({}, [barred(BEGINNING, DAY)], []),
        ({}, [barred(BEGINNING, DAY + ONE)], [(DAY, END)]),
        # What was given once and for all is not barred afterwards; what runs is.
        ({}, [barred(DAY + ONE)], []),
        ({"ends_on": DAY + 9 * ONE}, [barred(DAY + ONE)], [(DAY + ONE, DAY + 10 * ONE)]),
        ({"ends_on": DAY + 9 * ONE}, [barred(DAY + ONE, DAY + 3 * ONE)], [(DAY + ONE, DAY + 3 * ONE)]),
        ({"ends_on": DAY + 9 * ONE}, [barred(DAY, DAY + ONE)], [(DAY, DAY + 10 * ONE)]),
        ({"ends_on": DAY}, [barred(DAY + ONE)], []),
    ],
    ids=repr,
)
def test_a_support_is_not_given_to_a_barred_mine(
    more: dict[str, Any], bars: list[Span], wanted: list[tuple[date, date]]
) -> None:
    told = line(Code.GRANTED_TO_BARRED, grant(**more), bars=bars)
    assert [(span.from_day, span.until_day) for span in told] == wanted


def test_each_list_is_told_with_the_record_that_has_it_and_who_gave() -> None:
    told = line(Code.GRANTED_TO_BARRED, grant(), bars=[barred(BEGINNING), barred(DAY, name="other")])
    assert [(span.state.state, span.state.about, span.state.because, span.state.label) for span in told] == [
        ("FINANCE", "grant:list", ("grant", "list"), "示例批"),
        ("FINANCE", "grant:other", ("grant", "other"), "示例批"),
    ]


def policy(**more: Any) -> Fact:
    known = {"document_number": "示例策", "support": "FUND", "effective_on": DAY, "ends_on": None}
    return Fact("policy", SimpleNamespace(**known | more))


@pytest.mark.parametrize(
    ("more", "policies", "unknown"),
    [
        ({}, [], True),
        ({}, [policy()], False),
        ({}, [policy(document_number="示例它策")], True),
        ({}, [policy(support="LAND")], True),
        ({}, [policy(effective_on=DAY + ONE)], True),
        ({}, [policy(ends_on=DAY)], False),
        ({}, [policy(effective_on=DAY - ONE, ends_on=DAY - ONE)], True),
        ({}, [policy(support="LAND"), policy()], False),
    ],
    ids=repr,
)
def test_a_support_is_given_by_a_policy_in_force(more: dict[str, Any], policies: list[Fact], unknown: bool) -> None:
    told = line(Code.GRANTED_BY_NO_POLICY, grant(**more), *policies)
    assert [(span.from_day, span.until_day, span.state.state) for span in told] == [(DAY, END, "FINANCE")] * unknown


def test_a_support_that_has_ended_or_names_no_policy_is_no_contradiction() -> None:
    [span] = line(Code.GRANTED_BY_NO_POLICY, grant(ends_on=DAY + ONE))
    assert (span.from_day, span.until_day) == (DAY, DAY + 2 * ONE)
    assert line(Code.GRANTED_BY_NO_POLICY, grant(policy_number=None)) == []
