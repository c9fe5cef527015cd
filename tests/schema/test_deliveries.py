"""What goes out is seen by those whose records it is, and by operators; what is owed is a list and a count."""

from __future__ import annotations

from typing import Any

from hub.domain.record_kinds import RecordKind
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from tests.hub.services.work.delivering import decided, delivering, settled
from tests.hub.services.work.nodes import Node
from tests.makers import BANK, CREDIT, ECOLOGY, FINANCE, LOCAL, OPERATOR, Ask, posted


async def test_who_may_see_deliveries_and_what_is_overdue_or_due_soon(database: Database, posting: Posting, ask: Ask) -> None:
    node = Node(["500"] * 1000)
    # Seven working days from 26 October are 4 November, from 21 October 30 October.
    await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(1, decidedOn="2026-10-26", publishedOn=None))
    await posted(posting, ECOLOGY, RecordKind.PENALTY, decided(2, decidedOn="2026-10-21", publishedOn=None))
    async with delivering(database, node):
        found = await settled(database, 2, "WAITING", "SENT")
    assert [str(row.due_on) for row in found] == ["2026-11-04", "2026-10-30"]

    async def counted(who: Any, what: str) -> int:
        answer = await ask(who, f"{{ deliveries(filter: {what}) {{ totalCount }} }}")
        return int(answer["data"]["deliveries"]["totalCount"])

    assert await counted(ECOLOGY, "{overdue: {eq: true}}") == 1
    assert await counted(ECOLOGY, "{dueSoon: {eq: true}}") == 1
    assert await counted(OPERATOR, "{overdue: {eq: false}}") == 1
    # Others' are not theirs to see; an office below the province sees what it posted itself.
    assert [await counted(who, "{}") for who in (ECOLOGY, OPERATOR, FINANCE, LOCAL)] == [2, 2, 0, 0]
    for who in (BANK, CREDIT):
        assert (await ask(who, "{ deliveries { totalCount } }"))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
