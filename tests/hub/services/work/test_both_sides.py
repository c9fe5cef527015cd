"""Whatever happens in whatever order, in the end both sides hold the same."""

from __future__ import annotations

import asyncio
import itertools
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import httpx
import sqlalchemy as sa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.errors import ConnectorError
from hub.domain.record_kinds import RecordKind
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.services.work.delivery import Delivery
from hub.services.work.destinations import credit_disclosure
from hub.services.work.ingest import Ingest
from hub.services.work.leases import Leases
from hub.services.work.outgoing import Outgoing
from hub.services.work.reconciliation import Reconciled
from hub.storage.engine.database import Database
from hub.storage.records import log
from hub.storage.records.versions import TABLES
from hub.storage.views import discrepancies
from hub.storage.work import deliveries
from tests.conftest import NOW
from tests.hub.services.work.delivering import NUMBER, SOON, decided, rows
from tests.hub.services.work.nodes import Node, connector
from tests.makers import ECOLOGY, posted

#: What goes wrong with the next call: nothing, what a node does, or that the hub dies before or after the node has taken it.
FAULTS = ("", "500", "lost", "half", "twice", "other", "dies before", "dies after")
DECISION = st.integers(0, 2)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), DECISION, st.sampled_from(["甲", "乙"])),
        st.tuples(st.just("annul"), DECISION, st.just("")),
        st.tuples(st.just("withdraw"), DECISION, st.just("")),
        st.tuples(st.just("reinstate"), DECISION, st.just("")),
        st.tuples(st.just("deliver"), st.just(0), st.sampled_from(FAULTS)),
        st.tuples(st.just("reconcile"), st.just(0), st.just("")),
    ),
    min_size=4,
    max_size=10,
)
_ROUNDS = itertools.count(100)
_TABLE = TABLES[RecordKind.PENALTY]


def _a_day_later() -> datetime:
    return NOW + timedelta(days=1)


class Mortal(Node):
    """A node at whose calls the hub may die."""

    def __init__(self) -> None:
        super().__init__()
        self.dead = asyncio.Event()

    async def _report(self, request: Request) -> Response:
        fault = self.faults[0] if self.faults else ""
        if not fault.startswith("dies"):
            return await super()._report(request)
        self.faults.pop(0)
        if fault == "dies after":
            await super()._report(request)
        self.dead.set()
        await asyncio.sleep(60)
        return JSONResponse({}, 500)


#: Examples share a database, and so its node.
_NODES: WeakKeyDictionary[Database, Mortal] = WeakKeyDictionary()


class Both:
    """A hub and a node, and three decisions of their own."""

    def __init__(self, database: Database, posting: Posting) -> None:
        self.database, self.posting = database, posting
        self.node = _NODES.setdefault(database, Mortal())
        self.base = 10 * next(_ROUNDS)
        self.connector = connector("http://node.example", transport=httpx.ASGITransport(self.node.app))

    async def do(self, act: str, which: int, how: str) -> None:
        number = self.base + which
        match act:
            case "post":
                await posted(self.posting, ECOLOGY, RecordKind.PENALTY, decided(number, content=how))
            case "annul":
                annulled = {"content": "甲", "annulledOn": "2026-10-30"}
                await posted(self.posting, ECOLOGY, RecordKind.PENALTY, decided(number, **annulled))
            case "withdraw" | "reinstate":
                if (record := await self._id(number)) is not None:
                    await getattr(self.posting, act)(ECOLOGY, record, "更正", source="test")
            case "deliver":
                await self.deliver(how)
            case "reconcile":
                await self.reconcile()

    async def _id(self, number: int) -> str | None:
        async with self.database.connection() as connection:
            named = sa.select(_TABLE.c.id).where(_TABLE.c.document_number == NUMBER.format(number)).limit(1)
            found: str | None = await connection.scalar(named)
            return found

    async def deliver(self, fault: str = "") -> None:
        """Number what was posted and deliver it, until nothing waits, or the hub dies."""
        while await Sequencer(self.database).step():
            pass
        self.node.faults, self.node.dead = [fault] if fault else [], asyncio.Event()
        delivery = Delivery(
            self.database, self.connector, credit_disclosure("credit_disclosure"), clock=lambda: NOW, patience=SOON
        )
        async with Leases(self.database).held("deliver:credit_disclosure") as lease:
            running = asyncio.create_task(delivery.run(lease))
            while not (running.done() or self.node.dead.is_set() or await self.is_done()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            if self.node.dead.is_set():
                running.cancel()
            else:
                lease.ending.set()
            [ended] = await asyncio.gather(running, return_exceptions=True)
        assert isinstance(ended, str | ConnectorError | asyncio.CancelledError), ended

    async def is_done(self) -> bool:
        """Whether all that was posted has been told and acknowledged."""
        return all(row.state == "ACKNOWLEDGED" for row in await rows(self.database)) and not await self.is_behind()

    async def is_behind(self) -> bool:
        """Whether something was posted that is not yet followed."""
        async with self.database.connection() as connection:
            if await log.waits(connection):
                return True
        return await Outgoing(self.database, credit_disclosure("credit_disclosure")).waits()

    async def reconcile(self) -> Reconciled:
        """The node's whole list, read a day after all that was acknowledged."""
        async with self.database.transaction() as connection:
            ended = deliveries.table.c.ended_at.is_not(None)
            await connection.execute(sa.update(deliveries.table).where(ended).values(ended_at=NOW))
        ingest = Ingest(self.database, Posting(self.database, _a_day_later), _a_day_later)
        report = await ingest.run(self.connector, whole=True)
        assert report.reconciled is not None
        return report.reconciled

    async def here(self) -> dict[str, str]:
        """What stands here, and says what."""
        async with self.database.connection() as connection:
            stands = _TABLE.c.superseded_at.is_(None), _TABLE.c.withdrawn_at.is_(None), _TABLE.c.annulled_on.is_(None)
            found = await connection.execute(sa.select(_TABLE.c.document_number, _TABLE.c.content).where(*stands))
            return {row.document_number: row.content for row in found if row.document_number in self._own}

    def there(self) -> dict[str, str]:
        """The same of the node."""
        stands = {number: row["CF_NR"] for number, row in self.node.listing.items() if row.get("CF_ZT", "0") == "0"}
        return {number: said for number, said in stands.items() if number in self._own}

    @property
    def _own(self) -> set[str]:
        return {NUMBER.format(self.base + which) for which in range(3)}

    async def open(self) -> int:
        async with self.database.connection() as connection:
            return len(await discrepancies.open_ones(connection, None, None, 100))


@settings(max_examples=settings().max_examples // 10, phases=(Phase.explicit, Phase.generate))
@given(steps=STEPS)
async def test_any_interleaving_ends_with_both_sides_equal(
    database: Database, posting: Posting, steps: list[tuple[str, int, str]]
) -> None:
    both = Both(database, posting)
    for act, which, how in steps:
        await both.do(act, which, how)
    async with asyncio.timeout(30):
        while not await both.is_done():
            await both.deliver()
    assert both.there() == await both.here()
    assert not both.node.two_contents
    assert await both.reconcile() == Reconciled(0, 0, 0)
    assert await both.open() == 0
