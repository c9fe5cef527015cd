"""Supports that were given to who is barred, or by no policy, on both sides of their days."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

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
