"""Conditions find what they say, and by an index where there is one."""

from __future__ import annotations

import re

import pytest

from hub.domain.record_kinds import RecordKind
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from schema.answers import Operation
from tests.makers import ECOLOGY, NATURAL_RESOURCES, Ask, mine, opinion, posted

NAMES = ("示例一矿", "示例一矿东区", "示例丁矿", "示例", "示", "AB示例矿", "ab示例矿", "示例𠀀矿", "示例%矿", "示例_矿")
QUERY = "query ($t: String!) { mines(filter: {name: {startsWith: $t}}, first: 20) { totalCount nodes { name } } }"


@pytest.mark.parametrize(
    ("prefix", "count"),
    [
        ("", 10),
        ("示例", 7),
        ("示例一矿", 2),
        ("示例一矿东区外", 0),
        ("示例𠀀", 1),
        ("示例%", 1),
        ("示例_", 1),
        ("AB", 1),
        ("ab", 1),
        ("例", 0),
    ],
)
async def test_a_text_begins_with_just_these_characters(ask: Ask, posting: Posting, prefix: str, count: int) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *(mine(n, name=name) for n, name in enumerate(NAMES, start=1)))
    found = (await ask(NATURAL_RESOURCES, QUERY, t=prefix))["data"]["mines"]
    expected = {name for name in NAMES if name.startswith(prefix)}
    assert {node["name"] for node in found["nodes"]} == expected
    assert found["totalCount"] == len(expected) == count


async def test_a_beginning_is_looked_up_in_the_index_and_what_many_pass_is_met_in_the_order_of_the_list(
    database: Database, ask: Ask, posting: Posting
) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
    await posted(posting, ECOLOGY, RecordKind.OPINION, *(opinion(n) for n in range(1000)))
    async with database.transaction() as connection:
        await connection.exec_driver_sql("ANALYZE")
    query = 'query { opinions(filter: {documentNumber: {startsWith: "示例审〔2025〕77"}}) { totalCount } }'
    _, plan = await ask.graph.explain(Operation(query, None, {}), NATURAL_RESOURCES)
    told = "\n".join(plan)
    assert "ix_opinions_document_number" in told
    assert re.search(r"document_number\)?(::text)? ?>=? ?.*document_number\)?(::text)? ?<=? ?", told), told
    # Where many pass, they are met in the order of the list: PostgreSQL expects few of any range, whose index it would go by.
    everything = '{from: "2000-01-01T00:00:00Z", to: "2199-01-01T00:00:00Z"}'
    for filtered in (f"recordedAt: {everything}", 'authorityCode: {startsWith: "1"}', 'licenceNo: {startsWith: "C"}'):
        query = f"query {{ opinions(first: 5, filter: {{{filtered}}}) {{ nodes {{ id }} }} }}"
        _, plan = await ask.graph.explain(Operation(query, None, {}), NATURAL_RESOURCES)
        walk = "(SCAN .*|Scan Backward using )ix_opinions_issued_on"
        assert any(re.search(walk, line) for line in plan), "\n".join(plan)
