"""Every finding, true and false on both sides of each day on which it begins or ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from hub.domain.findings.finding_set import BY_CODE, FINDINGS, NEEDED, RULES
from hub.domain.findings.loan_check import held
from hub.domain.findings.words import FindingCode as Code
from hub.domain.findings.words import LoanAnswer, Severity, answer_of, is_worse, worst
from hub.domain.records.assessments import AssessmentResult, AssessmentStage, StepOutcome
from hub.domain.records.contracts import ContractKind
from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.records.enterprises import RegistrationStatus
from hub.domain.records.forest_land import LandUse
from hub.domain.records.mines import LifeCycle, MineScale
from hub.domain.records.mining_right_listings import BlackList
from hub.domain.records.opinions import OpinionNature, Verdict
from hub.domain.records.penalties import PenaltyKind, PublicationClass
from hub.domain.records.transfers import AnswerStep
from hub.domain.records.zones import ZoneKind
from hub.domain.rules.rule_set import RULES as KEPT
from hub.domain.rules.rule_set import lines
from hub.domain.rules.timelines import BEGINNING, END, Fact, Facts, State
from hub.domain.words.departments import Department

DAY = date(2026, 11, 2)
BEFORE, AFTER = DAY - timedelta(1), DAY + timedelta(1)
LONG_AGO, FAR = date(2020, 1, 1), date(2040, 1, 1)


#: The kept lines that findings read, and those that these read.
_READ = {name for rule in RULES for name in rule.after}
_READ |= {name for rule in KEPT if rule.name in _READ for name in rule.after}
LINES = tuple(rule for rule in KEPT if rule.name in _READ)


def a(word: str, **more: Any) -> Fact:
    return Fact(more.pop("id", word), SimpleNamespace(**_KNOWN[word] | more))


_KNOWN: dict[str, dict[str, Any]] = {
    "mine": {
        "enterprise_uscc": "HOLDER",
        "life_cycle": LifeCycle.PRODUCING,
        "remaining_years": Decimal("12.5"),
        "normal_production_3_years": True,
        "scale": MineScale.SMALL,
        "licence_valid_from": LONG_AGO,
        "licence_valid_until": FAR,
        "mining_right_until": None,
    },
    "enterprise": {
        "uscc": "HOLDER",
        "registration_status": RegistrationStatus.IN_OPERATION,
        "business_term_until": None,
        "abnormal_operation": False,
        "abnormal_since": None,
        "serious_breach": False,
        "serious_breach_since": None,
        "successor_uscc": None,
        "succeeded_on": None,
    },
    "directory_entry": {
        "level": DirectoryLevel.PROVINCIAL,
        "step": DirectoryStep.LISTED,
        "effective_on": date(2025, 3, 20),
        "rectification_due_on": None,
        "document_number": "公告1",
    },
    "assessment": {
        "applied_on": LONG_AGO,
        "passed_on": None,
        "ended_on": None,
        "result": AssessmentResult.IN_PROGRESS,
        "assessment_no": "评1",
        "indicator_system_code": "系1",
        "assessor_uscc": None,
        "steps": (),
        **dict.fromkeys(("preconditions", "scores", "expert_nos"), ()),
        "total_points": Decimal(0),
    },
    "indicator_system": {
        "code": "系1",
        "preconditions": (SimpleNamespace(code="P1"),),
        **dict.fromkeys(("pass_points", "first_level_share", "least_experts", "indicators")),
    },
    "mining_right_listing": {
        "black_list": BlackList.ABNORMAL,
        "entered_on": DAY,
        "removed_on": None,
        "document_number": "异1",
    },
    "opinion": {
        "nature": OpinionNature.AUDIT,
        "verdict": Verdict.AGREE,
        "issued_on": DAY,
        "valid_until": None,
        "document_number": "审1",
        "department": Department.ECOLOGY.value,
        "topics": (),
    },
    "screening": {
        "zone_kind": ZoneKind.ECOLOGICAL_RED_LINE,
        "screened_on": DAY,
        "touches": False,
        "document_number": "查1",
    },
    "case_transfer": {"transferred_on": DAY},
    "transfer_answer": {"transfer_id": "case_transfer", "step": AnswerStep.HANDLED, "answered_on": DAY},
    "penalty": {
        "document_number": "罚1",
        "publication_class": PublicationClass.GENERAL,
        "kinds": (PenaltyKind.WARNING,),
        "decided_on": LONG_AGO,
        "valid_until": FAR,
        "published_on": DAY,
        "publication_earliest_end": None,
        "publication_latest_end": date(2040, 1, 1),
        "repaired_on": None,
        "annulled_on": None,
    },
    "contract": {
        "contract_kind": ContractKind.CONSTRUCTION,
        "signed_on": LONG_AGO,
        "due_on": FAR,
        "next_due_on": None,
        "fulfilled_on": None,
        "breached_on": None,
        "terminated_on": None,
    },
    "restoration_plan": {
        "approved_on": LONG_AGO,
        "valid_until": FAR,
        "years": ("a year",),
        "owed_since": None,
        "document_number": "案1",
    },
    "forest_land_use": {"use": LandUse.TEMPORARY, "approved_on": LONG_AGO, "owed_since": None, "document_number": "林1"},
    "pollutant_permit": {"issued_on": LONG_AGO, "valid_until": None, "revoked_on": None, "document_number": "排1"},
}
_KNOWN["holder_penalty"] = _KNOWN["penalty"]
_KNOWN["holder_predecessor"] = {"uscc": "BEFORE", "successor_uscc": "HOLDER", "succeeded_on": DAY}
_KNOWN["holder_predecessor_penalty"] = _KNOWN["penalty"] | {"party_uscc": "BEFORE", "published_on": LONG_AGO}
_KNOWN["holder_transfer"] = _KNOWN["case_transfer"]
_KNOWN["holder_answer"] = _KNOWN["transfer_answer"]


def facts(*records: Fact) -> Facts:
    """A mine in good order that its holder holds, and these records beside it or instead."""
    found: dict[str, list[Fact]] = {}
    for one in records:
        found.setdefault(one.id.partition(" ")[0], []).append(one)
    found.setdefault("mine", [a("mine")])
    found.setdefault("enterprise", [a("enterprise")])
    known = Facts(found)
    return known.beside(lines(LINES, known, {}))


def changed(word: str, **more: Any) -> tuple[Fact, Fact]:
    """A record whose version of the day says otherwise."""
    return a(word)._replace(known_until=DAY), a(word, **more)._replace(known_from=DAY)


def codes(known: Facts, day: date, today: date | None = None) -> set[Code]:
    return {one.finding.code for one in held(known, day, today or day)}


_STEP = {"effective_on": DAY}
_LISTED = a("directory_entry", id="directory_entry 0")
_SERIOUS = {"publication_class": PublicationClass.SERIOUS}
_RED, _PARK = {"zone_kind": ZoneKind.ECOLOGICAL_RED_LINE}, {"zone_kind": ZoneKind.PROTECTED_AREA}
_FAILED = {"result": AssessmentResult.FAILED}
_JUDGED = SimpleNamespace(stage=AssessmentStage.THIRD_PARTY_ASSESSMENT, outcome=StepOutcome.PASSED, on=LONG_AGO)

#: Of each finding: the records, and whether it holds the day before, on the day, and the day after.
CASES: list[tuple[Code, tuple[Fact, ...], tuple[bool, bool, bool]]] = [
    (Code.LISTED, (a("directory_entry", **_STEP),), (False, True, True)),
    (Code.NOT_LISTED, (a("directory_entry", **_STEP),), (True, False, False)),
    (Code.REMOVED, (_LISTED, a("directory_entry", step=DirectoryStep.REMOVED, **_STEP)), (False, True, True)),
    (
        Code.UNDER_RECTIFICATION,
        (_LISTED, a("directory_entry", step=DirectoryStep.RECTIFICATION, rectification_due_on=FAR, **_STEP)),
        (False, True, True),
    ),
    (
        Code.RECTIFICATION_OVERDUE,
        (
            _LISTED,
            a("directory_entry", step=DirectoryStep.RECTIFICATION, rectification_due_on=DAY, effective_on=date(2026, 9, 1)),
        ),
        (False, False, True),
    ),
    (
        Code.LISTED_WITHOUT_ASSESSMENT,
        (_LISTED, a("assessment", passed_on=None, ended_on=DAY, **_FAILED)),
        (False, True, True),
    ),
    (
        Code.LISTED_ON_DOUBTFUL_ASSESSMENT,
        (_LISTED, a("assessment", passed_on=DAY, steps=(_JUDGED,)), a("indicator_system")),
        (False, True, True),
    ),
    (Code.NATIONAL_WITHOUT_PROVINCIAL, (a("directory_entry", level=DirectoryLevel.NATIONAL, **_STEP),), (False, True, True)),
    (
        Code.RECTIFICATION_TOO_LONG,
        (_LISTED, a("directory_entry", step=DirectoryStep.RECTIFICATION, rectification_due_on=FAR, **_STEP)),
        (False, True, True),
    ),
    (Code.ASSESSMENT_FAILED, (a("assessment", ended_on=DAY, **_FAILED),), (False, True, True)),
    (
        Code.ASSESSMENT_FAILED,
        (a("assessment", ended_on=LONG_AGO, **_FAILED), a("assessment", id="assessment 2", passed_on=DAY)),
        (True, False, False),
    ),
    (Code.MINE_CLOSED, changed("mine", life_cycle=LifeCycle.CLOSED), (False, True, True)),
    (Code.MINE_CLOSING, changed("mine", life_cycle=LifeCycle.CLOSING), (False, True, True)),
    (Code.MINE_SUSPENDED, changed("mine", life_cycle=LifeCycle.SUSPENDED), (False, True, True)),
    (Code.LICENCE_NOT_BEGUN, (a("mine", licence_valid_from=DAY),), (True, False, False)),
    (Code.LICENCE_EXPIRED, (a("mine", licence_valid_until=DAY),), (False, False, True)),
    (Code.LICENCE_ENDS_IN_30_DAYS, (a("mine", licence_valid_until=DAY),), (True, True, False)),
    (Code.LICENCE_ENDS_IN_30_DAYS, (a("mine", licence_valid_until=DAY + timedelta(30)),), (False, True, True)),
    (Code.LICENCE_ENDS_IN_90_DAYS, (a("mine", licence_valid_until=DAY + timedelta(30)),), (True, False, False)),
    (Code.LICENCE_ENDS_IN_90_DAYS, (a("mine", licence_valid_until=DAY + timedelta(90)),), (False, True, True)),
    (Code.RIGHT_ENDED, (a("mine", mining_right_until=DAY),), (False, False, True)),
    (Code.TOO_LITTLE_LEFT, changed("mine", remaining_years=Decimal("2.99")), (False, True, True)),
    (Code.TOO_LITTLE_LEFT, (a("mine", remaining_years=Decimal("3.00")),), (False, False, False)),
    (Code.LIFE_NOT_STATED, changed("mine", remaining_years=None), (False, True, True)),
    (Code.BORROWER_DIFFERS, (Fact("borrower", "ANOTHER"),), (True, True, True)),
    (Code.BORROWER_DIFFERS, (Fact("borrower", "HOLDER"), *changed("mine", enterprise_uscc="ANOTHER")), (False, True, True)),
    (Code.BORROWER_DIFFERS, (Fact("borrower", "HOLDER"),), (False, False, False)),
    (Code.HOLDER_NOT_REGISTERED, (a("enterprise", uscc="ANOTHER"),), (True, True, True)),
    (Code.HOLDER_NOT_REGISTERED, (a("enterprise")._replace(known_from=DAY),), (True, False, False)),
    (Code.HOLDER_GONE, changed("enterprise", registration_status=RegistrationStatus.REVOKED), (False, True, True)),
    (Code.HOLDER_SUSPENDED, changed("enterprise", registration_status=RegistrationStatus.MOVED_OUT), (False, True, True)),
    (Code.HOLDER_SERIOUS_BREACH, (a("enterprise", serious_breach=True, serious_breach_since=DAY),), (False, True, True)),
    (Code.HOLDER_SERIOUS_BREACH, (a("enterprise", serious_breach=True),), (True, True, True)),
    (Code.HOLDER_ABNORMAL, (a("enterprise", abnormal_operation=True, abnormal_since=DAY),), (False, True, True)),
    (Code.HOLDER_SUCCEEDED, (a("enterprise", successor_uscc="AFTER", succeeded_on=DAY),), (False, True, True)),
    (Code.HOLDER_TOOK_OVER, (a("holder_predecessor"),), (False, True, True)),
    # One that another had taken over came with it.
    (
        Code.HOLDER_TOOK_OVER,
        (a("holder_predecessor", id="holder_predecessor first", uscc="FIRST", successor_uscc="BEFORE", succeeded_on=LONG_AGO),),
        (False, False, False),
    ),
    (Code.BUSINESS_TERM_ENDED, (a("enterprise", business_term_until=DAY),), (False, False, True)),
    (
        Code.RIGHT_HOLDER_SERIOUS_BREACH,
        (a("mining_right_listing", black_list=BlackList.SERIOUS_BREACH),),
        (False, True, True),
    ),
    (Code.RIGHT_HOLDER_ABNORMAL, (a("mining_right_listing"),), (False, True, True)),
    (Code.RIGHT_HOLDER_ABNORMAL, (a("mining_right_listing", entered_on=LONG_AGO, removed_on=DAY),), (True, False, False)),
    (Code.OPINION_DISAGREES, (a("opinion", verdict=Verdict.DISAGREE),), (False, True, True)),
    (Code.OPINION_DISAGREES, (a("opinion", verdict=Verdict.DISAGREE, nature=OpinionNature.COMMENT),), (False, False, False)),
    (
        Code.OPINION_DISAGREES,
        (a("opinion", verdict=Verdict.DISAGREE, issued_on=LONG_AGO), a("opinion", id="opinion 2")),
        (True, False, False),
    ),
    (
        Code.OPINION_DISAGREES,
        (a("opinion", verdict=Verdict.DISAGREE, issued_on=LONG_AGO, valid_until=DAY),),
        (True, True, False),
    ),
    (Code.OPINION_CONDITIONAL, (a("opinion", verdict=Verdict.AGREE_WITH_CONDITIONS),), (False, True, True)),
    (Code.OPINION_LAPSED, (a("opinion", issued_on=LONG_AGO, valid_until=DAY),), (False, False, True)),
    # Of two of one day the one that still holds is the department's word.
    (
        Code.OPINION_LAPSED,
        (
            a("opinion", issued_on=LONG_AGO, valid_until=BEFORE),
            a("opinion", id="opinion 2", issued_on=LONG_AGO, valid_until=DAY),
        ),
        (False, False, True),
    ),
    (
        Code.OPINION_MISSING,
        tuple(
            a("opinion", id=f"opinion {n}", department=one.value)
            for n, one in enumerate((Department.ECOLOGY, Department.NATURAL_RESOURCES, Department.FORESTRY_GRASSLAND))
        ),
        (True, False, False),
    ),
    (Code.INSIDE_RED_LINE, (a("screening", touches=True, **_RED),), (False, True, True)),
    (
        Code.INSIDE_RED_LINE,
        (a("screening", touches=True, screened_on=LONG_AGO), a("screening", id="screening 2")),
        (True, False, False),
    ),
    (Code.INSIDE_PROTECTED_AREA, (a("screening", touches=True, **_PARK),), (False, True, True)),
    (Code.INSIDE_PROTECTED_AREA, (a("screening", touches=True, **_RED),), (False, False, False)),
    (Code.RED_LINE_NOT_SCREENED, (a("screening", **_RED),), (True, False, False)),
    (Code.PROTECTED_AREA_NOT_SCREENED, (a("screening", **_PARK),), (True, False, False)),
    (Code.CASE_OPEN, (a("case_transfer"),), (False, True, True)),
    (Code.CASE_OPEN, (a("holder_transfer"),), (False, True, True)),
    (Code.CASE_OPEN, (a("case_transfer", transferred_on=LONG_AGO), a("transfer_answer")), (True, False, False)),
    (
        Code.CASE_OPEN,
        (a("case_transfer", transferred_on=LONG_AGO), a("transfer_answer", step=AnswerStep.ACCEPTED)),
        (True, True, True),
    ),
    (
        Code.CASE_OPEN,
        (a("holder_transfer", transferred_on=LONG_AGO), a("holder_answer", transfer_id="holder_transfer")),
        (True, False, False),
    ),
    (Code.PENALTY_REVOKING, (a("penalty", kinds=(PenaltyKind.LICENCE_REVOCATION,)),), (False, True, True)),
    (Code.PENALTY_REVOKING, (a("penalty", kinds=(PenaltyKind.CLOSURE,)),), (False, True, True)),
    (Code.PENALTY_SERIOUS, (a("penalty", **_SERIOUS),), (False, True, True)),
    (Code.PENALTY_SERIOUS, (a("holder_penalty", **_SERIOUS),), (False, True, True)),
    (
        Code.PENALTY_SERIOUS,
        (a("penalty", published_on=LONG_AGO, publication_latest_end=DAY, **_SERIOUS),),
        (True, True, False),
    ),
    (Code.PENALTY_SERIOUS, (a("penalty", published_on=LONG_AGO, repaired_on=DAY, **_SERIOUS),), (False, False, False)),
    # A repair that came too early hides nothing until the shortest publication is over.
    (
        Code.PENALTY_SERIOUS,
        (
            a(
                "penalty",
                published_on=LONG_AGO,
                repaired_on=LONG_AGO,
                publication_earliest_end=DAY,
                publication_latest_end=DAY,
                **_SERIOUS,
            ),
        ),
        (True, True, False),
    ),
    (Code.PENALTY_SERIOUS, (a("penalty", published_on=LONG_AGO, annulled_on=DAY, **_SERIOUS),), (False, False, False)),
    (Code.PENALTY_SERIOUS, (a("penalty", published_on=None, **_SERIOUS),), (False, False, False)),
    # What was decided of who was taken over counts from that day on, whoever had taken it over before.
    (Code.PENALTY_SERIOUS, (a("holder_predecessor_penalty", **_SERIOUS),), (False, False, False)),
    (Code.PENALTY_SERIOUS, (a("holder_predecessor_penalty", **_SERIOUS), a("holder_predecessor")), (False, True, True)),
    (
        Code.PENALTY_SERIOUS,
        (
            a("holder_predecessor_penalty", party_uscc="FIRST", **_SERIOUS),
            a(
                "holder_predecessor",
                id="holder_predecessor first",
                uscc="FIRST",
                successor_uscc="BEFORE",
                succeeded_on=LONG_AGO,
            ),
            a("holder_predecessor"),
        ),
        (False, True, True),
    ),
    (Code.PENALTY_SUSPENDING, (a("penalty", kinds=(PenaltyKind.PRODUCTION_SUSPENSION,)),), (False, True, True)),
    (Code.PENALTY_GENERAL, (a("penalty"),), (False, True, True)),
    (Code.PENALTY_GENERAL, (a("penalty", publication_class=None),), (False, True, True)),
    (Code.PENALTY_MINOR, (a("penalty", publication_class=PublicationClass.MINOR),), (False, True, True)),
    (Code.CONTRACT_MISSING, (a("mine", scale=MineScale.LARGE), a("contract", signed_on=DAY)), (True, False, False)),
    (Code.CONTRACT_OVERDUE, (a("contract", next_due_on=DAY),), (False, False, True)),
    (Code.CONTRACT_BREACHED, (a("contract", breached_on=DAY),), (False, True, True)),
    (Code.RESTORATION_OVERDUE, (a("restoration_plan", owed_since=DAY),), (False, False, True)),
    (Code.RESTORATION_PLAN_ENDED, (a("restoration_plan", valid_until=DAY),), (False, False, True)),
    (
        Code.RESTORATION_PLAN_ENDED,
        (a("restoration_plan", valid_until=LONG_AGO), a("restoration_plan", id="restoration_plan 2", approved_on=DAY)),
        (True, False, False),
    ),
    (Code.VEGETATION_OVERDUE, (a("forest_land_use", owed_since=DAY),), (False, False, True)),
    (Code.VEGETATION_OVERDUE, (a("forest_land_use", approved_on=DAY, owed_since=LONG_AGO),), (False, True, True)),
    (Code.PERMIT_LAPSED, (a("pollutant_permit", valid_until=DAY),), (False, False, True)),
    (Code.PERMIT_LAPSED, (a("pollutant_permit", revoked_on=DAY),), (False, True, True)),
    (
        Code.PERMIT_LAPSED,
        (a("pollutant_permit", revoked_on=LONG_AGO), a("pollutant_permit", id="pollutant_permit 2", issued_on=DAY)),
        (True, False, False),
    ),
]


@pytest.mark.parametrize(("code", "records", "holds"), CASES, ids=lambda one: str(one) if isinstance(one, Code) else "")
def test_a_finding_holds_on_its_days_and_on_no_others(
    code: Code, records: tuple[Fact, ...], holds: tuple[bool, bool, bool]
) -> None:
    known = facts(*records)
    assert tuple(code in codes(known, day) for day in (BEFORE, DAY, AFTER)) == holds
    rule = BY_CODE[code].rule
    assert rule is not None
    spans = rule.line(known)
    told = tuple(any(span.from_day <= day < span.until_day for span in spans) for day in (BEFORE, DAY, AFTER))
    assert told == holds, "what its line says of the days is what it says on each"


@pytest.mark.parametrize(
    ("code", "record", "day"),
    [
        (Code.PERMIT_LAPSED, a("pollutant_permit", valid_until=BEFORE), BEFORE),
        (Code.PERMIT_LAPSED, a("pollutant_permit", valid_until=BEFORE, revoked_on=LONG_AGO), LONG_AGO),
        # On a list from the day that is stated, else from when the hub knew it; what it always knew has no day.
        (Code.HOLDER_ABNORMAL, a("enterprise", abnormal_operation=True, abnormal_since=LONG_AGO), LONG_AGO),
        (Code.HOLDER_ABNORMAL, a("enterprise", abnormal_operation=True), None),
        (Code.HOLDER_ABNORMAL, a("enterprise", abnormal_operation=True)._replace(known_from=BEFORE), BEFORE),
        (
            Code.HOLDER_ABNORMAL,
            a("enterprise", abnormal_operation=True, abnormal_since=LONG_AGO)._replace(known_from=BEFORE),
            LONG_AGO,
        ),
    ],
)
def test_a_finding_tells_since_when(code: Code, record: Fact, day: date | None) -> None:
    [told] = [one.state for one in held(facts(record), DAY, DAY) if one.finding.code == code]
    assert told.due_on == day


def test_a_licence_that_ended_in_the_calendars_first_days_has_no_day_so_long_before() -> None:
    for ordinal in (1, 30, 31, 90, 91):
        [span] = _line(Code.LICENCE_EXPIRED, a("mine", licence_valid_until=date.fromordinal(ordinal)))
        assert span == (date.fromordinal(ordinal + 1), END)
        for code, days in ((Code.LICENCE_ENDS_IN_30_DAYS, 30), (Code.LICENCE_ENDS_IN_90_DAYS, 90)):
            told = _line(code, a("mine", licence_valid_until=date.fromordinal(ordinal)))
            assert all(since >= BEGINNING and (until - since).days <= days + 1 for since, until in told), (code, ordinal)


def _line(code: Code, *records: Fact) -> list[tuple[date, date]]:
    rule = BY_CODE[code].rule
    assert rule is not None
    return [(span.from_day, span.until_day) for span in rule.line(facts(*records))]


def test_every_finding_is_true_and_false_on_the_two_sides_of_a_day() -> None:
    turning = {code for code, _, holds in CASES if len(set(holds)) == 2}
    by_days = {one.code for one in FINDINGS if one.rule is not None}
    assert turning == by_days, f"CASES has no row that turns on a day for {sorted(by_days - turning)}"


def test_every_finding_is_told_in_both_languages_with_its_ground_and_whose_word_it_is() -> None:
    for one in FINDINGS:
        assert one.chinese.isascii() is False
        assert one.english.isascii(), one.code
        assert one.section, one.code
        assert bool(one.needs) == (one.rule is not None), one.code
    assert set(BY_CODE) == set(Code)
    assert len({rule.name for rule in (*RULES, *KEPT)}) == len(RULES) + len(KEPT)


@pytest.mark.parametrize(
    ("code", "label", "chinese", "english"),
    [
        (Code.LISTED, "LISTED_NATIONAL", "国家级名录", "on the national directory"),
        (Code.HOLDER_GONE, "CANCELLED", "注销", "cancelled"),
        (Code.OPINION_DISAGREES, "ECOLOGY", "生态环境", "Ecology"),
        (Code.RESTORATION_OVERDUE, "示例案1", "示例案1", "示例案1"),
    ],
)
def test_a_sentence_says_terms_and_no_words_of_the_schema(code: Code, label: str, chinese: str, english: str) -> None:
    told = BY_CODE[code].sentences(State(code, label=label))
    assert chinese in told[0]
    assert english.lower() in told[1].lower()
    assert label == chinese or label not in told[0] + told[1]


def test_nothing_is_found_of_a_mine_that_nobody_knows() -> None:
    records: Mapping[str, list[Fact]] = {word: [a(word)] for word in _KNOWN if word != "mine"}
    known = Facts(records)
    found = codes(known.beside(lines(LINES, known, {})), DAY)
    assert found == set()


def test_a_publication_that_has_ended_by_today_is_shown_for_no_day_before() -> None:
    known = facts(a("penalty", published_on=LONG_AGO, publication_latest_end=DAY, **_SERIOUS))
    assert Code.PENALTY_SERIOUS in codes(known, BEFORE, today=DAY)
    assert Code.PENALTY_SERIOUS not in codes(known, BEFORE, today=AFTER)


def test_a_penalty_of_the_mine_and_of_its_holder_is_found_once() -> None:
    both = Facts(
        {"mine": [a("mine")], "penalty": [a("penalty", id="penalty 1")], "holder_penalty": [a("penalty", id="penalty 1")]}
    )
    assert [one.finding.code for one in held(both, DAY, DAY)].count(Code.PENALTY_GENERAL) == 1


def test_what_blocks_is_known_whatever_else_is_not() -> None:
    assert answer_of([]) is LoanAnswer.CLEAR
    assert answer_of([Severity.INFO]) is LoanAnswer.CLEAR
    assert answer_of([Severity.INFO, Severity.ATTENTION]) is LoanAnswer.ATTENTION
    assert answer_of([Severity.ATTENTION, Severity.UNKNOWN]) is LoanAnswer.UNKNOWN
    assert answer_of([Severity.UNKNOWN, Severity.BLOCKING]) is LoanAnswer.BLOCKED
    assert worst([LoanAnswer.CLEAR, LoanAnswer.UNKNOWN, LoanAnswer.ATTENTION]) is LoanAnswer.UNKNOWN
    assert is_worse(LoanAnswer.UNKNOWN, LoanAnswer.ATTENTION)
    assert not is_worse(LoanAnswer.UNKNOWN, LoanAnswer.UNKNOWN)
    assert Department.MARKET_REGULATION in NEEDED
