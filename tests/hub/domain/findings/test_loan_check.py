"""What is told of one mine: each value as of the day, each finding with its evidence, and none surer than what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from hub.domain.findings.loan_check import Subject, mine_answer
from hub.domain.findings.sources import Silence, Waiting
from hub.domain.records.assessments import AssessmentResult
from hub.domain.records.directory import DirectoryLevel
from hub.domain.records.opinions import Verdict
from hub.domain.records.penalties import PublicationClass
from hub.domain.records.supports import Eligibility
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.timelines import BEGINNING, END, Fact, Facts, Span, State
from hub.domain.words.departments import Department
from tests.hub.domain.findings.test_findings import AFTER, BEFORE, DAY, FAR, LONG_AGO, a

LEADS, ECOLOGY = Department.NATURAL_RESOURCES, Department.ECOLOGY
AUDITORS = (ECOLOGY, Department.FORESTRY_GRASSLAND, LEADS)
#: What is told of a record besides what a finding reads of it.
_MORE: dict[str, dict[str, Any]] = {
    "mine": {"name": "示例矿山", "mineral": "PHOSPHATE"},
    "enterprise": {"name": "示例矿业", "department": Department.MARKET_REGULATION.value},
    "directory_entry": {"batch": "第一批", "certificate_no": "证1"},
    "assessment": {"indicator_system_code": "YN-2026", "total_points": Decimal("91.50")},
    "penalty": {"fine": None, "confiscated_value": None, "department": ECOLOGY.value},
}


def one(word: str, number: int = 1, *, since: date = BEGINNING, until: date = END, **more: Any) -> Fact:
    """A record of a kind, by its number."""
    known = {"version": number, "department": LEADS.value} | _MORE.get(word, {}) | more
    return Fact(f"{word}_{number}", a(word, **known).record, since, until)


def audits(**more: Any) -> list[Fact]:
    return [one("opinion", n, department=who.value, **more) for n, who in enumerate(AUDITORS)]


def told(
    records: Mapping[str, Sequence[Fact]] | None = None,
    lines: Mapping[str, Sequence[Span]] | None = None,
    *,
    on: date = DAY,
    today: date | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What is told of a mine in good order that its holder holds, with these records and lines instead."""
    known = {"mine": [one("mine")], "enterprise": [one("enterprise")], "opinion": audits(), "screening": screened()}
    facts = Facts({**known, **(records or {})}, lines or {})
    return mine_answer(Subject("C1", facts, on, today or on, **more))


def screened() -> list[Fact]:
    kinds = ("ECOLOGICAL_RED_LINE", "PROTECTED_AREA")
    zone = type(a("screening").record.zone_kind)
    return [one("screening", n, zone_kind=zone(kind)) for n, kind in enumerate(kinds)]


def since(day: date, word: str, *because: str, label: str | None = None, about: str = "") -> list[Span]:
    return [Span(day, END, State(word, about=about, because=because, label=label))]


