"""The same thing spelled twice is the same thing: in what is posted, and in what is looked for."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.outcomes import Outcome
from hub.services.posting.pipeline import Posting
from tests.makers import (
    BANK,
    ECOLOGY,
    MARKET_REGULATION,
    NATURAL_RESOURCES,
    Ask,
    a_province,
    enterprise,
    licence,
    mine,
    penalty,
    posted,
    uscc,
)

FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


async def test_one_decision_written_five_ways_is_one_penalty(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    written = [
        "示例罚〔2025〕7号",
        "示例罚[2025]7号",
        "示例罚（2025）7号",
        "示例罚〔２０２５〕 7 号",
        "示例罚\u202e〔2025〕7号\u200b",
    ]
    results = await posted(posting, ECOLOGY, RecordKind.PENALTY, *(penalty(documentNumber=number) for number in written))
    assert [result.outcome for result in results] == [Outcome.ACCEPTED, *[Outcome.UNCHANGED] * 4]
    found = await ask(
        ECOLOGY,
        "query ($n: [String!]) { penalties(filter: {documentNumber: {in: $n}}) { totalCount nodes { documentNumber } } }",
        n=[written[2]],
    )
    assert found["data"]["penalties"] == {"totalCount": 1, "nodes": [{"documentNumber": "示例罚〔2025〕7号"}]}


async def test_what_was_sent_in_another_way_of_writing_is_kept_beside_for_officials(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    wide = licence(1).translate(FULL_WIDTH)
    number, identity = "示例罚[2025] 9号", "53010019800101001X".translate(FULL_WIDTH)
    sent = penalty(9, documentNumber=number, mines=[wide, licence(2)], legalRepresentativeIdNo=identity, partyName=" 示例 ")
    [made] = await posted(posting, ECOLOGY, RecordKind.PENALTY, sent)
    page = "query ($id: ID!) { node(id: $id) { ... on Penalty { version sentForms versions { sentForms } } } }"

    async def told() -> Any:
        return (await ask(ECOLOGY, page, id=made.record_id))["data"]["node"]

    # Text that is trimmed is no number, and of what is personal nothing is kept twice.
    forms = {"documentNumber": number, "mines": [wide, licence(2)]}
    assert await told() == {"version": 1, "sentForms": forms, "versions": [{"sentForms": forms}]}
    await posting.withdraw(ECOLOGY, str(made.record_id), "示例", source="test")
    await posting.reinstate(ECOLOGY, str(made.record_id), "示例", source="test")
    [plain] = await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(9, documentNumber=number.replace(" ", ""), fine="1"))
    assert (plain.record_id, plain.version) == (made.record_id, 4)
    said = [*({"sentForms": one} for one in ({"documentNumber": "示例罚[2025]9号"}, forms, forms, forms))]
    assert await told() == {"version": 4, "sentForms": said[0]["sentForms"], "versions": said}
    holder = uscc(4).translate(FULL_WIDTH)
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(4, enterpriseUscc=holder))
    page = "{ mines { nodes { enterpriseUscc sentForms } } }"
    for who, shown in ((ECOLOGY, {"enterpriseUscc": holder}), (BANK, None)):
        *others, last = (await ask(who, page))["data"]["mines"]["nodes"]
        assert last == {"enterpriseUscc": uscc(4), "sentForms": shown}
        assert [one["sentForms"] for one in others] == [None] * 3


async def test_an_enterprise_cannot_hide_behind_full_width_letters(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    wide = uscc(1).translate(FULL_WIDTH)
    [again] = await posted(posting, MARKET_REGULATION, RecordKind.ENTERPRISE, enterprise(1, uscc=wide))
    assert again.outcome is Outcome.UNCHANGED
    found = await ask(ECOLOGY, "query ($n: String!) { enterprise(uscc: $n) { uscc penalties { totalCount } } }", n=f" {wide}")
    assert found["data"]["enterprise"] == {"uscc": uscc(1), "penalties": {"totalCount": 2}}


@pytest.mark.parametrize("number", ["c5301002020017110000001 ", "Ｃ５３０１００２０２００１７１１００００００１"])
async def test_a_mine_is_found_however_its_number_is_written(posting: Posting, ask: Ask, number: str) -> None:
    await a_province(posting)
    document = "query ($n: String!) { mine(licenceNo: $n) { licenceNo } mines(filter: {licenceNo: {eq: $n}}) { totalCount } }"
    found = (await ask(ECOLOGY, document, n=number))["data"]
    assert found == {"mine": {"licenceNo": licence(1)}, "mines": {"totalCount": 1}}


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ('{ mine(licenceNo: "C530") { name } }', "BAD_LICENCE_NUMBER", "licenceNo"),
        ('{ enterprise(uscc: "91530100MA6K000001") { name } }', "BAD_CREDIT_CODE", "uscc"),
        ('{ opinions(filter: {licenceNo: {in: ["C530"]}}) { totalCount } }', "BAD_LICENCE_NUMBER", "licenceNo"),
        ('{ mines(filter: {divisionCode: {eq: "539999"}}) { totalCount } }', "UNKNOWN_DIVISION", "divisionCode"),
        ('{ mines(filter: {prefectureCode: {eq: "5301"}}) { totalCount } }', "UNKNOWN_DIVISION", "prefectureCode"),
        ('{ penalties(filter: {prefectureCode: {in: ["539900"]}}) { totalCount } }', "UNKNOWN_DIVISION", "prefectureCode"),
        ('{ targetProgress(filter: {prefectureCode: {eq: "x"}}) { totalCount } }', "UNKNOWN_DIVISION", "prefectureCode"),
    ],
)
async def test_a_malformed_number_is_told_instead_of_nothing_found(ask: Ask, query: str, code: str, field: str) -> None:
    [error] = (await ask(ECOLOGY, query))["errors"]
    assert error["extensions"]["code"] == code
    assert error["extensions"]["field"] == field


async def test_a_part_of_a_number_is_looked_for_in_the_same_form(posting: Posting, ask: Ask) -> None:
    await a_province(posting)
    document = '{ penalties(filter: {documentNumber: {contains: "[2025]"}}) { totalCount } }'
    assert (await ask(ECOLOGY, document))["data"]["penalties"]["totalCount"] == 2
