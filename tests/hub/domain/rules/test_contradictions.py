"""What departments say against one another, by days, without making a green standing doubtful."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from hub.domain.records.contracts import ContractKind
from hub.domain.records.opinions import OpinionTopic, Verdict
from hub.domain.records.zones import ZoneKind
from hub.domain.rules.conflicts import ConflictCode as Code
from hub.domain.rules.contradictions import CONTRADICTIONS
from hub.domain.rules.timelines import END, Fact, Facts

DAY = date(2026, 11, 2)
ONE = timedelta(1)
FROM = date(2020, 1, 1)
MINE = Fact("mine", SimpleNamespace(enterprise_uscc="HOLDER", licence_valid_from=FROM))

Days = list[tuple[date, date]]


def days(code: Code, *mines: Fact, **records: list[Fact]) -> Days:
    rule = next(rule for rule in CONTRADICTIONS if rule.name == code)
    line = rule.line(Facts({"mine": list(mines or [MINE])} | records))
    return sorted((span.from_day, span.until_day) for span in line)


def enterprise(uscc: str = "HOLDER", **known: date) -> Fact:
    return Fact("enterprise", SimpleNamespace(uscc=uscc), **known)


@pytest.mark.parametrize(
    ("enterprises", "wanted"),
    [
        ([], [(FROM, END)]),
        ([enterprise("OTHER")], [(FROM, END)]),
        ([enterprise()], []),
        ([enterprise(known_from=DAY)], [(FROM, DAY)]),
        ([enterprise(known_until=DAY)], [(DAY, END)]),
    ],
)
def test_a_holder_is_registered_from_the_day_on_which_it_is_known(enterprises: list[Fact], wanted: Days) -> None:
    assert days(Code.HOLDER_NOT_REGISTERED, enterprise=enterprises) == wanted


def test_of_who_holds_a_mine_no_more_nothing_is_said() -> None:
    before = Fact("mine", SimpleNamespace(enterprise_uscc="OTHER", licence_valid_from=FROM), known_until=DAY)
    after = Fact("mine", SimpleNamespace(enterprise_uscc="HOLDER", licence_valid_from=FROM), known_from=DAY)
    assert days(Code.HOLDER_NOT_REGISTERED, before, after) == [(DAY, END)]


def _mine(years: str | None, **known: date) -> Fact:
    left = None if years is None else Decimal(years)
    return Fact("mine", SimpleNamespace(remaining_years=left), **known)


@pytest.mark.parametrize(
    ("mines", "contract", "wanted"),
    [
        ([_mine("2.99")], {}, [(DAY, END)]),
        ([_mine("3.00")], {}, []),
        ([_mine(None)], {}, []),
        ([_mine("2.99")], {"contract_kind": ContractKind.TRANSFER}, []),
        ([_mine("2.99")], {"terminated_on": DAY + ONE}, [(DAY, DAY + ONE)]),
        # What counts is what was known when it was signed.
        ([_mine("2.99", known_until=DAY), _mine("3.00", known_from=DAY)], {}, []),
        ([_mine("3.00", known_until=DAY), _mine("2.99", known_from=DAY)], {}, [(DAY, END)]),
        ([_mine("3.00", known_until=DAY + ONE), _mine("2.99", known_from=DAY + ONE)], {}, []),
    ],
)
def test_a_mine_with_less_than_three_years_left_signs_no_construction_contract(
    mines: list[Fact], contract: dict[str, Any], wanted: Days
) -> None:
    known = {"contract_kind": ContractKind.CONSTRUCTION, "signed_on": DAY, "terminated_on": None, "document_number": "示例合"}
    signed = Fact("contract", SimpleNamespace(**known | contract))
    assert days(Code.CONTRACTED_TOO_LITTLE_LEFT, *mines, contract=[signed]) == wanted


def _held_by(uscc: str, **known: date) -> Fact:
    return Fact("mine", SimpleNamespace(enterprise_uscc=uscc), **known)


@pytest.mark.parametrize(
    ("mines", "contract", "wanted"),
    [
        ([_held_by("HOLDER")], {}, []),
        ([_held_by("OTHER")], {}, [(DAY, END)]),
        ([_held_by("OTHER")], {"contract_kind": ContractKind.TRANSFER}, [(DAY, END)]),
        ([_held_by("OTHER")], {"terminated_on": DAY + ONE}, [(DAY, DAY + ONE)]),
        # Who held it when it was signed has signed, whoever holds it since.
        ([_held_by("HOLDER", known_until=DAY + ONE), _held_by("OTHER", known_from=DAY + ONE)], {}, []),
        ([_held_by("HOLDER", known_until=DAY), _held_by("OTHER", known_from=DAY)], {}, [(DAY, END)]),
        ([_held_by("OTHER", known_until=DAY), _held_by("HOLDER", known_from=DAY)], {}, []),
    ],
)
def test_who_holds_a_mine_signs_its_contract(mines: list[Fact], contract: dict[str, Any], wanted: Days) -> None:
    known = {"contract_kind": ContractKind.CONSTRUCTION, "signed_on": DAY, "terminated_on": None, "document_number": "示例合"}
    signed = Fact("contract", SimpleNamespace(**known | {"party_uscc": "HOLDER"} | contract))
    assert days(Code.CONTRACTED_WITH_ANOTHER, *mines, contract=[signed]) == wanted


@pytest.mark.parametrize(
    ("code", "kind"),
    [(Code.RESTORATION_OVERDUE, "restoration_plan"), (Code.VEGETATION_OVERDUE, "forest_land_use")],
)
@pytest.mark.parametrize(("owed_since", "wanted"), [(DAY, [(DAY + ONE, END)]), (None, [])])
def test_what_is_owed_is_overdue_the_day_after(code: Code, kind: str, owed_since: date | None, wanted: Days) -> None:
    owed = Fact("owed", SimpleNamespace(owed_since=owed_since, document_number="示例1号"))
    assert days(code, **{kind: [owed]}) == wanted
    gone = Fact("mine", SimpleNamespace(), known_until=DAY + ONE)
    assert days(code, gone, **{kind: [owed]}) == []


def opinion(name: str = "opinion", on: date = FROM, **more: Any) -> Fact:
    known = {"department": "NATURAL_RESOURCES", "verdict": Verdict.AGREE, "issued_on": on, "valid_until": None}
    topics = (OpinionTopic.GENERAL, OpinionTopic.ECOLOGICAL_RED_LINE)
    return Fact(name, SimpleNamespace(**known | {"topics": topics, "document_number": name} | more))


def screening(name: str = "screening", on: date = FROM, **more: Any) -> Fact:
    known = {"zone_kind": ZoneKind.ECOLOGICAL_RED_LINE, "touches": True, "screened_on": on}
    return Fact(name, SimpleNamespace(**known | more))


@pytest.mark.parametrize(
    ("opinions", "screenings", "wanted"),
    [
        ([opinion()], [screening()], [(FROM, END)]),
        ([opinion(on=DAY)], [screening()], [(DAY, END)]),
        ([opinion()], [screening(on=DAY)], [(DAY, END)]),
        ([opinion(valid_until=DAY)], [screening()], [(FROM, DAY + ONE)]),
        ([opinion(verdict=Verdict.DISAGREE)], [screening()], []),
        ([opinion(verdict=Verdict.AGREE_WITH_CONDITIONS)], [screening()], []),
        ([opinion(topics=(OpinionTopic.PROTECTED_AREA,))], [screening()], []),
        ([opinion(topics=(OpinionTopic.PROTECTED_AREA,))], [screening(zone_kind=ZoneKind.PROTECTED_AREA)], [(FROM, END)]),
        ([opinion()], [screening(touches=False)], []),
        # The department's later word on the zone replaces its earlier; another's, or one on something else, does not.
        ([opinion(), opinion("later", DAY, verdict=Verdict.DISAGREE)], [screening()], [(FROM, DAY)]),
        ([opinion(), opinion("later", DAY, verdict=Verdict.DISAGREE, department="ECOLOGY")], [screening()], [(FROM, END)]),
        ([opinion(), opinion("later", DAY, verdict=Verdict.DISAGREE, topics=())], [screening()], [(FROM, END)]),
        ([opinion()], [screening(), screening("later", DAY, touches=False)], [(FROM, DAY)]),
        ([opinion()], [screening(), screening("later", DAY, touches=False, zone_kind=ZoneKind.PROTECTED_AREA)], [(FROM, END)]),
    ],
)
def test_an_agreement_stands_against_the_last_screening_that_touches(
    opinions: list[Fact], screenings: list[Fact], wanted: Days
) -> None:
    assert days(Code.AGREED_DESPITE_OVERLAP, opinion=opinions, screening=screenings) == wanted


def test_an_overlap_tells_both_records_and_the_kind_of_zone() -> None:
    rule = next(rule for rule in CONTRADICTIONS if rule.name == Code.AGREED_DESPITE_OVERLAP)
    [span] = rule.line(Facts({"mine": [MINE], "opinion": [opinion()], "screening": [screening()]}))
    told = span.state
    assert (told.state, told.about, told.because, told.label) == (
        "ECOLOGICAL_RED_LINE",
        "opinion:screening",
        ("opinion", "screening"),
        "opinion",
    )