def findings(answer: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {finding["code"]: finding for finding in answer["findings"]}


LISTED = {"STANDING": since(DAY, "LISTED_PROVINCIAL", "directory_entry_1")}


def test_every_value_is_its_records() -> None:
    listed = one("directory_entry", effective_on=DAY)
    answer = told(
        {
            "directory_entry": [listed],
            "assessment": [one("assessment", applied_on=DAY, passed_on=DAY, result=AssessmentResult.PASSED)],
            "case_transfer": [Fact("case_transfer_1", a("case_transfer", transferred_on=LONG_AGO).record)],
        },
        {
            **LISTED,
            "CONTRACT_STATE": since(BEGINNING, "FULFILLED"),
            "SUPPORT": since(BEGINNING, Eligibility.ELIGIBLE),
        },
    )
    assert list(findings(answer)) == ["LISTED", "CASE_OPEN"]
    assert findings(answer)["LISTED"] == {
        "code": "LISTED",
        "severity": "INFO",
        "lastKnown": None,
        "chinese": "在绿色矿山名录内（省级名录）",
        "english": "in the green-mine directory in good order (on the provincial directory)",
        "section": "plan 5.4",
        "day": None,
        "about": None,
        "evidence": [
            {
                "recordId": "directory_entry_1",
                "version": 1,
                "kind": "directory_entry",
                "documentNumber": "公告1",
                "department": "NATURAL_RESOURCES",
            }
        ],
        "departments": ["NATURAL_RESOURCES"],
    }
    assert {name: value for name, value in answer.items() if name != "findings"} == {
        "licenceNo": "C1",
        "answer": "ATTENTION",
        "problem": None,
        "name": "示例矿山",
        "mineral": "PHOSPHATE",
        "scale": "SMALL",
        "lifeCycle": "PRODUCING",
        "licenceValidFrom": "2020-01-01",
        "licenceValidUntil": "2040-01-01",
        "miningRightUntil": None,
        "remainingYears": "12.5",
        "standing": "LISTED_PROVINCIAL",
        "standingSince": "2026-11-02",
        "directoryLevel": "PROVINCIAL",
        "directoryStep": "LISTED",
        "directoryBatch": "第一批",
        "directoryDocument": "公告1",
        "directorySince": "2026-11-02",
        "certificateNo": "证1",
        "holder": {
            "uscc": "HOLDER",
            "name": "示例矿业",
            "registrationStatus": "IN_OPERATION",
            "seriousBreach": False,
            "abnormalOperation": False,
            "isBorrower": None,
        },
        "verdicts": [
            {
                "department": who.value,
                "verdict": "AGREE",
                "issuedOn": "2026-11-02",
                "validUntil": None,
                "documentNumber": "审1",
            }
            for who in AUDITORS
        ],
        "assessment": {
            "assessmentNo": "评1",
            "indicatorSystemCode": "YN-2026",
            "totalPoints": "91.50",
            "result": "PASSED",
            "passedOn": "2026-11-02",
        },
        "penalties": {"count": 0, "fines": "0.00", "confiscated": "0.00", "byClass": []},
        "openTransfers": {"count": 1, "oldestOn": "2020-01-01"},
        "contractState": "FULFILLED",
        "supportEligibility": "ELIGIBLE",
    }
    # The case is told without what it is: a bank is told that there is one.
    assert (findings(answer)["CASE_OPEN"]["evidence"], findings(answer)["CASE_OPEN"]["day"]) == ([], "2020-01-01")


def test_the_day_before_nothing_of_the_day_is_told() -> None:
    records = {"directory_entry": [one("directory_entry", effective_on=DAY)], "assessment": [one("assessment", applied_on=DAY)]}
    answer = told(records, LISTED, on=BEFORE)
    assert (answer["standing"], answer["standingSince"], answer["directoryLevel"], answer["certificateNo"]) == (None,) * 4
    assert (answer["assessment"], answer["contractState"], answer["supportEligibility"]) == (None, None, None)
    assert answer["verdicts"] == []
    assert answer["openTransfers"] == {"count": 0, "oldestOn": None}
    # What has held for ever has no day since when.
    for_ever = told({}, {"STANDING": since(BEGINNING, "NOT_STARTED")})
    assert (for_ever["standing"], for_ever["standingSince"]) == ("NOT_STARTED", None)
    ended = {"STANDING": [Span(LONG_AGO, DAY, State("WARNED")), *since(DAY, "NOT_STARTED")]}
    assert [told({}, ended, on=day)["standingSince"] for day in (BEFORE, DAY)] == ["2020-01-01", "2026-11-02"]


def test_of_a_mine_that_is_not_known_yet_nothing_is_told_but_that() -> None:
    answer = told({"mine": [one("mine", since=AFTER)]}, LISTED)
    assert (answer["answer"], answer["name"], answer["licenceValidFrom"], answer["holder"]) == ("UNKNOWN", None, None, None)
    assert told({"mine": [one("mine", since=DAY)]})["answer"] == "CLEAR"


def test_a_national_mine_is_told_by_its_national_entry() -> None:
    national = one("directory_entry", 2, level=DirectoryLevel.NATIONAL, document_number="国1", effective_on=DAY)
    answer = told({"directory_entry": [one("directory_entry"), national]})
    assert (answer["directoryLevel"], answer["directoryDocument"]) == ("NATIONAL", "国1")


def test_the_last_assessment_by_its_day_is_told_and_values_that_it_has_not_are_null() -> None:
    records = [
        one("assessment", 2, applied_on=BEFORE, assessment_no="评2"),
        one("assessment", applied_on=DAY, total_points=None),
    ]
    found = told({"assessment": [*records, one("assessment", 3, applied_on=AFTER)]})["assessment"]
    assert (found["assessmentNo"], found["totalPoints"], found["passedOn"]) == ("评1", None, None)
    unsaid = told({"opinion": audits(verdict=None, valid_until=FAR)})["verdicts"][0]
    assert (unsaid["verdict"], unsaid["validUntil"]) == (None, "2040-01-01")
    assert told({"mine": [one("mine", remaining_years=None, mining_right_until=FAR)]})["miningRightUntil"] == "2040-01-01"


@pytest.mark.parametrize(
    ("borrowers", "is_borrower"), [([], None), (["HOLDER"], True), (["ANOTHER"], False), (["HOLDER", "ANOTHER"], False)]
)
def test_whether_the_holder_wants_to_borrow_is_told_where_somebody_is_named(
    borrowers: list[str], is_borrower: bool | None
) -> None:
    answer = told({"borrower": [Fact(f"borrower {n}", who) for n, who in enumerate(borrowers)]})
    assert answer["holder"]["isBorrower"] is is_borrower
    assert ("BORROWER_DIFFERS" in findings(answer)) is (is_borrower is False)


def test_a_holder_that_nobody_has_registered_is_told_by_its_code_alone() -> None:
    holder = told({"enterprise": []})["holder"]
    assert holder == {
        "uscc": "HOLDER",
        "name": None,
        "registrationStatus": None,
        "seriousBreach": None,
        "abnormalOperation": None,
        "isBorrower": None,
    }


_CHANGED = [one("mine", 1, until=DAY), one("mine", 2, since=DAY)]


@pytest.mark.parametrize("versions", [_CHANGED, _CHANGED[::-1]], ids=["in order", "the newer first"])
@pytest.mark.parametrize(("on", "version"), [(BEFORE, 1), (DAY, 2), (AFTER, 2)])
def test_evidence_is_the_version_that_was_known_on_the_day(versions: list[Fact], on: date, version: int) -> None:
    suspended = [
        Fact("mine_1", a("mine", **vars(fact.record) | {"remaining_years": None}).record, fact.known_from, fact.known_until)
        for fact in versions
    ]
    [evidence] = findings(told({"mine": suspended}, on=on))["LIFE_NOT_STATED"]["evidence"]
    # A mine goes by the number that was asked for.
    assert (evidence["kind"], evidence["version"], evidence["documentNumber"]) == ("mine", version, "C1")


def test_a_penalty_of_the_holder_is_evidence_as_the_penalty_that_it_is() -> None:
    general = findings(told({"holder_penalty": [one("penalty")]}))["PENALTY_GENERAL"]
    assert general["evidence"] == [
        {"recordId": "penalty_1", "version": 1, "kind": "penalty", "documentNumber": "罚1", "department": "ECOLOGY"}
    ]
    assert (general["about"], general["day"]) == ("penalty_1", "2040-01-01")
    assert (general["chinese"], general["english"]) == (
        "一般失信类处罚（罚1），公示至 2040-01-01",
        "a penalty of the general class, or of none (罚1), published until 2040-01-01",
    )


def test_a_record_that_was_known_later_is_evidence_as_it_was_first_known_and_one_that_is_not_there_is_none() -> None:
    late = [
        one("directory_entry", since=AFTER),
        Fact("directory_entry_1", one("directory_entry", 2).record, AFTER + timedelta(1)),
    ]
    [evidence] = findings(told({"directory_entry": late}, LISTED))["LISTED"]["evidence"]
    assert evidence["version"] == 1
    gone = findings(told({}, LISTED))["LISTED"]
    assert (gone["evidence"], gone["departments"]) == ([], ["NATURAL_RESOURCES"])


def test_what_a_silent_source_said_last_is_unknown_now_and_told_as_that() -> None:
    records = {"directory_entry": [one("directory_entry")], "opinion": audits(verdict=Verdict.DISAGREE)}
    answer = told(records, LISTED, silent={ECOLOGY: Silence.LATE})
    told_of = [(one["code"], one["about"], one["severity"], one["lastKnown"]) for one in answer["findings"]]
    assert told_of == [
        ("LISTED", None, "INFO", None),
        ("OPINION_DISAGREES", "opinion_0", "UNKNOWN", "BLOCKING"),
        ("OPINION_DISAGREES", "opinion_1", "BLOCKING", None),
        ("OPINION_DISAGREES", "opinion_2", "BLOCKING", None),
        ("SOURCE_SILENT", "LATE", "UNKNOWN", None),
    ]
    # What was unknown before has no last word.
    unstated = told({"mine": [one("mine", remaining_years=None)]}, silent={LEADS: Silence.NEVER})
    assert (findings(unstated)["LIFE_NOT_STATED"]["severity"], findings(unstated)["LIFE_NOT_STATED"]["lastKnown"]) == (
        "UNKNOWN",
        None,
    )


def test_a_finding_without_records_is_the_word_of_the_department_that_it_is_about_else_of_those_that_it_needs() -> None:
    answer = told({"opinion": audits()[1:], "screening": []})
    assert findings(answer)["OPINION_MISSING"]["departments"] == ["ECOLOGY"]
    gone = findings(told({"enterprise": [], "screening": []}))
    assert gone["HOLDER_NOT_REGISTERED"]["departments"] == ["NATURAL_RESOURCES"]
    # Whose mine it is says nothing of cases: they are told of without their records.
    cases = told({"case_transfer": [Fact("case_transfer_1", a("case_transfer").record)]})
    assert findings(cases)["CASE_OPEN"]["departments"] == ["NATURAL_RESOURCES"]


@pytest.mark.parametrize(
    ("waiting", "is_unknown"),
    [
        (Waiting(LEADS, "directory_entry"), True),
        (Waiting(LEADS, None), True),
        (Waiting(LEADS, "opinion"), False),
        (Waiting(ECOLOGY, "directory_entry"), False),
        (Waiting(ECOLOGY, None), False),
    ],
    ids=str,
)
def test_what_waits_in_quarantine_makes_unknown_what_its_department_says_by_that_kind(
    waiting: Waiting, is_unknown: bool
) -> None:
    answer = told({"directory_entry": [one("directory_entry")]}, LISTED, waiting=[waiting])
    listed = findings(answer)["LISTED"]
    assert (listed["severity"], listed["lastKnown"]) == (("UNKNOWN", "INFO") if is_unknown else ("INFO", None))
    assert answer["answer"] == "UNKNOWN"


def test_sources_are_told_by_their_names_with_the_credit_system_first() -> None:
    silent = {Department.MARKET_REGULATION: Silence.LATE, ECOLOGY: Silence.NEVER, None: Silence.LATE}
    waiting = [Waiting(LEADS, None), Waiting(LEADS, "mine"), Waiting(None, None)]
    answer = told({}, silent=silent, waiting=waiting)
    found = [
        (one["code"], one["departments"], one["about"], one["chinese"].partition("的数据")[0])
        for one in answer["findings"]
        if one["code"] in ("SOURCE_SILENT", "QUARANTINED")
    ]
    assert found == [
        ("QUARANTINED", [], None, "信用公示系统关于该矿山"),
        ("QUARANTINED", ["NATURAL_RESOURCES"], None, "自然资源主管部门关于该矿山"),
        ("SOURCE_SILENT", [], "LATE", "信用公示系统"),
        ("SOURCE_SILENT", ["ECOLOGY"], "NEVER", "生态环境主管部门"),
        ("SOURCE_SILENT", ["MARKET_REGULATION"], "LATE", "市场监管部门"),
    ]
    english = [one["english"] for one in answer["findings"] if one["about"] == "NEVER"]
    assert english == ["nothing is known, or nothing new, from Ecology and environment: what it would say is unknown"]


PUBLISHED = {
    "penalty": [
        one("penalty", 1, fine=Decimal("1000.50"), confiscated_value=Decimal("7.00")),
        one("penalty", 2, publication_class=PublicationClass.SERIOUS, publication_latest_end=DAY, fine=Decimal("0.50")),
        one("penalty", 3, publication_class=None),
        one("penalty", 4, published_on=AFTER, fine=Decimal("9.00")),
    ],
    "holder_penalty": [one("penalty", 1, fine=Decimal("1000.50"), confiscated_value=Decimal("7.00"))],
}
_SERIOUS = {"publicationClass": "SERIOUS", "count": 1, "fines": "0.50"}
_GENERAL = {"publicationClass": "GENERAL", "count": 1, "fines": "1000.50"}
_NONE = {"publicationClass": None, "count": 1, "fines": "0.00"}


@pytest.mark.parametrize(
    ("on", "today", "count", "fines", "classes"),
    [
        (BEFORE, BEFORE, 0, "0.00", []),
        (DAY, DAY, 3, "1001.00", [_GENERAL, _SERIOUS, _NONE]),
        # Publication that has ended by now is shown for no day before.
        (DAY, AFTER, 2, "1000.50", [_GENERAL, _NONE]),
        (AFTER, AFTER, 3, "1009.50", [{**_GENERAL, "count": 2, "fines": "1009.50"}, _NONE]),
    ],
)
def test_penalties_in_publication_are_counted_once_and_added_by_class(
    on: date, today: date, count: int, fines: str, classes: list[Any]
) -> None:
    found = told(PUBLISHED, on=on, today=today)["penalties"]
    assert (found["count"], found["fines"]) == (count, fines)
    assert found["confiscated"] == ("7.00" if count else "0.00")
    assert sorted(found["byClass"], key=str) == sorted(classes, key=str)


_DOUBT = ConflictCode.LISTED_WITH_SERIOUS_PENALTY.value


@pytest.mark.parametrize(
    ("word", "reasons", "about", "shown"),
    [
        (Eligibility.IN_DOUBT, f'["{_DOUBT}"]', "penalty_1", "IN_DOUBT"),
        # A penalty that a bank is not shown casts no doubt that it is shown, and hides none of another's.
        (Eligibility.IN_DOUBT, f'["{_DOUBT}"]', "penalty_4", "ELIGIBLE"),
        (Eligibility.IN_DOUBT, f'["{_DOUBT}", "RECTIFICATION_OVERDUE"]', "penalty_4", "IN_DOUBT"),
        (Eligibility.BARRED, "[]", "penalty_4", "BARRED"),
        (Eligibility.ELIGIBLE, None, "penalty_4", "ELIGIBLE"),
    ],
)
def test_eligibility_is_doubted_as_far_as_the_bank_is_shown_why(
    word: Eligibility, reasons: str | None, about: str, shown: str
) -> None:
    lines = {"SUPPORT": since(DAY, word, label=reasons), _DOUBT: since(DAY, "PENALTY", about, about=about)}
    assert told(PUBLISHED, lines)["supportEligibility"] == shown
