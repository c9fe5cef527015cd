"""What decisions say against the register, and against one another, by days."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from hub.domain.records.enterprises import FormerName
from hub.domain.records.penalties import PenaltyKind
from hub.domain.rules.conflicts import ConflictCode as Code
from hub.domain.rules.decisions import DECISIONS
from hub.domain.rules.timelines import END, Fact, Facts, Span

DAY = date(2026, 11, 2)
ONE = timedelta(1)
KNOWN = date(2026, 10, 1)


def line(code: Code, *penalties: Fact, enterprise: list[Fact] | None = None) -> list[Span]:
    rule = next(rule for rule in DECISIONS if rule.name == code)
    return rule.line(Facts({"penalty": penalties, "enterprise": enterprise or []}))


def penalty(name: str = "one", **more: Any) -> Fact:
    known = {"authority_code": name, "party_uscc": "PARTY", "party_name": "旧名", "decided_on": DAY, "annulled_on": None}
    return Fact(name, SimpleNamespace(**known | {"mines": ()} | more))


def named(*names: str) -> list[Fact]:
    """An enterprise that had these names, each a day longer."""
    ends = [*(KNOWN + timedelta(n) for n in range(len(names) - 1)), END]
    since = [date.min, *ends]
    known = zip(names, since, ends, strict=False)
    return [Fact("enterprise", SimpleNamespace(uscc="PARTY", name=name, former_names=()), a, b) for name, a, b in known]


@pytest.mark.parametrize(
    ("decided", "names", "wanted"),
    [
        (DAY, ["旧名"], []),
        (DAY, ["新名"], [(DAY, END)]),
        (DAY, [], []),
        # A name is right until the day on which the register tells another.
        (KNOWN, ["旧名", "新名"], []),
        (KNOWN + ONE, ["旧名", "新名"], [(KNOWN + ONE, END)]),
        (KNOWN - ONE, ["新名", "旧名"], [(KNOWN - ONE, KNOWN)]),
        (KNOWN, ["旧名", "新名", "旧名"], []),
    ],
    ids=repr,
)
def test_a_decision_names_its_party_as_it_was_registered_on_its_day(
    decided: date, names: list[str], wanted: list[tuple[date, date]]
) -> None:
    told = line(Code.NAMES_DIFFER, penalty(decided_on=decided), enterprise=named(*names) if names else [])
    assert [(span.from_day, span.until_day) for span in told] == wanted


@pytest.mark.parametrize(
    ("used_from", "used_until", "is_right"),
    [
        (None, DAY, True),
        (None, DAY - ONE, False),
        (DAY, DAY, True),
        (DAY + ONE, DAY + ONE, False),
        (DAY - ONE, DAY + ONE, True),
    ],
    ids=repr,
)
def test_a_name_that_the_register_says_was_the_partys_is_right_on_its_days(
    used_from: date | None, used_until: date, is_right: bool
) -> None:
    former = FormerName(name="旧名", used_from=used_from, used_until=used_until)
    [unsaid] = named("新名")
    said = unsaid._replace(record=SimpleNamespace(uscc="PARTY", name="新名", former_names=(former,)), known_from=KNOWN)
    told = line(Code.NAMES_DIFFER, penalty(), enterprise=[said])
    assert (told == []) is is_right
    # What the register says no longer was never so.
    taken_out = DAY + 5 * ONE
    before, now = said._replace(known_from=date.min, known_until=taken_out), unsaid._replace(known_from=taken_out)
    [span] = line(Code.NAMES_DIFFER, penalty(), enterprise=[before, now])
    assert span.from_day == (taken_out if is_right else DAY)


def test_a_name_that_differs_is_told_of_the_party_until_the_decision_is_annulled() -> None:
    [span] = line(Code.NAMES_DIFFER, penalty(annulled_on=DAY + ONE), enterprise=named("新名"))
    assert (span.from_day, span.until_day) == (DAY, DAY + ONE)
    told = span.state
    assert (told.state, told.about, told.because, told.due_on, told.label) == (
        "PARTY",
        "one",
        ("one", "enterprise"),
        DAY,
        "旧名",
    )
    assert line(Code.NAMES_DIFFER, penalty(party_uscc=None), enterprise=named("新名")) == []


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, [(DAY, END)]),
        ({"authority_code": "one"}, []),
        ({"decided_on": DAY + ONE}, []),
        ({"party_uscc": "OTHER"}, []),
        ({"party_uscc": None}, []),
        ({"party_name": "新名"}, [(DAY, END)]),
        ({"annulled_on": DAY + ONE}, [(DAY, DAY + ONE)]),
        ({"annulled_on": DAY}, []),
    ],
    ids=repr,
)
def test_one_decision_of_two_organs_is_the_same_party_and_day(more: dict[str, Any], wanted: list[tuple[date, date]]) -> None:
    told = line(Code.DECISION_TWICE, penalty("two", **more), penalty("one"))
    assert [(span.from_day, span.until_day) for span in told] == wanted


def test_a_decision_twice_is_told_once_of_two_with_the_first_mine_of_either() -> None:
    three = [penalty(name, mines=mines) for name, mines in (("b", ("M2",)), ("a", ("M3", "M1")), ("c", ()))]
    told = sorted((span.state.about, span.state.state, span.state.because) for span in line(Code.DECISION_TWICE, *three))
    assert sorted((state, because) for _, state, because in told) == [
        ("M1", ("a", "b")),
        ("M1", ("a", "c")),
        ("M2", ("b", "c")),
    ]
    # Each is known by something of its own, which names neither of the two.
    assert len({about for about, _, _ in told}) == 3
    assert all(":" not in about for about, _, _ in told)
    people = [penalty(name, party_uscc=None) for name in ("a", "b")]
    [span] = line(Code.DECISION_TWICE, *people)
    assert (span.state.state, span.state.label) == ("", None)


LAWFUL = {
    "publication_earliest_end": DAY + 90 * ONE,
    "publication_ends_on": None,
    "repaired_on": None,
    "repair_document": None,
    "kinds": (PenaltyKind.WARNING,),
    "fine": None,
    "confiscated_value": None,
    "mines": ("M2", "M1"),
}


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, []),
        ({"publication_ends_on": DAY + 89 * ONE}, [Code.PUBLICATION_TOO_SHORT]),
        ({"publication_ends_on": DAY + 90 * ONE}, []),
        ({"repaired_on": DAY + 89 * ONE, "repair_document": "修"}, [Code.PUBLICATION_TOO_SHORT]),
        ({"repaired_on": DAY + 90 * ONE, "repair_document": "修"}, []),
        ({"repaired_on": DAY + 90 * ONE}, [Code.REPAIR_WITHOUT_DOCUMENT]),
        ({"fine": 1}, [Code.MONEY_WITHOUT_KIND]),
        ({"fine": 0}, []),
        ({"fine": 1, "kinds": (PenaltyKind.FINE,)}, []),
        ({"confiscated_value": 1, "kinds": (PenaltyKind.FINE,)}, [Code.MONEY_WITHOUT_KIND]),
        ({"confiscated_value": 1, "kinds": (PenaltyKind.CONFISCATION_OF_GAINS,)}, []),
        ({"confiscated_value": 1, "kinds": (PenaltyKind.CONFISCATION_OF_PROPERTY,)}, []),
    ],
    ids=repr,
)
def test_what_no_organ_may_decide_is_told_until_it_is_annulled(more: dict[str, Any], wanted: list[Code]) -> None:
    decided = penalty(**LAWFUL | {"annulled_on": DAY + 200 * ONE} | more)
    told = {rule.name: rule.line(Facts({"penalty": [decided]})) for rule in DECISIONS if "repaired_on" in rule.reads["penalty"]}
    assert [Code(name) for name, spans in told.items() if spans] == wanted
    for span in (span for spans in told.values() for span in spans):
        assert (span.from_day, span.until_day) == (DAY, DAY + 200 * ONE)
        state = span.state
        assert (state.state, state.about, state.because, state.due_on, state.label) == ("M1", "one", ("one",), DAY, "PARTY")
