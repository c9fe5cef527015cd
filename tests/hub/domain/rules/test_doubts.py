"""What makes a green standing doubtful, on both sides of every day from which it does."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from hub.domain.records.assessments import AssessmentResult
from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.records.enterprises import RegistrationStatus
from hub.domain.records.mines import LifeCycle
from hub.domain.records.mining_right_listings import BlackList
from hub.domain.records.opinions import OpinionNature, Verdict
from hub.domain.records.penalties import PenaltyKind, PublicationClass
from hub.domain.records.zones import ZoneKind
from hub.domain.rules.bars import BARRED
from hub.domain.rules.conflicts import ConflictCode as Code
from hub.domain.rules.doubts import DOUBTS
from hub.domain.rules.rule_set import lines, rules_of
from hub.domain.rules.supports import SUPPORT
from hub.domain.rules.timelines import BEGINNING, END, Fact, Facts, Rule, Span, Subject

LISTED_ON = date(2025, 3, 20)
DAY = date(2026, 11, 2)
ONE = timedelta(1)


def mine(**more: Any) -> Fact:
    known = {
        "enterprise_uscc": "HOLDER",
        "life_cycle": LifeCycle.PRODUCING,
        "remaining_years": None,
        "normal_production_3_years": None,
        "scale": None,
        "licence_valid_from": date(2020, 1, 1),
        "licence_valid_until": date(2040, 1, 1),
    }
    return Fact("mine", SimpleNamespace(**known | more))


def entry(step: DirectoryStep = DirectoryStep.LISTED, on: date = LISTED_ON, **more: Any) -> Fact:
    known = {"level": DirectoryLevel.PROVINCIAL, "step": step, "effective_on": on, "rectification_due_on": None}
    known |= {"notice_from": None, "notice_until": None}
    return Fact(f"entry {step}", SimpleNamespace(**known | {"document_number": "示例公告"} | more))


def penalty(**more: Any) -> Fact:
    known = {
        "document_number": "示例罚〔2026〕1号",
        "publication_class": PublicationClass.SERIOUS,
        "kinds": (PenaltyKind.WARNING,),
        "decided_on": date(2026, 3, 1),
        "valid_until": date(2027, 3, 1),
        "repaired_on": None,
        "publication_earliest_end": None,
        "annulled_on": None,
    }
    return Fact("penalty", SimpleNamespace(**known | more))


def enterprise(**more: Any) -> SimpleNamespace:
    known = {"uscc": "HOLDER", "registration_status": RegistrationStatus.IN_OPERATION, "serious_breach": False}
    return SimpleNamespace(**known | {"serious_breach_since": None} | more)


def known(before: SimpleNamespace, after: SimpleNamespace) -> list[Fact]:
    """A holder of whom something else is known from the day on."""
    return [Fact("holder", before, known_until=DAY), Fact("holder", after, DAY)]


def listing(**more: Any) -> Fact:
    entered = {"black_list": BlackList.ABNORMAL, "entered_on": date(2026, 2, 1), "removed_on": None}
    return Fact("listing", SimpleNamespace(**entered | more))


def said(rule: Rule, **records: list[Fact]) -> list[Span]:
    facts = Facts({"mine": [mine()], "directory_entry": [entry()]} | records)
    return lines(rules_of(Subject.MINE), facts, {})[rule.name]


def words(rule: Rule, **records: list[Fact]) -> list[tuple[date, date, str]]:
    return [(span.from_day, span.until_day, span.state.state) for span in said(rule, **records)]


def spans(code: Code, **records: list[Fact]) -> list[Span]:
    return said(next(rule for rule in DOUBTS if rule.name == code), **records)


def days(code: Code, **records: list[Fact]) -> list[tuple[date, date]]:
    return [(span.from_day, span.until_day) for span in spans(code, **records)]


def test_a_row_tells_what_contradicts_the_directory_and_by_which_records() -> None:
    [span] = spans(Code.LISTED_WITH_SERIOUS_PENALTY, penalty=[penalty()])
    told = span.state
    assert (told.state, told.about, told.because, told.label) == (
        "LISTED_WITH_SERIOUS_PENALTY",
        "penalty",
        ("penalty", "mine"),
        "示例罚〔2026〕1号",
    )


@pytest.mark.parametrize(
    ("more", "until"),
    [
        ({}, date(2027, 3, 2)),
        ({"valid_until": DAY}, DAY + ONE),
        ({"annulled_on": DAY}, DAY),
        ({"repaired_on": DAY}, DAY),
        ({"repaired_on": DAY, "annulled_on": DAY - ONE}, DAY - ONE),
        # A repair that came too early counts once the shortest publication is over.
        ({"repaired_on": DAY, "publication_earliest_end": DAY}, DAY),
        ({"repaired_on": DAY, "publication_earliest_end": DAY + 2 * ONE}, DAY + 3 * ONE),
    ],
)
def test_a_serious_penalty_stands_against_the_directory_while_it_is_in_force(more: dict[str, Any], until: date) -> None:
    assert days(Code.LISTED_WITH_SERIOUS_PENALTY, penalty=[penalty(**more)]) == [(date(2026, 3, 1), until)]


def test_it_does_so_only_while_the_mine_is_in_good_order() -> None:
    entries = [entry(), entry(DirectoryStep.RECTIFICATION, DAY)]
    assert days(Code.LISTED_WITH_SERIOUS_PENALTY, penalty=[penalty()], directory_entry=entries) == [(date(2026, 3, 1), DAY)]


@pytest.mark.parametrize("word", [PublicationClass.GENERAL, PublicationClass.MINOR, None])
@pytest.mark.parametrize(
    ("kind", "revokes"),
    [
        (PenaltyKind.LICENCE_REVOCATION, True),
        (PenaltyKind.CLOSURE, True),
        (PenaltyKind.LICENCE_SUSPENSION, False),
        (PenaltyKind.PRODUCTION_SUSPENSION, False),
    ],
)
def test_a_revocation_or_closure_counts_under_any_class(
    word: PublicationClass | None, kind: PenaltyKind, revokes: bool
) -> None:
    fined = penalty(publication_class=word, kinds=(PenaltyKind.FINE, kind))
    assert bool(days(Code.LISTED_LICENCE_REVOKED, penalty=[fined])) is revokes
    assert days(Code.LISTED_WITH_SERIOUS_PENALTY, penalty=[fined]) == []


def test_a_licence_has_expired_from_the_day_after_its_last() -> None:
    assert days(Code.LISTED_LICENCE_EXPIRED, mine=[mine(licence_valid_until=DAY)]) == [(DAY + ONE, END)]


@pytest.mark.parametrize("life", [LifeCycle.CLOSED, LifeCycle.CLOSING])
def test_a_mine_that_closes_is_still_in_the_directory_from_the_day_on_which_that_is_known(life: LifeCycle) -> None:
    versions = [Fact("mine", mine().record, known_until=DAY), Fact("mine", mine(life_cycle=life).record, DAY)]
    [span] = spans(Code.LISTED_CLOSED, mine=versions)
    assert (span.from_day, span.until_day, span.state.because) == (DAY, END, ("mine", "entry LISTED"))
    removed = [entry(), entry(DirectoryStep.REMOVED, DAY + ONE)]
    assert days(Code.LISTED_CLOSED, mine=versions, directory_entry=removed) == [(DAY, DAY + ONE)]


@pytest.mark.parametrize(("left", "short"), [("2.99", True), ("3", False), (None, False)])
def test_less_than_three_years_are_too_little(left: str | None, short: bool) -> None:
    told = days(Code.LISTED_TOO_LITTLE_LEFT, mine=[mine(remaining_years=left and Decimal(left))])
    assert told == ([(LISTED_ON, END)] if short else [])


@pytest.mark.parametrize(
    ("status", "gone"),
    [
        (RegistrationStatus.CANCELLED, True),
        (RegistrationStatus.REVOKED, True),
        (RegistrationStatus.SUSPENDED, False),
        (RegistrationStatus.MOVED_OUT, False),
    ],
)
def test_a_holder_is_gone_from_the_day_on_which_that_is_known(status: RegistrationStatus, gone: bool) -> None:
    holders = known(enterprise(), enterprise(registration_status=status))
    assert days(Code.LISTED_HOLDER_GONE, enterprise=holders) == ([(DAY, END)] if gone else [])


def test_what_becomes_of_a_former_holder_says_nothing_of_the_mine() -> None:
    gone = [Fact("holder", enterprise(uscc="ANOTHER", registration_status=RegistrationStatus.CANCELLED))]
    assert days(Code.LISTED_HOLDER_GONE, enterprise=gone) == []


def test_a_mine_is_barred_from_the_day_of_entry_until_the_day_of_removal() -> None:
    removed = [listing(removed_on=DAY)]
    assert days(Code.LISTED_BLACKLISTED, mining_right_listing=removed) == [(date(2026, 2, 1), DAY)]
    assert words(BARRED, mining_right_listing=removed) == [(date(2026, 2, 1), DAY, "RIGHT_HOLDER_ABNORMAL")]
    serious = [listing(black_list=BlackList.SERIOUS_BREACH)]
    assert words(BARRED, mining_right_listing=serious) == [(date(2026, 2, 1), END, "RIGHT_HOLDER_SERIOUS_BREACH")]


def test_a_holder_in_serious_breach_bars_its_mines_since_the_day_that_is_stated_or_else_since_it_is_known() -> None:
    breach = enterprise(serious_breach=True)
    assert words(BARRED, enterprise=known(enterprise(), breach)) == [(DAY, END, "HOLDER_SERIOUS_BREACH")]
    stated = Fact("holder", enterprise(serious_breach=True, serious_breach_since=DAY))
    assert words(BARRED, enterprise=[stated]) == [(DAY, END, "HOLDER_SERIOUS_BREACH")]
    [always] = said(BARRED, enterprise=[Fact("holder", breach)])
    assert (always.from_day, always.state.due_on) == (BEGINNING, None)


def test_supports_are_for_listed_mines_which_nothing_stands_against() -> None:
    always = {"mine": [mine(licence_valid_until=END)]}
    assert words(SUPPORT, **always) == [(BEGINNING, LISTED_ON, "NOT_LISTED"), (LISTED_ON, END, "ELIGIBLE")]
    entries = [entry(), entry(DirectoryStep.RECTIFICATION, DAY)]
    assert words(SUPPORT, directory_entry=entries, **always)[-1] == (DAY, END, "NOT_LISTED")
    expired = [mine(licence_valid_until=DAY, remaining_years=Decimal(1))]
    *_, little, both = said(SUPPORT, mine=expired)
    assert (little.until_day, little.state.state, little.state.label) == (DAY + ONE, "IN_DOUBT", '["LISTED_TOO_LITTLE_LEFT"]')
    assert (both.state.state, both.state.label) == ("IN_DOUBT", '["LISTED_LICENCE_EXPIRED","LISTED_TOO_LITTLE_LEFT"]')
    barred = words(SUPPORT, mine=expired, mining_right_listing=[listing(entered_on=DAY)])
    assert barred[-2:] == [(DAY, DAY + ONE, "BARRED"), (DAY + ONE, END, "BARRED")]


def opinion(name: str, verdict: Verdict, on: date, **more: Any) -> Fact:
    known = {"nature": OpinionNature.AUDIT, "department": "ECOLOGY", "valid_until": None, "document_number": name, "topics": ()}
    return Fact(name, SimpleNamespace(**known | {"verdict": verdict, "issued_on": on} | more))


BEFORE = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("later", "told"),
    [
        ([], [(BEFORE, END)]),
        ([opinion("later", Verdict.AGREE, DAY)], [(BEFORE, DAY)]),
        ([opinion("later", Verdict.AGREE_WITH_CONDITIONS, DAY)], [(BEFORE, DAY)]),
        ([opinion("later", Verdict.DISAGREE, DAY)], [(BEFORE, DAY), (DAY, END)]),
        ([opinion("later", Verdict.AGREE, BEFORE)], [(BEFORE, END)]),
        # What lapses has replaced what was before it all the same.
        ([opinion("later", Verdict.AGREE, DAY, valid_until=DAY)], [(BEFORE, DAY)]),
        ([opinion("later", Verdict.DISAGREE, DAY, valid_until=DAY)], [(BEFORE, DAY), (DAY, DAY + ONE)]),
        ([opinion("later", Verdict.AGREE, DAY, department="FORESTRY_GRASSLAND")], [(BEFORE, END)]),
        ([opinion("later", Verdict.AGREE, DAY, nature=OpinionNature.COMMENT)], [(BEFORE, END)]),
    ],
)
def test_a_departments_last_audit_opinion_replaces_what_it_said_before(
    later: list[Fact], told: list[tuple[date, date]]
) -> None:
    opinions = [opinion("first", Verdict.DISAGREE, BEFORE), *later]
    assert sorted(days(Code.LISTED_DESPITE_DISAGREE, opinion=opinions)) == told


def test_a_comment_that_disagrees_gates_nothing() -> None:
    comment = opinion("comment", Verdict.DISAGREE, BEFORE, nature=OpinionNature.COMMENT, department="WATER")
    assert days(Code.LISTED_DESPITE_DISAGREE, opinion=[comment]) == []


def screening(name: str, on: date, *, touches: bool, zone: ZoneKind = ZoneKind.ECOLOGICAL_RED_LINE) -> Fact:
    return Fact(name, SimpleNamespace(document_number=name, zone_kind=zone, screened_on=on, touches=touches))


def test_the_last_screening_against_each_kind_of_zone_counts() -> None:
    first = screening("first", BEFORE, touches=True)
    assert days(Code.LISTED_INSIDE_ZONE, screening=[first]) == [(BEFORE, END)]
    assert days(Code.LISTED_INSIDE_ZONE, screening=[first, screening("second", DAY, touches=False)]) == [(BEFORE, DAY)]
    assert days(Code.LISTED_INSIDE_ZONE, screening=[first, screening("second", BEFORE, touches=False)]) == [(BEFORE, END)]
    elsewhere = screening("second", DAY, touches=False, zone=ZoneKind.PROTECTED_AREA)
    assert days(Code.LISTED_INSIDE_ZONE, screening=[first, elsewhere]) == [(BEFORE, END)]
    reserve = screening("reserve", DAY, touches=True, zone=ZoneKind.PROTECTED_AREA)
    assert days(Code.LISTED_INSIDE_ZONE, screening=[reserve]) == [(DAY, END)]


def assessment(passed: date | None, failed: date | None = None) -> Fact:
    result = AssessmentResult.FAILED if failed else AssessmentResult.PASSED if passed else AssessmentResult.IN_PROGRESS
    told = {
        "assessor_uscc": None,
        "expert_nos": (),
        "steps": (),
        "assessment_no": "示例评估",
        "passed_on": passed,
        "ended_on": failed,
        "result": result,
    }
    return Fact("assessment", SimpleNamespace(**told | {"applied_on": date(2020, 1, 1)}))


NEW = date(2025, 4, 1)


@pytest.mark.parametrize(
    ("listed_on", "assessments", "told"),
    [
        (NEW, [], [(NEW, END)]),
        # What the directory had before the plan began is taken as it was.
        (NEW - ONE, [], []),
        (NEW, [assessment(None)], [(NEW, END)]),
        (NEW, [assessment(NEW)], []),
        (NEW, [assessment(DAY)], [(NEW, DAY)]),
        (NEW, [assessment(NEW, failed=DAY)], [(DAY, END)]),
        (NEW, [assessment(NEW, failed=NEW)], [(NEW, END)]),
        (NEW - ONE, [assessment(None, failed=DAY)], [(DAY, END)]),
    ],
)
def test_a_mine_is_listed_by_an_assessment_that_it_passed_and_has_not_failed_since(
    listed_on: date, assessments: list[Fact], told: list[tuple[date, date]]
) -> None:
    entries = [entry(on=listed_on)]
    assert days(Code.LISTED_WITHOUT_ASSESSMENT, directory_entry=entries, assessment=assessments) == told


@pytest.mark.parametrize(("passed", "told"), [(BEFORE, [(DAY, END)]), (BEFORE + ONE, [])])
def test_a_mine_that_was_removed_needs_a_renewed_assessment(passed: date, told: list[tuple[date, date]]) -> None:
    again = Fact("again", entry(on=DAY).record)
    entries = [entry(on=date(2025, 3, 1)), entry(DirectoryStep.REMOVED, BEFORE), again]
    assessments = [assessment(passed)]
    assert days(Code.LISTED_WITHOUT_ASSESSMENT, directory_entry=entries, assessment=assessments) == told


def test_a_rectification_is_overdue_from_the_day_after_its_term_until_it_is_ended() -> None:
    warned = entry(DirectoryStep.RECTIFICATION, BEFORE, rectification_due_on=DAY)
    assert days(Code.RECTIFICATION_OVERDUE, directory_entry=[entry(), warned]) == [(DAY + ONE, END)]
    again = Fact("again", entry(on=DAY + ONE + ONE).record)
    assert days(Code.RECTIFICATION_OVERDUE, directory_entry=[entry(), warned, again]) == [(DAY + ONE, DAY + ONE + ONE)]


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        # Of two entries of one day the later counts: listed again, which needs an assessment of after the removal.
        (
            "z",
            {
                (): [(NEW, DAY), (DAY, END)],
                (NEW,): [(DAY, END)],
                (DAY,): [(NEW, DAY), (DAY, END)],
                (DAY + ONE,): [(NEW, DAY), (DAY, DAY + ONE)],
            },
        ),
        ("a", {(): [(NEW, DAY)], (NEW,): [], (DAY,): [(NEW, DAY)], (DAY + ONE,): [(NEW, DAY)]}),
    ],
)
def test_a_mine_that_is_listed_on_the_day_on_which_it_was_removed(
    listed: str, told: dict[tuple[date, ...], list[tuple[date, date]]]
) -> None:
    removed, again = entry(DirectoryStep.REMOVED, DAY), entry(DirectoryStep.LISTED, DAY)
    entries = sorted([removed._replace(id="m"), again._replace(id=listed)], key=lambda fact: fact.id)
    for passed, wanted in told.items():
        assessments = [assessment(day) for day in passed]
        assert days(Code.LISTED_WITHOUT_ASSESSMENT, directory_entry=[entry(on=NEW), *entries], assessment=assessments) == wanted


def test_an_entry_of_a_listing_has_no_term_that_is_overdue() -> None:
    listed = entry(rectification_due_on=DAY)
    assert days(Code.RECTIFICATION_OVERDUE, directory_entry=[listed]) == []
    warned = entry(DirectoryStep.RECTIFICATION, rectification_due_on=DAY)
    assert days(Code.RECTIFICATION_OVERDUE, directory_entry=[warned]) == [(DAY + ONE, END)]
    # Of a mine that is known no more nothing is said.
    gone = [mine()._replace(known_until=DAY + ONE)]
    assert days(Code.RECTIFICATION_OVERDUE, directory_entry=[warned], mine=gone) == []


def test_an_assessment_that_ended_well_has_not_failed() -> None:
    passed = Fact("assessment", SimpleNamespace(**vars(assessment(NEW).record) | {"ended_on": DAY}))
    assert days(Code.LISTED_WITHOUT_ASSESSMENT, directory_entry=[entry(on=NEW)], assessment=[passed]) == []
    failing = Fact("failing", SimpleNamespace(**vars(assessment(None, failed=DAY).record) | {"ended_on": None}))
    told = days(Code.LISTED_WITHOUT_ASSESSMENT, directory_entry=[entry(on=NEW)], assessment=[assessment(NEW), failing])
    assert told == []


@pytest.mark.parametrize(
    ("holders", "since"),
    [
        (known(enterprise(), enterprise(serious_breach=True)), DAY),
        (known(enterprise(), enterprise(serious_breach=True, serious_breach_since=DAY - ONE)), DAY - ONE),
        ([Fact("holder", enterprise(serious_breach=True))], None),
        ([Fact("holder", enterprise(serious_breach=True, serious_breach_since=DAY))], DAY),
    ],
)
def test_a_bar_is_told_since_the_stated_day_or_else_since_it_was_known(holders: list[Fact], since: date | None) -> None:
    [span] = said(BARRED, enterprise=holders)
    assert span.state.due_on == since


#: Friday; the five working days of a notice from then on end on Thursday.
NOTICED_ON = date(2026, 10, 23)
LAST = date(2026, 10, 29)


def noticed(on: date = NOTICED_ON, level: DirectoryLevel = DirectoryLevel.PROVINCIAL, **more: date) -> Fact:
    return entry(DirectoryStep.PUBLIC_NOTICE, on, level=level, document_number="示例公示", **more)._replace(id=f"notice {on}")


@pytest.mark.parametrize(
    ("notices", "short"),
    [
        ([noticed(notice_until=LAST)], False),
        ([noticed(notice_until=LAST - ONE)], True),
        # What is stated goes before the day of the entry, either way.
        ([noticed(notice_from=NOTICED_ON - ONE, notice_until=LAST - ONE)], False),
        ([noticed(notice_from=date(2026, 10, 24), notice_until=LAST)], True),
        ([noticed(notice_from=date(2026, 10, 26), notice_until=date(2026, 10, 30))], False),
        # An end that is not stated, or lies behind the listing, is the day before it.
        ([noticed()], False),
        ([noticed(date(2026, 10, 26))], False),
        ([noticed(date(2026, 10, 27))], True),
        ([noticed(date(2026, 10, 27), notice_until=date(2026, 12, 1))], True),
        # Announced for longer than need be: it is broken off on its last day, and over the day after.
        ([noticed(date(2026, 10, 1), notice_until=date(2026, 11, 1))], True),
        ([noticed(date(2026, 10, 1), notice_until=date(2026, 10, 31))], False),
        # The National Day's week is no working time.
        ([noticed(date(2026, 9, 30), notice_until=date(2026, 10, 11))], True),
        # Of several the last before the listing counts; none at all is the shortest.
        ([noticed(date(2026, 6, 1)), noticed(date(2026, 10, 30))], True),
        ([noticed(date(2026, 6, 1)), noticed(DAY)], False),
        ([noticed(level=DirectoryLevel.NATIONAL)], True),
        ([], True),
    ],
    ids=repr,
)
def test_a_mine_is_listed_after_a_notice_of_five_working_days(notices: list[Fact], short: bool) -> None:
    entries = [*notices, entry(on=date(2026, 11, 1))]
    told = spans(Code.LISTED_NOTICE_TOO_SHORT, directory_entry=entries)
    assert [(span.from_day, span.until_day) for span in told] == [(date(2026, 11, 1), END)] * short
    in_doubt = "LISTED_NOTICE_TOO_SHORT" in (said(SUPPORT, directory_entry=entries)[-1].state.label or "")
    assert in_doubt is short


def test_a_notice_counts_for_the_listing_of_its_level_that_stands() -> None:
    first, last = entry(on=NEW), entry(on=DAY)._replace(id="again")
    national = entry(on=DAY, level=DirectoryLevel.NATIONAL)._replace(id="national")
    short = noticed(DAY - ONE, level=DirectoryLevel.NATIONAL)
    # What was listed before the plan had its notice outside the hub; a later national listing has one of its own.
    assert days(Code.LISTED_NOTICE_TOO_SHORT, directory_entry=[entry(on=NEW - ONE)]) == []
    assert days(Code.LISTED_NOTICE_TOO_SHORT, directory_entry=[entry(), short, national]) == [(DAY, END)]
    long = noticed(BEFORE, level=DirectoryLevel.NATIONAL)
    assert days(Code.LISTED_NOTICE_TOO_SHORT, directory_entry=[entry(), long, national]) == []
    # A rectification that ends in the directory needs no new notice, a removal does.
    kept, gone = entry(DirectoryStep.RECTIFICATION, BEFORE), entry(DirectoryStep.REMOVED, BEFORE)
    notice = noticed(date(2025, 3, 3))
    assert days(Code.LISTED_NOTICE_TOO_SHORT, directory_entry=[notice, first, kept, last]) == []
    assert days(Code.LISTED_NOTICE_TOO_SHORT, directory_entry=[notice, first, gone, last]) == [(DAY, END)]
    [span] = spans(Code.LISTED_NOTICE_TOO_SHORT, directory_entry=[entry(), short, national])
    told = span.state
    assert (told.about, told.because, told.label) == ("national", ("national", short.id), "示例公示")
