"""What a copy says otherwise than its original: shown to both sides by field, and settled by agreement or by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auth.principals import Principal, Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode
from hub.domain.words.outcomes import Outcome
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from tests.makers import BANK, CREDIT, ECOLOGY, FINANCE, LOCAL, OPERATOR, Ask, a_province, caller, penalty, posted, seat

K = RecordKind
ELSEWHERE = caller(Role.DEPARTMENT, Department.ECOLOGY, "530300")
SEEN = (
    "{ discrepancies(orderBy: [{field: FOUND_AT, direction: ASC}]) { nodes { field ownValue copiedValue resolution reason } } }"
)


def copied(**more: Any) -> dict[str, Any]:
    return penalty(7, department="ECOLOGY") | more


async def seen(ask: Ask, who: Principal = ECOLOGY) -> dict[str, tuple[Any, Any, Any]]:
    found = (await ask(who, SEEN))["data"]["discrepancies"]["nodes"]
    return {one["field"]: (one["ownValue"], one["copiedValue"], one["resolution"]) for one in found}


@pytest.fixture
async def original(posting: Posting) -> str:
    await a_province(posting)
    [made] = await posted(posting, ECOLOGY, K.PENALTY, penalty(7))
    return str(made.record_id)


async def test_what_differs_is_told_by_field_with_both_values_and_changes_nothing(
    posting: Posting, ask: Ask, original: str
) -> None:
    [copy] = await posted(posting, CREDIT, K.PENALTY, copied(fine="10000.00", kinds=["FINE"], remarks="改"))
    assert (copy.outcome, copy.version) == (Outcome.UNCHANGED, 1)
    assert {(p.path, p.code) for p in copy.problems} == {
        (name, ErrorCode.COPY_DIFFERS) for name in ("fine", "kinds", "remarks")
    }
    assert await seen(ask) == {
        "fine": ("200000.00", "10000.00", None),
        "kinds": (["FINE", "WARNING"], ["FINE"], None),
        "remarks": (None, "改", None),
    }


async def test_what_a_copy_leaves_out_is_not_known_to_differ(posting: Posting, ask: Ask, original: str) -> None:
    short = {name: value for name, value in copied().items() if name not in ("publishedOn", "legalRepresentative")}
    [copy] = await posted(posting, CREDIT, K.PENALTY, short | {"remarks": None})
    assert (copy.outcome, copy.problems) == (Outcome.UNCHANGED, ())
    assert await seen(ask) == {}


async def test_repair_is_taken_from_a_copy_that_differs_elsewhere(posting: Posting, ask: Ask, original: str) -> None:
    repair = {"repairedOn": "2026-07-01", "repairDocument": "示例修复1号"}
    [copy] = await posted(posting, CREDIT, K.PENALTY, copied(fine="10000.00", **repair))
    assert copy.outcome is Outcome.NEW_VERSION
    assert await seen(ask) == {"fine": ("200000.00", "10000.00", None)}
    asked = '{ penalties(filter: {documentNumber: {eq: "%s"}}) { nodes { fine repairedOn discrepancies { totalCount } } } }'
    found = await ask(ECOLOGY, asked % penalty(7)["documentNumber"])
    assert found["data"]["penalties"]["nodes"] == [
        {"fine": "200000.00", "repairedOn": "2026-07-01", "discrepancies": {"totalCount": 1}}
    ]


async def test_a_later_agreement_of_either_side_settles_it(posting: Posting, ask: Ask, original: str) -> None:
    await posted(posting, CREDIT, K.PENALTY, copied(fine="10000.00", content="改"))
    await posted(posting, ECOLOGY, K.PENALTY, penalty(7, fine="10000.00"))
    assert await seen(ask) == {
        "fine": ("10000.00", "10000.00", "AGREED"),
        "content": ("警告，罚款20万元", "改", None),
    }
    await posted(posting, CREDIT, K.PENALTY, copied(fine="10000.00"))
    assert {field: one[2] for field, one in (await seen(ask)).items()} == {"fine": "AGREED", "content": "AGREED"}
    await posted(posting, CREDIT, K.PENALTY, copied(fine="30000.00"))
    assert (await seen(ask))["fine"] == ("10000.00", "30000.00", None)
    await posted(posting, CREDIT, K.PENALTY, copied(fine="10000.00"))
    await posted(posting, CREDIT, K.PENALTY, copied(fine="30000.00"))
    assert (await seen(ask))["fine"] == ("10000.00", "30000.00", None)


async def test_each_who_tells_copies_has_its_own(posting: Posting, ask: Ask, original: str) -> None:
    await posted(posting, CREDIT, K.PENALTY, copied(fine="10000.00"))
    await posted(posting, replace(CREDIT, client_id="another"), K.PENALTY, copied())
    assert await seen(ask) == {"fine": ("200000.00", "10000.00", None)}


async def test_by_hand_it_is_settled_with_a_reason_until_either_side_says_something_else(
    posting: Posting, ask: Ask, original: str
) -> None:
    await posted(posting, CREDIT, K.PENALTY, copied(fine="10000.00"))
    [one] = (await ask(ECOLOGY, "{ discrepancies { nodes { id } } }"))["data"]["discrepancies"]["nodes"]
    settle = """mutation ($id: ID!, $reason: String!) { resolveDiscrepancy(id: $id, reason: $reason) {
      field resolution reason record { recordId } } }"""
    told = (await ask(ECOLOGY, settle, id=one["id"], reason="公示系统录入有误，已联系更正"))["data"]["resolveDiscrepancy"]
    assert told == {
        "field": "fine",
        "resolution": "BY_HAND",
        "reason": "公示系统录入有误，已联系更正",
        "record": {"recordId": original},
    }
    again = await ask(ECOLOGY, settle, id=one["id"], reason="再次")
    assert again["errors"][0]["extensions"]["code"] == "CONFLICT"
    await posted(posting, CREDIT, K.PENALTY, copied(fine="10000.00"))
    assert (await seen(ask))["fine"][2] == "BY_HAND"
    await posted(posting, ECOLOGY, K.PENALTY, penalty(7, content="改"))
    assert (await seen(ask))["fine"][2] == "BY_HAND"
    await posted(posting, ECOLOGY, K.PENALTY, penalty(7, fine="20000.00"))
    assert (await seen(ask))["fine"] == ("20000.00", "10000.00", None)


async def test_both_sides_see_and_settle_it_and_nobody_else(posting: Posting, ask: Ask, original: str) -> None:
    await posted(posting, CREDIT, K.PENALTY, copied(fine="10000.00"))
    [one] = (await ask(CREDIT, "{ discrepancies { nodes { id penalty { fine } } } }"))["data"]["discrepancies"]["nodes"]
    assert one["penalty"] == {"fine": "200000.00"}
    assert await seen(ask, OPERATOR) == await seen(ask, CREDIT) == await seen(ask, ECOLOGY)
    settle = 'mutation ($id: ID!) { resolveDiscrepancy(id: $id, reason: "示例") { field } }'
    for who in (FINANCE, LOCAL, ELSEWHERE):
        assert await seen(ask, who) == {}
        answer = await ask(who, settle, id=one["id"])
        assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert (await ask(BANK, SEEN))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await ask(OPERATOR, settle, id=one["id"]))["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert (await ask(CREDIT, settle, id=one["id"]))["data"]["resolveDiscrepancy"] == {"field": "fine"}


async def test_an_office_sees_those_of_its_own_division(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    await posted(posting, LOCAL, K.PENALTY, local := penalty(7, authorityCode=penalty()["authorityCode"], mines=[]))
    local |= {"authorityCode": seat(Department.ECOLOGY, "530100"), "department": "ECOLOGY"}
    await posted(posting, caller(Role.DEPARTMENT, Department.ECOLOGY), K.PENALTY, local)
    await posting.post(CREDIT, K.PENALTY, [Submission(local | {"fine": "1.00"})], source="test")
    assert await seen(ask, LOCAL) == await seen(ask, ECOLOGY) == {"fine": ("200000.00", "1.00", None)}
    assert await seen(ask, ELSEWHERE) == {}


async def test_of_what_is_personal_no_value_is_kept(posting: Posting, ask: Ask, original: str) -> None:
    await posted(posting, CREDIT, K.PENALTY, copied(legalRepresentativeIdNo="530000190001010001"))
    assert await seen(ask) == {"legalRepresentativeIdNo": (None, None, None)}
    await posted(posting, ECOLOGY, K.PENALTY, penalty(7, content="改"))
    await posted(posting, CREDIT, K.PENALTY, copied(content="改"))
    assert await seen(ask) == {"legalRepresentativeIdNo": (None, None, "AGREED")}


async def test_whether_it_stands_is_a_field_too(posting: Posting, ask: Ask, original: str) -> None:
    gone = Submission(copied(), withdrawn="复议撤销")
    [copy] = await posting.post(CREDIT, K.PENALTY, [gone], source="connector:x")
    assert (copy.outcome, [p.path for p in copy.problems]) == (Outcome.UNCHANGED, ["withdrawn"])
    assert await seen(ask) == {"withdrawn": (False, True, None)}
    await posting.withdraw(ECOLOGY, original, "复议撤销", source="test")
    assert await seen(ask) == {"withdrawn": (True, True, "AGREED")}
    [listed] = await posted(posting, CREDIT, K.PENALTY, copied())
    assert [p.code for p in listed.problems] == [ErrorCode.WITHDRAWN]
    assert await seen(ask) == {"withdrawn": (True, False, None)}
    await posting.reinstate(ECOLOGY, original, "误撤", source="test")
    assert await seen(ask) == {"withdrawn": (False, False, "AGREED")}


async def test_they_are_filtered_by_what_people_work_off(posting: Posting, ask: Ask, original: str) -> None:
    await posted(posting, CREDIT, K.PENALTY, copied(fine="10000.00", content="改"))
    await posted(posting, ECOLOGY, K.PENALTY, penalty(7, fine="10000.00"))
    for where, count in (
        ("resolvedAt: {isNull: true}", 1),
        ("resolution: {eq: AGREED}", 1),
        ('field: {eq: "fine"}', 1),
        ("department: {eq: ECOLOGY}", 2),
        (f'documentNumber: {{eq: "{penalty(7)["documentNumber"]}"}}', 2),
        ('prefectureCode: {eq: "530100"}', 0),
        (f'copiedBy: {{eq: "{CREDIT.client_id}"}}', 2),
    ):
        found = await ask(CREDIT, f"{{ discrepancies(filter: {{{where}}}) {{ totalCount }} }}")
        assert found["data"]["discrepancies"]["totalCount"] == count, where
