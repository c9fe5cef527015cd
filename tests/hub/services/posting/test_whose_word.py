"""Whose word wins: a copy never overrules its original, and what was taken back comes back only by whoever may say so."""

from __future__ import annotations

from typing import Any

import pytest

from auth.principals import Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.outcomes import Outcome
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from tests.makers import (
    BANK,
    CREDIT,
    ECOLOGY,
    NATURAL_RESOURCES,
    Ask,
    a_province,
    caller,
    licence,
    mine,
    organ,
    penalty,
    posted,
    seat,
    uscc,
)

K = RecordKind


def copied(**more: Any) -> dict[str, Any]:
    return penalty(7, department="ECOLOGY", **more)


async def test_a_copy_changes_none_of_the_departments_fields(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    await posted(posting, ECOLOGY, K.PENALTY, penalty(7))
    same, other = await posted(posting, CREDIT, K.PENALTY, copied(), copied(fine="10000.00", content="改"))
    assert same.outcome is Outcome.UNCHANGED
    assert {(problem.path, problem.code) for problem in other.problems} == {
        ("fine", ErrorCode.COPY_DIFFERS),
        ("content", ErrorCode.COPY_DIFFERS),
    }
    assert await _of(ask, "fine") == "200000.00"


async def test_repair_is_the_credit_systems_and_a_revision_does_not_wipe_it(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    await posted(posting, ECOLOGY, K.PENALTY, penalty(7))
    repair = {"repairedOn": "2026-07-01", "repairDocument": "示例修复1号"}
    assert (await posted(posting, CREDIT, K.PENALTY, copied(**repair)))[0].outcome is Outcome.NEW_VERSION
    assert await _of(ask, "repairedOn") == "2026-07-01"
    again, revised = [(await posted(posting, ECOLOGY, K.PENALTY, item))[0] for item in (penalty(7), penalty(7, content="改"))]
    assert (again.outcome, revised.outcome) == (Outcome.UNCHANGED, Outcome.NEW_VERSION)
    assert await _of(ask, "repairedOn") == "2026-07-01"
    assert await _of(ask, "content") == "改"


async def test_what_is_the_credit_systems_own_is_all_that_it_said_last(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    repair = {"repairedOn": "2026-07-01", "repairDocument": "示例修复1号"}
    for item, repaired_on in ((copied(**repair), "2026-07-01"), (copied(), None)):
        await posted(posting, CREDIT, K.PENALTY, item)
        assert await _of(ask, "repairedOn") == repaired_on


async def test_the_credit_system_withdraws_its_own_alone(posting: Posting) -> None:
    await a_province(posting)
    [theirs] = await posted(posting, ECOLOGY, K.PENALTY, penalty(7))
    [own] = await posted(posting, CREDIT, K.PENALTY, penalty(8, department="WATER"))
    with pytest.raises(HubError) as caught:
        await posting.withdraw(CREDIT, str(theirs.record_id), "示例", source="test")
    assert caught.value.code is ErrorCode.FORBIDDEN
    assert (await posting.withdraw(CREDIT, str(own.record_id), "示例", source="test")).outcome is Outcome.NEW_VERSION


async def test_what_no_department_posted_is_the_credit_systems_until_its_organ_does(posting: Posting) -> None:
    await a_province(posting)
    water = caller(Role.DEPARTMENT, Department.WATER)
    [first] = await posted(posting, CREDIT, K.PENALTY, penalty(8, department="WATER"))
    [handed] = await posted(posting, water, K.PENALTY, penalty(8, content="改"))
    assert (handed.record_id, handed.outcome) == (first.record_id, Outcome.NEW_VERSION)
    [copy] = await posted(posting, CREDIT, K.PENALTY, penalty(8, department="WATER"))
    assert {problem.code for problem in copy.problems} == {ErrorCode.COPY_DIFFERS}


async def test_what_an_organ_decided_for_one_department_is_not_anothers_when_the_organ_is(posting: Posting) -> None:
    await a_province(posting)
    [made] = await posted(posting, ECOLOGY, K.PENALTY, penalty(7))
    code = seat(Department.ECOLOGY)
    moved = {"code": code, "name": "示例机关", "belongsTo": "WATER", "divisionCode": "530000"}
    [taken] = await posted(posting, NATURAL_RESOURCES, K.AUTHORITY, moved)
    assert taken.outcome is Outcome.NEW_VERSION, taken.problems
    # Nor is it told whether it said the same.
    for item in (penalty(7), penalty(7, content="改")):
        submission = Submission(item | {"authorityCode": code})
        [refused] = await posting.post(caller(Role.DEPARTMENT, Department.WATER), K.PENALTY, [submission], source="test")
        assert ("department", ErrorCode.WRONG_DEPARTMENT, made.record_id) in [
            (one.path, one.code, one.detail) for one in refused.problems
        ], refused.outcome


async def _of(ask: Ask, field: str) -> Any:
    number = penalty(7)["documentNumber"]
    found = await ask(ECOLOGY, f'{{ penalties(filter: {{documentNumber: {{eq: "{number}"}}}}) {{ nodes {{ {field} }} }} }}')
    return found["data"]["penalties"]["nodes"][0][field]


async def test_posting_onto_what_is_withdrawn_is_told_and_reinstating_brings_it_back(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    [made] = await posted(posting, ECOLOGY, K.PENALTY, penalty(7))
    await posting.withdraw(ECOLOGY, str(made.record_id), "示例", source="test")
    for item in (penalty(7), penalty(7, content="改")):
        [result] = await posted(posting, ECOLOGY, K.PENALTY, item)
        assert [(problem.path, problem.code) for problem in result.problems] == [("", ErrorCode.WITHDRAWN)]
    document = 'mutation ($id: ID!) { reinstateRecord(id: $id, reason: "误撤") { outcome version record { withdrawn } } }'
    back = (await ask(ECOLOGY, document, id=made.record_id))["data"]["reinstateRecord"]
    assert back == {"outcome": "NEW_VERSION", "version": 3, "record": {"withdrawn": False}}
    assert (await posted(posting, ECOLOGY, K.PENALTY, penalty(7)))[0].outcome is Outcome.UNCHANGED
    again = await posting.reinstate(ECOLOGY, str(made.record_id), "误撤", source="test")
    assert (again.outcome, again.version) == (Outcome.UNCHANGED, 3)


async def test_who_may_not_withdraw_may_not_reinstate(posting: Posting) -> None:
    await a_province(posting)
    [made] = await posted(posting, ECOLOGY, K.PENALTY, penalty(7))
    await posting.withdraw(ECOLOGY, str(made.record_id), "示例", source="test")
    for who in (CREDIT, caller(Role.DEPARTMENT, Department.ECOLOGY, "530100"), NATURAL_RESOURCES):
        with pytest.raises(HubError) as caught:
            await posting.reinstate(who, str(made.record_id), "示例", source="test")
        assert caught.value.code is ErrorCode.FORBIDDEN


async def test_a_withdrawn_mine_can_return(posting: Posting, ask: Ask) -> None:
    [made] = await posted(posting, NATURAL_RESOURCES, K.MINE, mine())
    await posting.withdraw(NATURAL_RESOURCES, str(made.record_id), "示例", source="test")
    await posting.reinstate(NATURAL_RESOURCES, str(made.record_id), "示例", source="test")
    found = await ask(ECOLOGY, "query ($n: String!) { mine(licenceNo: $n) { withdrawn } }", n=licence(1))
    assert found["data"]["mine"] == {"withdrawn": False}


@pytest.mark.parametrize(("source", "outcome"), [("connector:ecology", Outcome.NEW_VERSION), ("connector:x", Outcome.REJECTED)])
async def test_a_source_brings_back_what_it_had_taken_back_itself(posting: Posting, source: str, outcome: Outcome) -> None:
    await a_province(posting)
    own = "connector:ecology"
    item = penalty(7, authorityCode=seat(Department.ECOLOGY))
    [made] = await posting.post(ECOLOGY, K.PENALTY, [Submission(item)], source=own)
    await posting.withdraw(ECOLOGY, str(made.record_id), "示例", source=own)
    # What is listed as taken back says nothing new.
    [listed] = await posting.post(ECOLOGY, K.PENALTY, [Submission(item, withdrawn="示例")], source=own)
    assert (listed.outcome, listed.version) == (Outcome.UNCHANGED, 2)
    [stands] = await posting.post(ECOLOGY, K.PENALTY, [Submission(item)], source=source)
    assert stands.outcome is outcome


async def test_a_joint_decision_is_one_penalty_that_names_its_organs_and_sums_once(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    joined = [seat(Department.WATER), seat(Department.EMERGENCY)]
    [made] = await posted(posting, ECOLOGY, K.PENALTY, penalty(7, jointAuthorities=joined, partyUscc=uscc(2), fine="30000.00"))
    assert made.outcome is Outcome.ACCEPTED
    asked = '{ penalties(filter: {partyUscc: {eq: "%s"}}) { totalCount sum(of: FINE) nodes { jointAuthorities } } }'
    found = (await ask(ECOLOGY, asked % uscc(2)))["data"]["penalties"]
    assert found == {"totalCount": 1, "sum": "30000.00", "nodes": [{"jointAuthorities": joined}]}


@pytest.mark.parametrize(
    ("codes", "problem"),
    [
        ([seat(Department.WATER), organ(7)], ("jointAuthorities.1", ErrorCode.UNKNOWN_AUTHORITY)),
        ([seat(Department.ECOLOGY)], ("jointAuthorities.0", ErrorCode.DUPLICATE)),
        ([seat(Department.WATER), seat(Department.WATER)], ("jointAuthorities.1", ErrorCode.DUPLICATE)),
    ],
)
async def test_who_decides_jointly_is_another_registered_organ(
    posting: Posting, codes: list[str], problem: tuple[str, ErrorCode]
) -> None:
    await a_province(posting)
    [refused] = await posted(posting, ECOLOGY, K.PENALTY, penalty(7, jointAuthorities=codes))
    assert [(p.path, p.code) for p in refused.problems] == [problem]


TWICE = """{ conflicts(filter: {code: {eq: DECISION_TWICE}}) { nodes {
  licenceNo subject since department evidence enterprise { uscc } } } }"""


async def test_one_decision_from_two_organs_is_a_conflict_that_both_and_the_lead_see(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    water, local = caller(Role.DEPARTMENT, Department.WATER, "530100"), caller(Role.DEPARTMENT, Department.ECOLOGY, "530100")
    there = {"mines": [licence(1)], "documentNumber": "示例联罚〔2026〕1号"}
    [one] = await posting.post(
        local, K.PENALTY, [Submission(penalty(7, **there, authorityCode=seat(Department.ECOLOGY, "530100")))], source="test"
    )
    assert (await ask(ECOLOGY, TWICE))["data"]["conflicts"]["nodes"] == []
    organ_of_water = {"authorityCode": seat(Department.WATER, "530100"), "mines": []}
    [other] = await posting.post(
        water,
        K.PENALTY,
        [Submission(penalty(8, **there | organ_of_water | {"documentNumber": "示例联罚[2026] 1号"}))],
        source="test",
    )
    assert (one.outcome, other.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    found = {
        "licenceNo": licence(1),
        "subject": "示例联罚〔2026〕1号",
        "since": "2026-03-01",
        "department": "NATURAL_RESOURCES",
        "evidence": sorted([str(one.record_id), str(other.record_id)]),
        "enterprise": {"uscc": uscc(1)},
    }
    for who in (NATURAL_RESOURCES, ECOLOGY, water):
        assert (await ask(who, TWICE))["data"]["conflicts"]["nodes"] == [found], who.client_id
    # The other names no mine: an office below the province cannot look it up, and is told of its own.
    own = found | {"evidence": [one.record_id]}
    assert (await ask(local, TWICE))["data"]["conflicts"]["nodes"] == [own]
    elsewhere = caller(Role.DEPARTMENT, Department.ECOLOGY, "530300")
    assert (await ask(elsewhere, TWICE))["data"]["conflicts"]["nodes"] == []
    # What is annulled says nothing twice from its day on.
    annulled = penalty(8, **there | organ_of_water) | {"annulledOn": "2026-11-02"}
    [again] = await posting.post(water, K.PENALTY, [Submission(annulled)], source="test")
    assert again.outcome is Outcome.NEW_VERSION
    assert (await ask(ECOLOGY, TWICE))["data"]["conflicts"]["nodes"] == []
    await posting.withdraw(water, str(other.record_id), "重复", source="test")
    assert (await ask(ECOLOGY, TWICE))["data"]["conflicts"]["nodes"] == []


@pytest.mark.parametrize(
    "more", [{"decidedOn": "2026-03-02"}, {"partyUscc": uscc(2)}, {"documentNumber": "示例联罚〔2026〕2号"}]
)
async def test_what_differs_in_number_party_or_day_is_another_decision(
    posting: Posting, ask: Ask, more: dict[str, str]
) -> None:
    await a_province(posting)
    same = {"documentNumber": "示例联罚〔2026〕1号"}
    await posted(posting, ECOLOGY, K.PENALTY, penalty(7, **same))
    await posted(posting, caller(Role.DEPARTMENT, Department.WATER), K.PENALTY, penalty(8, **same | more))
    assert (await ask(ECOLOGY, TWICE))["data"]["conflicts"]["nodes"] == []


EARLY, BARE, MONEY = ErrorCode.PUBLICATION_TOO_SHORT, ErrorCode.REPAIR_WITHOUT_DOCUMENT, ErrorCode.MONEY_WITHOUT_KIND
SERIOUS = {"publicationClass": "SERIOUS"}
DOCUMENT = {"repairDocument": "示例修复1号"}
#: What is said of a decision, what is wrong with it, and whether a bank is shown it on 2 November 2026 where the credit system
#: says so.  A general one of 1 March is published until 1 June at least, a serious one of 2 November 2025 until this day.
UNLAWFUL: list[tuple[dict[str, Any], list[tuple[str, ErrorCode]], bool]] = [
    ({"repairedOn": "2026-05-31"} | DOCUMENT, [("repairedOn", EARLY)], False),
    ({"repairedOn": "2026-06-01"} | DOCUMENT, [], False),
    ({"publicationEndsOn": "2026-05-31"}, [("publicationEndsOn", EARLY)], False),
    ({"publicationEndsOn": "2026-06-01"}, [], False),
    ({"repairedOn": "2026-07-01"} | DOCUMENT | SERIOUS, [("repairedOn", EARLY)], True),
    ({"decidedOn": "2025-11-02", "repairedOn": "2026-07-01"} | DOCUMENT | SERIOUS, [("repairedOn", EARLY)], True),
    ({"decidedOn": "2025-11-01", "repairedOn": "2026-07-01"} | DOCUMENT | SERIOUS, [("repairedOn", EARLY)], False),
    ({"decidedOn": "2025-11-02", "publicationEndsOn": "2026-07-01"} | SERIOUS, [("publicationEndsOn", EARLY)], True),
    ({"decidedOn": "2025-11-01", "publicationEndsOn": "2026-07-01"} | SERIOUS, [("publicationEndsOn", EARLY)], False),
    ({"decidedOn": "2025-11-02", "repairedOn": "2026-11-02"} | DOCUMENT | SERIOUS, [], False),
    # Of no class nobody knows the shortest publication; a minor one has none.
    ({"publicationClass": None, "repairedOn": "2026-04-01"} | DOCUMENT, [], False),
    (
        {"publicationClass": "MINOR", "decidedOn": "2026-10-01", "repairedOn": "2026-10-02", "publishedOn": None} | DOCUMENT,
        [],
        False,
    ),
    ({"repairedOn": "2026-07-01"}, [("repairDocument", BARE)], False),
    ({"repairedOn": "2026-07-01"} | SERIOUS, [("repairedOn", EARLY), ("repairDocument", BARE)], True),
    ({"kinds": ["WARNING"]}, [("fine", MONEY)], True),
    ({"kinds": ["WARNING"], "fine": "0.00"}, [], True),
    ({"confiscatedValue": "0.01"}, [("confiscatedValue", MONEY)], True),
    ({"kinds": ["FINE", "CONFISCATION_OF_GAINS"], "confiscatedValue": "0.01"}, [], True),
    ({"kinds": ["FINE", "CONFISCATION_OF_PROPERTY"], "confiscatedValue": "0.01"}, [], True),
]


async def test_what_no_organ_may_decide_is_refused_from_one_and_from_the_credit_system_a_conflict_that_hides_nothing(
    posting: Posting, ask: Ask
) -> None:
    await a_province(posting)
    items = [penalty(100 + n, **said) for n, (said, _, _) in enumerate(UNLAWFUL)]
    rehearsed = await posting.rehearse(ECOLOGY, K.PENALTY, [Submission(item) for item in items], source="test")
    for told in (rehearsed, await posted(posting, ECOLOGY, K.PENALTY, *items)):
        for (said, wrong, _), result in zip(UNLAWFUL, told, strict=True):
            assert [(problem.path, problem.code) for problem in result.problems] == wrong, said
            assert (result.outcome is Outcome.REJECTED) is bool(wrong), said
    items = [penalty(200 + n, department="ECOLOGY", **said) for n, (said, _, _) in enumerate(UNLAWFUL)]
    taken = await posted(posting, CREDIT, K.PENALTY, *items)
    assert {result.outcome for result in taken} == {Outcome.ACCEPTED}
    numbers = {item["documentNumber"]: said for item, said in zip(items, UNLAWFUL, strict=True)}
    asked = "{ penalties(first: 100) { nodes { documentNumber } } }"
    shown = {node["documentNumber"] for node in (await ask(BANK, asked))["data"]["penalties"]["nodes"]}
    assert {number: number in shown for number in numbers} == {number: said[2] for number, said in numbers.items()}
    asked = "{ conflicts(first: 100) { nodes { code subject licenceNo department section evidence } } }"
    rows = (await ask(NATURAL_RESOURCES, asked))["data"]["conflicts"]["nodes"]
    wanted = {(code, number) for number, said in numbers.items() for _, code in said[1]}
    found = {
        (row["code"], row["subject"]): row for row in rows if row["subject"] in numbers and row["code"] in (EARLY, BARE, MONEY)
    }
    assert found.keys() == wanted
    ids = {item["documentNumber"]: result.record_id for item, result in zip(items, taken, strict=True)}
    for (code, number), row in found.items():
        assert (row["evidence"], row["licenceNo"], row["department"]) == ([ids[number]], licence(1), "MARKET_REGULATION")
        assert row["section"] == ("行政处罚法 art. 9" if code == MONEY else "信用修复管理办法 (2026-04-01)")


async def test_a_copy_repairs_too_early_what_a_department_decided_and_a_bank_is_shown_it_all_the_same(
    posting: Posting, ask: Ask
) -> None:
    await a_province(posting)
    await posted(posting, ECOLOGY, K.PENALTY, penalty(7, **SERIOUS))
    early = copied(**SERIOUS, **DOCUMENT, repairedOn="2026-07-01")
    assert (await posted(posting, CREDIT, K.PENALTY, early))[0].outcome is Outcome.NEW_VERSION
    asked = """{ penalties(filter: {documentNumber: {eq: "示例罚〔2025〕7号"}}) { nodes {
      repairedOn publicationEarliestEnd publicationLatestEnd } } }"""
    days = {"repairedOn": "2026-07-01", "publicationEarliestEnd": "2027-03-01", "publicationLatestEnd": "2027-03-01"}
    assert (await ask(BANK, asked))["data"]["penalties"]["nodes"] == [days]
    told = "{ conflicts(filter: {code: {eq: PUBLICATION_TOO_SHORT}}) { nodes { subject } } }"
    assert (await ask(ECOLOGY, told))["data"]["conflicts"]["nodes"] == [{"subject": "示例罚〔2025〕7号"}]
    # The department's own revision says nothing of it, and is taken.
    assert (await posted(posting, ECOLOGY, K.PENALTY, penalty(7, **SERIOUS, content="改")))[0].outcome is Outcome.NEW_VERSION
    assert (await ask(BANK, asked))["data"]["penalties"]["nodes"] == [days]
