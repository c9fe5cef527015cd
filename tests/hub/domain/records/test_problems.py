"""What each kind says is wrong between its own fields: one line for each rule of the plan, the law or plain sense."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode
from tests.duties import MADE
from tests.hub.domain.records.judging import problems_of
from tests.makers import licence, uscc

E = ErrorCode
K = RecordKind
REMOVED = {"step": "REMOVED", "reasonCode": "EXHAUSTED", "legalBasis": "示例依据"}
HANDLED = {"step": "HANDLED", "outcome": "CORRECTION_ORDERED"}

RULES: list[tuple[str, RecordKind, dict[str, Any], str, ErrorCode]] = [
    ("a licence ends after it begins", K.MINE, {"licenceValidUntil": "2019-01-01"}, "licenceValidUntil", E.DATES_OUT_OF_ORDER),
    ("a mine's main division is no other one", K.MINE, {"otherDivisions": ["530112"]}, "otherDivisions", E.DUPLICATE),
    (
        "a year's output is facts once",
        K.MINE,
        {"annualOutput": [{"year": 2024, "quantity": "1"}, {"year": 2024, "quantity": "2"}]},
        "annualOutput",
        E.DUPLICATE,
    ),
    (
        "a business term ends after the founding",
        K.ENTERPRISE,
        {"businessTermUntil": "2001-01-01"},
        "businessTermUntil",
        E.DATES_OUT_OF_ORDER,
    ),
    ("who is merged is so from a day", K.ENTERPRISE, {"successorUscc": uscc(2)}, "succeededOn", E.REQUIRED),
    ("a day of merger has a successor", K.ENTERPRISE, {"succeededOn": "2026-01-01"}, "successorUscc", E.REQUIRED),
    (
        "nobody is merged before its founding",
        K.ENTERPRISE,
        {"successorUscc": uscc(2), "succeededOn": "2001-01-01"},
        "succeededOn",
        E.DATES_OUT_OF_ORDER,
    ),
    (
        "nobody is merged into itself",
        K.ENTERPRISE,
        {"successorUscc": uscc(1), "succeededOn": "2026-01-01"},
        "successorUscc",
        E.DUPLICATE,
    ),
    ("an audit opinion has a verdict", K.OPINION, {"verdict": None}, "verdict", E.REQUIRED),
    ("conditions are facts", K.OPINION, {"verdict": "AGREE_WITH_CONDITIONS"}, "conditions", E.REQUIRED),
    ("an opinion ends after its issue", K.OPINION, {"validUntil": "2020-01-01"}, "validUntil", E.DATES_OUT_OF_ORDER),
    ("an organisation has a credit code", K.PENALTY, {"partyUscc": None}, "partyUscc", E.REQUIRED),
    ("a fine has an amount", K.PENALTY, {"fine": None}, "fine", E.REQUIRED),
    (
        "what is confiscated has a value",
        K.PENALTY,
        {"kinds": ["CONFISCATION_OF_GAINS"]},
        "confiscatedValue",
        E.REQUIRED,
    ),
    ("a licence that is revoked is named", K.PENALTY, {"kinds": ["LICENCE_REVOCATION"]}, "licenceAffected", E.REQUIRED),
    ("a text of another kind goes with that kind alone", K.PENALTY, {"otherKind": "补种树木"}, "otherKind", E.NOT_ALLOWED_HERE),
    ("a penalty is published once decided", K.PENALTY, {"publishedOn": "2026-02-28"}, "publishedOn", E.DATES_OUT_OF_ORDER),
    ("a penalty is repaired once published", K.PENALTY, {"repairedOn": "2026-03-05"}, "repairedOn", E.DATES_OUT_OF_ORDER),
    ("a decision is served once taken", K.PENALTY, {"servedOn": "2026-02-28"}, "servedOn", E.DATES_OUT_OF_ORDER),
    ("a decision is annulled once taken", K.PENALTY, {"annulledOn": "2026-02-28"}, "annulledOn", E.DATES_OUT_OF_ORDER),
    ("rectification has a term", K.DIRECTORY_ENTRY, {"step": "RECTIFICATION"}, "rectificationDueOn", E.REQUIRED),
    ("removal has a reason", K.DIRECTORY_ENTRY, REMOVED | {"reasonCode": None}, "reasonCode", E.REQUIRED),
    ("removal has a basis in rules", K.DIRECTORY_ENTRY, REMOVED | {"legalBasis": None}, "legalBasis", E.REQUIRED),
    (
        "a notice ends after it begins",
        K.DIRECTORY_ENTRY,
        {"noticeFrom": "2025-03-10", "noticeUntil": "2025-03-01"},
        "noticeUntil",
        E.DATES_OUT_OF_ORDER,
    ),
    ("a contract falls due after it is signed", K.CONTRACT, {"dueOn": "2025-05-19"}, "dueOn", E.DATES_OUT_OF_ORDER),
    ("a breach is described", K.CONTRACT, {"breachedOn": "2026-01-01"}, "breach", E.REQUIRED),
    (
        "a contract ends after it is signed",
        K.CONTRACT,
        {"terminatedOn": "2025-01-01"},
        "terminatedOn",
        E.DATES_OUT_OF_ORDER,
    ),
    (
        "a system's points add up",
        K.INDICATOR_SYSTEM,
        {"totalPoints": "101"},
        "totalPoints",
        E.NOT_ALLOWED_HERE,
    ),
    ("a system can be passed", K.INDICATOR_SYSTEM, {"passPoints": "101"}, "passPoints", E.OUT_OF_RANGE),
    (
        "an indicator lies below one of the level above",
        K.INDICATOR_SYSTEM,
        {"indicators": [{"code": "1", "level": 2, "name": "示例", "points": "100"}]},
        "indicators.0.parent",
        E.NOT_ALLOWED_HERE,
    ),
    ("an expert leaves after joining", K.EXPERT, {"leftOn": "2019-12-31"}, "leftOn", E.DATES_OUT_OF_ORDER),
    (
        "an assessor is an independent legal person",
        K.ASSESSOR,
        {"independentLegalPerson": False},
        "independentLegalPerson",
        E.NOT_INDEPENDENT,
    ),
    ("senior staff are staff", K.ASSESSOR, {"seniorStaff": 21}, "seniorStaff", E.OUT_OF_RANGE),
    ("a transfer concerns somebody", K.CASE_TRANSFER, {"licenceNo": None}, "licenceNo", E.REQUIRED),
    ("a case is handed over once found", K.CASE_TRANSFER, {"foundOn": "2026-01-06"}, "transferredOn", E.DATES_OUT_OF_ORDER),
    ("an answer is due after that", K.CASE_TRANSFER, {"answerDueOn": "2026-01-04"}, "answerDueOn", E.DATES_OUT_OF_ORDER),
    ("a case that is returned says why", K.TRANSFER_ANSWER, {"step": "RETURNED"}, "reason", E.REQUIRED),
    ("a case that is handled has an outcome", K.TRANSFER_ANSWER, {"step": "HANDLED"}, "outcome", E.REQUIRED),
    ("an outcome is of what is handled", K.TRANSFER_ANSWER, {"outcome": "NO_VIOLATION"}, "outcome", E.NOT_ALLOWED_HERE),
    ("a penalty is named", K.TRANSFER_ANSWER, HANDLED | {"outcome": "PENALTY"}, "penaltyNumber", E.REQUIRED),
    ("a removal says why", K.MINING_RIGHT_LISTING, {"removedOn": "2026-03-01"}, "removalReason", E.REQUIRED),
    (
        "a list is left after it is entered",
        K.MINING_RIGHT_LISTING,
        {"removedOn": "2026-01-31", "removalReason": "示例"},
        "removedOn",
        E.DATES_OUT_OF_ORDER,
    ),
    ("no rate is more than everything", K.RECOVERY_RATES, {"mining": "100.01"}, "mining", E.OUT_OF_RANGE),
    ("there is a rate", K.RECOVERY_RATES, {"mining": None, "processing": None}, "mining", E.REQUIRED),
    (
        "a year of restoration is facts once",
        K.RESTORATION_PLAN,
        {"years": [{"year": 2025, "duty": "1"}, {"year": 2025, "duty": "2"}]},
        "years",
        E.DUPLICATE,
    ),
    (
        "a restoration plan ends after approval",
        K.RESTORATION_PLAN,
        {"validUntil": "2024-01-01"},
        "validUntil",
        E.DATES_OUT_OF_ORDER,
    ),
    (
        "an overlap is a part of the mine",
        K.SCREENING,
        {"overlaps": [{"zoneCode": "Z1", "area": "1", "share": "100.01"}]},
        "overlaps.0.share",
        E.OUT_OF_RANGE,
    ),
    ("a permit ends after it is issued", K.POLLUTANT_PERMIT, {"validUntil": "2023-01-01"}, "validUntil", E.DATES_OUT_OF_ORDER),
    ("clean transport is a share", K.ENERGY_USE, {"cleanTransportShare": "100.5"}, "cleanTransportShare", E.OUT_OF_RANGE),
    ("a temporary use ends", K.FOREST_LAND_USE, {"endsOn": None}, "endsOn", E.REQUIRED),
    ("vegetation is due after a temporary use", K.FOREST_LAND_USE, {"restorationDueOn": None}, "restorationDueOn", E.REQUIRED),
    (
        "it is due after the use has ended",
        K.FOREST_LAND_USE,
        {"restorationDueOn": "2025-05-01"},
        "restorationDueOn",
        E.DATES_OUT_OF_ORDER,
    ),
    (
        "a permanent use does not end",
        K.FOREST_LAND_USE,
        {"use": "PERMANENT", "restorationDueOn": None},
        "endsOn",
        E.NOT_ALLOWED_HERE,
    ),
    ("no more is restored than was used", K.FOREST_LAND_USE, {"restoredArea": "2.6"}, "restoredArea", E.OUT_OF_RANGE),
    ("a standard that is published comes into force", K.LOCAL_STANDARD, {"effectiveOn": None}, "effectiveOn", E.REQUIRED),
    ("no more is paid than was planned", K.BUDGET_ITEM, {"paid": "3000000.01"}, "paid", E.OUT_OF_RANGE),
    ("a policy ends after it begins", K.SUPPORT_POLICY, {"endsOn": "2025-05-31"}, "endsOn", E.DATES_OUT_OF_ORDER),
    ("a grant ends after it begins", K.SUPPORT_GRANT, {"endsOn": "2026-03-31"}, "endsOn", E.DATES_OUT_OF_ORDER),
    ("an appeal is answered with words", K.APPEAL, {"answeredOn": "2026-03-05"}, "answer", E.REQUIRED),
    (
        "an appeal is answered once it came",
        K.APPEAL,
        {"answeredOn": "2026-02-05", "answer": "示例"},
        "answeredOn",
        E.DATES_OUT_OF_ORDER,
    ),
    ("an answer falls due after the appeal", K.APPEAL, {"answerDueOn": "2026-02-01"}, "answerDueOn", E.DATES_OUT_OF_ORDER),
    ("what is to be rectified has a term", K.SUPERVISION_VISIT, {"rectificationDueOn": None}, "rectificationDueOn", E.REQUIRED),
    ("rectified after the visit", K.SUPERVISION_VISIT, {"rectifiedOn": "2026-04-09"}, "rectifiedOn", E.DATES_OUT_OF_ORDER),
    ("a person has no credit code", K.COMMENDATION, {"recipientKind": "PERSON"}, "partyUscc", E.NOT_ALLOWED_HERE),
    ("prefectures set targets", K.PREFECTURE_TARGET, {"prefectureCode": "530112"}, "prefectureCode", E.NOT_ALLOWED_HERE),
    ("a target is a share", K.PREFECTURE_TARGET, {"share": "100.01"}, "share", E.OUT_OF_RANGE),
    ("the plan's years have targets", K.PREFECTURE_TARGET, {"year": 2029}, "year", E.OUT_OF_RANGE),
    ("prefectures report", K.PROGRESS_REPORT, {"prefectureCode": "530000"}, "prefectureCode", E.NOT_ALLOWED_HERE),
    (
        "no more are at standard than there are",
        K.PROGRESS_REPORT,
        {"figures": [{"scale": "LARGE", "producing": 4, "atStandard": 5}]},
        "figures.0.atStandard",
        E.OUT_OF_RANGE,
    ),
    (
        "a scale is reported once",
        K.PROGRESS_REPORT,
        {"figures": [{"scale": "LARGE", "producing": n, "atStandard": 0} for n in (4, 5)]},
        "figures",
        E.DUPLICATE,
    ),
    ("a licence is succeeded by another", K.LICENCE_SUCCESSION, {"successors": [licence(1)]}, "successors.0", E.DUPLICATE),
    (
        "one licence is succeeded",
        K.LICENCE_SUCCESSION,
        {"predecessors": [licence(1), licence(2)]},
        "predecessors",
        E.TOO_MANY,
    ),
    (
        "one licence succeeds",
        K.LICENCE_SUCCESSION,
        {"successors": [licence(8), licence(9)]},
        "successors",
        E.TOO_MANY,
    ),
    (
        "a new licence ends after it begins",
        K.LICENCE_SUCCESSION,
        {"licenceValidFrom": "2026-01-05", "licenceValidUntil": "2026-01-04"},
        "licenceValidUntil",
        E.DATES_OUT_OF_ORDER,
    ),
]


@pytest.mark.parametrize(("kind", "wrong", "path", "code"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_a_rule_is_kept(kind: RecordKind, wrong: dict[str, Any], path: str, code: ErrorCode) -> None:
    assert problems_of(kind, MADE[kind](1)) == set()
    assert problems_of(kind, MADE[kind](1) | wrong) == {(path, code)}


@pytest.mark.parametrize(
    ("kind", "right"),
    [
        (K.PENALTY, {"partyCategory": "NATURAL_PERSON", "partyUscc": None}),
        (K.PENALTY, {"kinds": ["WARNING"], "fine": None}),
        (K.DIRECTORY_ENTRY, {"step": "RECTIFICATION", "rectificationDueOn": "2025-09-20"}),
        (K.FOREST_LAND_USE, {"use": "PERMANENT", "endsOn": None, "restorationDueOn": None}),
        (K.LOCAL_STANDARD, {"stage": "DRAFTING", "effectiveOn": None}),
        (K.COMMENDATION, {"recipientKind": "PERSON", "partyUscc": None}),
        (K.CASE_TRANSFER, {"licenceNo": None, "partyUscc": uscc(1)}),
        (K.CASE_TRANSFER, {"answerDueOn": None}),
        (K.SUPERVISION_VISIT, {"result": "NO_FINDING", "rectificationDueOn": None}),
    ],
)
def test_what_a_rule_lets_through(kind: RecordKind, right: dict[str, Any]) -> None:
    assert problems_of(kind, MADE[kind](1) | right) == set()


def test_every_kind_with_rules_of_its_own_is_among_them() -> None:
    """Kinds whose fields are each right by themselves have nothing to say; the others are named above or in their own tests."""
    from hub.domain.declaring.fields import Payload
    from hub.domain.record_kinds import KINDS

    own = {kind for kind, facts in KINDS.items() if facts.payload.problems is not Payload.problems}
    assert own - {rule[1] for rule in RULES} == {K.ASSESSMENT}
