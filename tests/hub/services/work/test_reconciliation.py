"""A node's whole list beside what was reported to it: what either side misses is a row, until it agrees or is settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from auth.principals import Principal
from auth.scopes import OPERATE
from hub.domain.record_kinds import RecordKind
from hub.domain.words.deliveries import DeliveryChoice
from hub.services.posting.pipeline import Posting
from hub.services.work.ingest import Ingest
from hub.services.work.reconciliation import Reconciled
from hub.services.work.redelivery import Deliveries, Redelivered
from hub.storage.engine.database import Database
from hub.storage.work import deliveries
from tests.conftest import NOW
from tests.hub.services.work.delivering import NUMBER, decided, delivering, settled
from tests.hub.services.work.nodes import Node, connector
from tests.makers import CREDIT, ECOLOGY, FINANCE, NATURAL_RESOURCES, OPERATOR, Ask, issued_by, posted

OPERATING = replace(OPERATOR, scopes=OPERATOR.scopes | {OPERATE})
DAY = timedelta(days=1)
ROWS = """{ discrepancies(orderBy: [{field: FOUND_AT, direction: ASC}], filter: {%s}) {
  totalCount nodes { id documentNumber nature field ownValue copiedValue resolution resolvedBy reason } } }"""
SETTLE = "mutation ($id: ID!, $reason: String!) { resolveDiscrepancy(id: $id, reason: $reason) { resolution } }"


class Daily:
    """A hub that has reported decisions to a node, and reads the node's whole list day by day."""

    def __init__(self, database: Database, posting: Posting, ask: Ask) -> None:
        self.node, self.posting, self._database, self._ask, self._days = Node(), posting, database, ask, 0

    async def report(self, *decisions: dict[str, Any], count: int) -> list[str]:
        """Post decisions, and have them arrive; `count` is how many deliveries there are then."""
        results = await posted(self.posting, ECOLOGY, RecordKind.PENALTY, *decisions)
        await self.deliver(count)
        return [str(result.record_id) for result in results]

    async def deliver(self, count: int) -> None:
        async with delivering(self._database, self.node):
            await settled(self._database, count)
        async with self._database.transaction() as connection:
            await connection.execute(sa.update(deliveries.table).values(ended_at=NOW + self._days * DAY))

    async def next_day(self) -> Reconciled:
        """What the list shows a day later."""
        self._days += 1
        now = NOW + self._days * DAY
        ingest = Ingest(self._database, Posting(self._database, lambda: now), lambda: now)
        report = await ingest.run(connector("http://node.example", transport=httpx.ASGITransport(self.node.app)))
        assert report.reconciled is not None
        assert report.vanished == 0
        return report.reconciled

    async def rows(self, who: Principal = ECOLOGY, where: str = "") -> dict[tuple[int, str], tuple[str, str | None]]:
        """By decision and field: the nature of what differs, and how it was settled."""
        told = (await self._ask(who, ROWS % where))["data"]["discrepancies"]
        assert told["totalCount"] == len(told["nodes"])
        number = {NUMBER.format(n): n for n in range(10)}
        return {(number[one["documentNumber"]], one["field"]): (one["nature"], one["resolution"]) for one in told["nodes"]}

    def row(self, number: int) -> dict[str, Any]:
        return self.node.listing[NUMBER.format(number)]


@pytest.fixture
def daily(database: Database, posting: Posting, ask: Ask) -> Daily:
    return Daily(database, posting, ask)


async def test_a_list_that_tells_what_was_reported_differs_in_nothing(daily: Daily) -> None:
    await daily.report(decided(1), decided(2, kinds=["OTHER"], fine=None, otherKind="责令改正", content="责令改正"), count=2)
    assert await daily.next_day() == Reconciled(0, 0, 0)
    # What is told back is known, and goes out to nobody again.
    await daily.deliver(2)
    assert len(daily.node.taken) == 2
    assert await daily.rows() == {}


async def test_what_either_side_misses_is_a_row_until_a_list_agrees(daily: Daily) -> None:
    _, two, *_ = await daily.report(decided(1), decided(2), decided(3), decided(4), count=4)
    lost = daily.node.listing.pop(NUMBER.format(1))
    await daily.posting.withdraw(ECOLOGY, two, "复议撤销", source="test")
    # What is annulled is taken back there, though the record stands here.
    await daily.report(decided(3, annulledOn="2026-10-30"), count=6)
    for number in (2, 3):
        daily.node.put(daily.row(number) | {"CF_ZT": "0"})
    daily.node.put(daily.row(4) | {"CF_NR": "改"})
    daily.node.put(daily.row(4) | {"CF_WSH": NUMBER.format(9)})
    assert await daily.next_day() == Reconciled(1, 1, 1)
    expected = {
        (1, "listed"): ("MISSING_THERE", None),
        (2, "withdrawn"): ("STILL_THERE", None),
        (3, "listed"): ("STILL_THERE", None),
        (4, "content"): ("DIFFERS", None),
        (9, "told"): ("MISSING_HERE", None),
    }
    rows = await daily.rows()
    assert {key: rows[key] for key in expected} == expected
    assert await daily.rows(where="nature: {eq: MISSING_THERE}") == {(1, "listed"): ("MISSING_THERE", None)}
    assert (await daily.rows(CREDIT, "nature: {in: [MISSING_HERE]}")).keys() == {(9, "told")}
    assert await daily.rows(FINANCE) == {}
    # The next day it is the same, and nothing is told twice.
    assert await daily.next_day() == Reconciled(1, 1, 1)
    assert await daily.rows() == rows
    # Its organ tells what it had told there alone: that is settled at once; the rest, by the next list.
    await posted(daily.posting, ECOLOGY, RecordKind.PENALTY, decided(9, content="改"))
    assert (await daily.rows())[9, "told"] == ("MISSING_HERE", "AGREED")
    daily.node.put(lost)
    for number in (2, 3):
        daily.node.put(daily.row(number) | {"CF_ZT": "1", "CX_SY": "撤销"})
    assert (await daily.next_day()).missing_there == 0
    told = await daily.rows()
    # What is withdrawn on both sides is no more to do there than here.
    assert told[2, "withdrawn"] == ("STILL_THERE", "AGREED")
    assert told[1, "listed"] == ("MISSING_THERE", "AGREED")
    assert told[3, "listed"] == ("STILL_THERE", "AGREED")
    # What is annulled here is withdrawn there, as it should be.
    assert (3, "withdrawn") not in told


