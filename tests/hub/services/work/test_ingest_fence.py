"""Whatever a run of a pull writes, it writes in a transaction that renews its lease: a late page of an old run is refused, and
so is all else that an old run would still do."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa

from connectors import workbooks
from connectors.errors import TryAgain
from connectors.financial_regulation.mapping import TABLES
from connectors.world import World
from hub.services.posting.pipeline import Posting
from hub.services.work.ingest import Ingest
from hub.storage.engine.database import Database
from tests.conftest import NOW
from tests.hub.services.work.pulling import connect, narrowed, shelf
from tests.hub.services.work.test_comparison import WEEK, Hours, listed

_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)")
#: A lease is renewed; what waits is given back by the token by which it was claimed; a source is made known, whoever pulls it.
_FENCED = re.compile(
    r"UPDATE standing_work |UPDATE rejections .* WHERE rejections\.claim = |(UPDATE|INSERT INTO) sources .*chinese_name",
    re.DOTALL,
)


class Transactions:
    """What each transaction of a database writes: the tables, by their names."""

    def __init__(self, database: Database) -> None:
        self.written: set[str] = set()
        self.unfenced: set[str] = set()
        self._said = defaultdict[int, list[str]](list)
        engine = database.engine.sync_engine
        sa.event.listen(engine, "before_cursor_execute", lambda one, _, text, *__: self._said[id(one)].append(text))
        sa.event.listen(engine, "rollback", lambda connection: self._said.pop(id(connection), None))
        sa.event.listen(engine, "commit", lambda connection: self._end(self._said.pop(id(connection), [])))

    def _end(self, said: Sequence[str]) -> None:
        tables = {found[1] for text in said if (found := _WRITES.match(text))}
        self.written |= tables
        if not any(_FENCED.match(text) for text in said):
            self.unfenced |= tables


@pytest.fixture
async def opened(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url)
    await database.start()
    yield database
    await database.close()


async def test_what_comes_waits_goes_and_fails_is_written_under_the_lease(opened: Database) -> None:
    ingest, world = Ingest(opened, Posting(opened, lambda: NOW), lambda: NOW), World(16, 1)
    ecology, app = narrowed("ecology", world, "hbyj")
    transactions = Transactions(opened)
    assert (await ingest.run(ecology)).quarantined > 0
    assert (await ingest.run(connect("natural_resources", world)[0])).accepted > 0
    resource = app.state.resources["hbyj"].shelf  # type: ignore[attr-defined]
    resource.add(resource.row(0) | {"documentNumber": "示例环函〔2026〕7号", "upstream": {"CJRQ": "??"}})
    assert (await ingest.run(ecology)).told == 1
    # It comes again, and can be read.
    resource.add(resource.row(0) | {"documentNumber": "示例环函〔2026〕7号"})
    assert (await ingest.run(ecology)).accepted == 1
    file = {"1.xlsx": b"junk"}
    shelved = connect("financial_regulation", world, shelf(file))[0]
    assert (await ingest.run(shelved)).quarantined == 1
    file["1.xlsx"] = workbooks.write(sorted(TABLES["opinions"].needed), [])
    assert (await ingest.run(shelved)).quarantined == 0
    assert (await ingest.run(narrowed("ecology", World(16, 1), "hbyj")[0], whole=True)).unchanged > 0
    assert (await ingest.run(connect("finance", world)[0])).accepted > 0
    with pytest.raises(TryAgain):
        await ingest.run(connect("finance", world, httpx.MockTransport(lambda _: httpx.Response(503)))[0])
    assert {"opinions", "rejections", "sources"} <= transactions.written
    assert transactions.unfenced == set()


@pytest.mark.parametrize("withdraws", [False, True])
async def test_what_a_comparison_finds_is_written_under_the_lease(opened: Database, withdraws: bool) -> None:
    clock = Hours()
    ingest, lister = await listed(opened, clock, withdraw_when_vanished=withdraws)
    everything, transactions = lister.listed, Transactions(opened)
    lister.listed, clock.at = everything[3:], NOW + WEEK
    assert (await ingest.run(lister.connector)).vanished == (0 if withdraws else 3)
    lister.new, clock.at = everything, clock.at + timedelta(hours=1)
    assert (await ingest.run(lister.connector)).vanished == 0
    assert {"opinions" if withdraws else "vanished", "sources"} <= transactions.written
    assert transactions.unfenced == set()
