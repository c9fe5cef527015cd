"""What of the log goes out: each version that is to be told, in order, and never what came from there."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from auth.principals import Principal, Role
from hub.domain.record_kinds import RecordKind
from hub.domain.words.outcomes import Outcome
from hub.services.access.clients import Clients
from hub.services.posting.drafts import Submission
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from tests.hub.services.work.delivering import NUMBER, decided, delivering, orders, rows, settled
from tests.hub.services.work.nodes import Node
from tests.makers import CREDIT, ECOLOGY, Ask, issued_by, posted


async def test_versions_go_out_in_order_with_their_keys_and_what_is_not_to_be_published_does_not(
    database: Database, posting: Posting, ask: Ask
) -> None:
    node = Node()
    minor = decided(3, publicationClass="MINOR", publishedOn=None)
    one, *_ = await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(1), decided(2), minor)
    await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(1, content="更正"))
    assert one.record_id
    await posting.withdraw(ECOLOGY, one.record_id, "复议撤销", source="graphql")
    async with delivering(database, node):
        found = await settled(database, 4)
    assert [(row.version, row.action, row.because, row.attempts) for row in found] == [
        (1, "REPORT", None, 1),
        (1, "REPORT", None, 1),
        (2, "REPORT", None, 1),
        (3, "WITHDRAW", "复议撤销", 1),
    ]
    assert orders(node, 1) == [("0", "警告，罚款20万元"), ("0", "更正"), ("1", "更正")]
    assert {row.id for row in found} == set(node.taken)
    assert not orders(node, 3)
    # Seven working days from the decision; three from the withdrawal (2 November 2026 is a Monday).
    assert [str(row.due_on) for row in found] == ["2026-03-10"] * 3 + ["2026-11-05"]
    query = '{ penalties { nodes { documentNumber delivery { state version reference dueOn overdue(on: "2026-11-06") } } } }'
    told = (await ask(ECOLOGY, query))["data"]["penalties"]["nodes"]
    kept = {one["documentNumber"]: one["delivery"] for one in told}
    assert kept[NUMBER.format(2)] == {
        "state": "ACKNOWLEDGED",
        "version": 1,
        "reference": "XYGS00000002",
        "dueOn": "2026-03-10",
        "overdue": False,
    }
    assert kept[NUMBER.format(3)] is None


async def told_by_node(posting: Posting, who: Principal, source: str, *items: dict[str, Any]) -> list[Outcome]:
    submissions = [Submission(issued_by(who, item)) for item in items]
    return [result.outcome for result in await posting.post(who, RecordKind.PENALTY, submissions, source=source)]


@pytest.mark.parametrize("source", ["connector:credit_disclosure", "graphql"])
async def test_what_the_node_told_the_hub_by_whatever_way_is_never_sent_back(
    database: Database, posting: Posting, source: str
) -> None:
    node = Node()
    client_id, _ = await Clients(database).add("节点", Role.CREDIT_DISCLOSURE, None)
    who = replace(CREDIT, client_id=client_id)
    await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(2))
    listed = decided(2, department="ECOLOGY")
    told = await told_by_node(posting, who, source, decided(1, department="WATER"), listed)
    repaired = {"repairedOn": "2026-10-01", "repairDocument": "示例修复1号"}
    told += await told_by_node(posting, who, source, listed | repaired)
    assert told == [Outcome.ACCEPTED, Outcome.UNCHANGED, Outcome.NEW_VERSION]
    async with delivering(database, node):
        found = await settled(database, 1)
        await asyncio.sleep(0.2)
        assert [(row.document_number, row.version) for row in await rows(database)] == [(NUMBER.format(2), 1)]
    assert [row.id for row in found] == list(node.taken)