async def test_what_was_lost_there_is_sent_anew_and_is_settled_until_a_list_still_shows_it(
    daily: Daily, database: Database
) -> None:
    async def again() -> Redelivered:
        return await Deliveries(database, lambda: NOW).redeliver(OPERATING, DeliveryChoice(state="ACKNOWLEDGED"), "节点恢复")

    _, two, *_ = await daily.report(decided(1), decided(2), decided(3), decided(4), count=4)
    before = daily.row(2)
    await daily.posting.withdraw(ECOLOGY, two, "复议撤销", source="test")
    await daily.report(decided(3, annulledOn="2026-10-30"), count=6)
    # What stands there is not sent anew, nor is what says something else there.
    daily.node.put(daily.row(4) | {"CF_NR": "改"})
    assert await daily.next_day() == Reconciled(0, 0, 0)
    assert await again() == Redelivered(0, 0)
    for number in (1, 2, 3):
        daily.node.forget(NUMBER.format(number))
    daily.node.put(before)
    daily.node.put(before | {"CF_WSH": NUMBER.format(3)})
    assert await daily.next_day() == Reconciled(1, 1, 0)
    lost = {(1, "listed"): "MISSING_THERE", (2, "withdrawn"): "STILL_THERE", (3, "listed"): "STILL_THERE"}
    rows = await daily.rows()
    assert {key: rows[key] for key in lost} == {key: (nature, None) for key, nature in lost.items()}
    for _ in range(2):
        assert await again() == Redelivered(3, 0)
        rows = await daily.rows()
        assert {key: rows[key] for key in lost} == {key: (nature, "SENT_ANEW") for key, nature in lost.items()}
        await daily.deliver(6)
        assert await again() == Redelivered(0, 0)
        assert (daily.row(1)["CF_NR"], daily.row(2)["CF_ZT"], daily.row(3)["CF_ZT"]) == (before["CF_NR"], "1", "1")
        assert await daily.next_day() == Reconciled(0, 0, 0)
        # It is lost once more.
        for number in (1, 2, 3):
            daily.node.forget(NUMBER.format(number))
        daily.node.put(before)
        daily.node.put(before | {"CF_WSH": NUMBER.format(3)})
        assert await daily.next_day() == Reconciled(1, 1, 0)
    rows = await daily.rows()
    assert {key: rows[key] for key in lost} == {key: (nature, None) for key, nature in lost.items()}


async def test_what_is_settled_by_hand_stays_so_while_nothing_changes(daily: Daily, ask: Ask) -> None:
    await daily.report(decided(1), count=1)
    daily.node.listing.clear()
    await daily.next_day()
    [row] = (await ask(OPERATOR, ROWS % ""))["data"]["discrepancies"]["nodes"]
    assert (row["ownValue"], row["copiedValue"]) == (True, False)
    hidden = await ask(NATURAL_RESOURCES, SETTLE, id=row["id"], reason="x")
    assert hidden["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    told = await ask(OPERATING, SETTLE, id=row["id"], reason="节点迁移，已电话确认")
    assert told == {"data": {"resolveDiscrepancy": {"resolution": "BY_HAND"}}}
    assert await daily.next_day() == Reconciled(1, 0, 0)
    assert await daily.rows() == {(1, "listed"): ("MISSING_THERE", "BY_HAND")}


async def test_what_is_not_to_be_there_or_may_be_there_unread_is_not_missed(daily: Daily) -> None:
    await daily.report(decided(1), decided(2), decided(3), count=3)
    unread = daily.row(2) | {"CF_CFLB": "???"}
    daily.node.listing.clear()
    daily.node.put(unread)
    # The first is repaired; of what is repaired nothing is owed there.
    await daily.report(decided(1, repairedOn="2026-10-01", repairDocument="示例修复1号"), count=4)
    daily.node.listing = {NUMBER.format(2): daily.node.listing[NUMBER.format(2)]}
    assert await daily.next_day() == Reconciled(1, 0, 0)
    assert (await daily.rows()).keys() == {(3, "listed")}


async def test_what_arrived_after_the_reading_began_is_not_missed(daily: Daily, database: Database) -> None:
    await daily.report(decided(1), count=1)
    daily.node.listing.clear()
    async with database.transaction() as connection:
        await connection.execute(sa.update(deliveries.table).values(ended_at=NOW + DAY))
    assert await daily.next_day() == Reconciled(0, 0, 0)
    assert await daily.next_day() == Reconciled(1, 0, 0)


async def test_who_reports_through_the_list_alone_misses_nothing_here(daily: Daily) -> None:
    await daily.report(decided(1), count=1)
    other = issued_by(FINANCE, decided(2))
    daily.node.put(daily.row(1) | {"CF_WSH": NUMBER.format(2), "CF_CFJG_DM": other["authorityCode"], "CF_CFJG_BM": "财政"})
    assert (await daily.next_day()).missing_here == 0
    assert await daily.rows(OPERATOR) == {}
