"""What follows from records is told with its reasons, and no reason names, counts or hints at a record that one may not see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auth.principals import Role
from auth.rules import VISIBILITY
from hub.domain.findings.departments import HOLDERS_ANSWER, HOLDERS_TRANSFER
from hub.domain.findings.finding_set import RULES as FINDING_RULES
from hub.domain.findings.holder import BORROWER, PREDECESSOR
from hub.domain.findings.penalties import OF_HOLDER, OF_PREDECESSOR
from hub.domain.read_plan import Condition
from hub.domain.record_kinds import RecordKind as K
from hub.domain.rules.doubts import BY_PENALTY, DOUBTS
from hub.domain.rules.rule_set import rules_of
from hub.domain.rules.supports import SUPPORT
from hub.domain.rules.timelines import Subject
from hub.domain.words.departments import Department
from hub.services.banks.loan_checks import LoanChecks, Question
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from tests import duties
from tests.conftest import NOW
from tests.makers import (
    BANK,
    CREDIT,
    ECOLOGY,
    FINANCE,
    LOAN,
    LOCAL,
    NATURAL_RESOURCES,
    OPERATOR,
    PUBLIC,
    Ask,
    a_province,
    caller,
    entry,
    licence,
    opinion,
    penalty,
    posted,
    seat,
)

REVOKED = {"kinds": ["LICENCE_REVOCATION"], "licenceAffected": "示例证照", "fine": None}
SERIOUS = {"publicationClass": "SERIOUS"}
SHOWN = ["LISTED_LICENCE_REVOKED", "LISTED_WITH_SERIOUS_PENALTY"]


#: Decisions on a listed mine, and the doubts that departments and banks hear of.
DOUBTED: list[tuple[list[dict[str, Any]], list[str], list[str]]] = [
    ([], [], []),
    ([REVOKED | SERIOUS], SHOWN, SHOWN),
    ([REVOKED | SERIOUS | {"publishedOn": None}], SHOWN, []),
    ([REVOKED | SERIOUS | {"decidedOn": "2025-11-01", "publicationEndsOn": "2026-11-02"}], SHOWN, SHOWN),
    ([REVOKED | SERIOUS | {"decidedOn": "2025-11-01", "publicationEndsOn": "2026-11-01"}], SHOWN, []),
    # One of each: who is shown one hears of that alone.
    ([REVOKED | {"publishedOn": None}, SERIOUS], SHOWN, SHOWN[1:]),
    ([REVOKED, SERIOUS | {"publishedOn": None}], SHOWN, SHOWN[:1]),
    ([SERIOUS, SERIOUS | {"publishedOn": None}], SHOWN[1:], SHOWN[1:]),
    ([REVOKED | SERIOUS | {"decidedOn": "2025-11-02", "repairedOn": "2026-11-02", "repairDocument": "示例修复1号"}], [], []),
]


async def test_a_bank_hears_of_no_doubt_by_a_penalty_that_it_is_not_shown(
    posting: Posting, ask: Ask, database: Database
) -> None:
    await a_province(posting, mines=len(DOUBTED))
    number = 100
    for mine, (decisions, _, _) in enumerate(DOUBTED, 1):
        if mine > 1:
            await posted(posting, NATURAL_RESOURCES, K.DIRECTORY_ENTRY, entry(mine, licenceNo=licence(mine)))
        for said in decisions:
            number += 1
            item = penalty(number, **{"validUntil": "2040-01-01", "mines": [licence(mine)]} | said)
            [result] = await posted(posting, ECOLOGY, K.PENALTY, item)
            assert result.record_id, result.problems
    asked = "{ mines(first: 50) { nodes { licenceNo standing supports { eligibility reasons } } } }"
    check = await LoanChecks(database, lambda: NOW).make(
        Question([licence(mine) for mine in range(1, len(DOUBTED) + 1)], is_single=False), BANK, LOAN
    )
    checked = {one["licenceNo"]: one["supportEligibility"] for one in check["mines"]}
    for who in (ECOLOGY, OPERATOR, BANK):
        mines = {one["licenceNo"]: one for one in (await ask(who, asked))["data"]["mines"]["nodes"]}
        for number, (decisions, department, bank) in enumerate(DOUBTED, 1):
            doubts = bank if who is BANK else department
            mine = mines[licence(number)]
            assert mine["standing"] == "LISTED_PROVINCIAL"
            for support in mine["supports"]:
                assert support == {"eligibility": "IN_DOUBT" if doubts else "ELIGIBLE", "reasons": doubts}, (who, decisions)
            assert checked[licence(number)] == ("IN_DOUBT" if bank else "ELIGIBLE"), decisions


def test_banks_are_shown_every_kind_by_which_a_rule_tells_them_anything_but_for_what_is_looked_after_here() -> None:
    """What follows from a kind that banks may not see, or not always, is either not told to them or without what is hidden."""
    seen = VISIBILITY[Role.BANK].nouns
    partly = {kind for kind in K if seen.get(kind.value, Condition.NEVER) is not Condition.ALWAYS}
    told = {rule.name for rule in rules_of(Subject.MINE) if rule.name != SUPPORT.name and not partly.isdisjoint(rule.reads)}
    # Of opinions rules look at audits alone, which banks are shown; contradictions are no affair of theirs.  Of who assessed
    # they are told that an assessment is in doubt, and of no expert.
    assert "conflict" not in seen
    by_others = {"LISTED_DESPITE_DISAGREE", "AGREED_DESPITE_OVERLAP", "EXPERT_UNFIT"}
    assert told == {*(code.value for code in BY_PENALTY), *by_others}
    assert {code.value for code in BY_PENALTY} == {rule.name for rule in DOUBTS if "penalty" in rule.reads}
    # A bank is told that cases are open, how many, and since when, and by no record; of opinions those that are audits.
    read = {kind for rule in FINDING_RULES for kind in rule.reads}
    assert {kind for kind in partly if kind.value in read} <= {K.PENALTY, K.OPINION, K.CASE_TRANSFER, K.TRANSFER_ANSWER}
    assert read - set(K) <= {OF_HOLDER, HOLDERS_TRANSFER, HOLDERS_ANSWER, BORROWER, PREDECESSOR, OF_PREDECESSOR}


CALLERS = (
    *(ECOLOGY, FINANCE, NATURAL_RESOURCES, LOCAL, CREDIT, OPERATOR, BANK, PUBLIC),
    caller(Role.DEPARTMENT, Department.NATURAL_RESOURCES, "530112"),
    caller(Role.DEPARTMENT, Department.WATER, "530400"),
)
#: What tells of records by their ids, and where such ids stand.
ASKED = {
    "conflicts": "{ conflicts(first: 500) { nodes { id evidence } } }",
    "duties": "{ mines { nodes { id closureDuties { toldBy because { recordId } } } } }",
}


def ids_in(told: Any) -> Iterator[str]:
    """Every id of a record in an answer, wherever it stands."""
    if isinstance(told, dict):
        told = list(told.values())
    if isinstance(told, list):
        for one in told:
            yield from ids_in(one)
    elif isinstance(told, str):
        for word in told.split(":"):
            kind, _, digest = word.rpartition("_")
            if kind in set(K) and len(digest) == 30:
                yield word


async def test_every_record_that_a_reason_names_may_be_looked_up_by_who_is_told(
    posting: Posting, ask: Ask, database: Database
) -> None:
    await a_province(posting)
    await posted(posting, ECOLOGY, K.PENALTY, penalty(10, **REVOKED, **SERIOUS, publishedOn=None, validUntil="2040-01-01"))
    await posted(posting, ECOLOGY, K.PENALTY, penalty(11, **SERIOUS, partyName="示例旧名有限公司"))
    # An office below the province may look up one of the two, and is told of that one; nobody but its poster the third's.
    await posted(posting, FINANCE, K.PENALTY, penalty(11, **SERIOUS, mines=[]))
    await posted(posting, caller(Role.DEPARTMENT, Department.WATER), K.PENALTY, penalty(11, **SERIOUS, mines=[]))
    stated = {"department": "EMERGENCY", "authorityCode": seat(Department.EMERGENCY)}
    await posted(posting, CREDIT, K.PENALTY, penalty(13, repairedOn="2026-04-01", fine="1.00", kinds=["WARNING"]) | stated)
    await posted(posting, ECOLOGY, K.OPINION, opinion(12, verdict="DISAGREE"))
    await posted(posting, NATURAL_RESOURCES, K.RESTORATION_PLAN, duties.restoration_plan(1))
    found: dict[str, set[str]] = {}
    for who in CALLERS:
        named: set[str] = set()
        for asked in ASKED.values():
            answer = await ask(who, asked)
            assert [one["extensions"]["code"] for one in answer.get("errors", [])] in ([], ["FORBIDDEN"]), answer
            named |= set(ids_in(answer.get("data")))
        found[who.client_id] = named
        for record in sorted(named):
            node = (await ask(who, f'{{ node(id: "{record}") {{ id }} }}'))["data"]["node"]
            assert node == {"id": record}, f"{who.client_id} is told of {record}"
    assert len(found[ECOLOGY.client_id]) >= 5
    check = await LoanChecks(database, lambda: NOW).make(Question([licence(1)]), BANK, LOAN)
    for record in set(ids_in(check)):
        node = (await ask(BANK, f'{{ node(id: "{record}") {{ id }} }}'))["data"]["node"]
        assert node == {"id": record}, f"a loan check tells of {record}"
