"""Pulls as standing work: by each system's interval, left alone while it is down, and fresh again soon after it is back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest

from connectors.base import Connector
from connectors.errors import ConnectorError
from connectors.registry import CONNECTORS, resources, sandbox
from connectors.world import World
from hub.services.posting.pipeline import Posting
from hub.services.work.ingest import Ingest
from hub.services.work.leases import Leases
from hub.services.work.pulls import Pulls
from hub.services.work.standing import Piece, Standing
from hub.storage.engine.database import Database
from hub.storage.work import leases
from tests.background import at_work
from tests.connectors.conftest import BASE, QUICK
from tests.hub.services.work.pulling import source
from tests.makers import Ask

MINUTE = timedelta(minutes=1)


class Line(httpx.AsyncBaseTransport):
    """The line to a played system: `fails` is what is answered instead, or raised, beyond the paths in `answers`."""

    def __init__(self, code: str, world: World) -> None:
        self._system = httpx.ASGITransport(sandbox(code).make_app(world))
        self.fails: httpx.Response | Exception | None = None
        self.answers: tuple[str, ...] = ()
        self.asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if request.url.path.endswith(self.answers):
            return await self._system.handle_async_request(request)
        if isinstance(self.fails, Exception):
            raise self.fails
        if self.fails is not None:
            return self.fails
        return await self._system.handle_async_request(request)


def joined(code: str, line: Line) -> Connector:
    return CONNECTORS[code](sandbox(code).settings(BASE), limits=QUICK, transport=line)  # type: ignore[call-arg]


class Pulling:
    """The pulls of one process, each done when a test says so."""

    def __init__(self, database: Database, posting: Posting, connectors: Mapping[str, Connector]) -> None:
        self._database = database
        self.pieces = {
            piece.name.partition(":")[2]: piece
            for piece in Pulls(database, Ingest(database, posting, database.clock.now), connectors).pieces
        }

    async def pull(self, code: str) -> tuple[str, timedelta]:
        """How it went, and when it is due again."""
        piece: Piece = self.pieces[code]
        async with Leases(self._database).held(piece.name) as lease:
            try:
                outcome = await piece.run(lease)
            except ConnectorError as error:
                outcome = str(error)
            assert lease.next_at is not None
            return outcome, lease.next_at - self._database.clock.now()


@pytest.fixture
def world() -> World:
    return World(4, 1)


async def test_a_system_is_pulled_by_its_interval_and_what_fails_soon_again(
    database: Database, posting: Posting, ask: Ask, world: World
) -> None:
    line = Line("natural_resources", world)
    pulling = Pulling(database, posting, {"natural_resources": joined("natural_resources", line)})
    every = pulling.pieces["natural_resources"].every
    outcome, due = await pulling.pull("natural_resources")
    assert outcome == "OK"
    assert 0.9 * every <= due + MINUTE / 60 <= 1.1 * every + MINUTE / 60
    line.fails = httpx.ConnectError("down")
    outcome, due = await pulling.pull("natural_resources")
    assert "the connection failed" in outcome
    assert due < timedelta(seconds=15)
    line.fails = None
    assert (await pulling.pull("natural_resources"))[0] == "OK"


DOWN, GONE = httpx.ConnectError("down"), httpx.Response(404)
ODD, BUSY = httpx.Response(200, json={"data": 7}), httpx.Response(429, headers={"retry-after": "0"})


@pytest.mark.parametrize("failures", [[DOWN] * 5, [BUSY] + [GONE] * 4, [ODD] * 5], ids=["down", "gone", "odd"])
async def test_what_gave_nothing_is_asked_while_it_is_paused_and_pulled_as_soon_as_it_is_back(
    database: Database, posting: Posting, ask: Ask, failures: list[httpx.Response | Exception]
) -> None:
    line = Line("natural_resources", World(4, 1))
    pulling = Pulling(database, posting, {"natural_resources": joined("natural_resources", line)})
    line.answers = ("/token",)
    for failure in failures:
        line.fails = failure
        await pulling.pull("natural_resources")
    before = line.asked
    outcome, due = await pulling.pull("natural_resources")
    assert "asked whether it is back, and is not" in outcome
    # Of whoever we are, and of the first thing that it tells.
    assert (line.asked - before, due < timedelta(seconds=15)) == (2, True)
    assert (await source(ask, "natural_resources"))["failures"] == 5
    line.fails = None
    assert (await pulling.pull("natural_resources"))[0] == "OK"
    assert (await source(ask, "natural_resources"))["failures"] == 0


async def test_what_answers_when_asked_and_fails_when_pulled_is_left_alone(
    database: Database, posting: Posting, world: World
) -> None:
    line = Line("natural_resources", world)
    pulling = Pulling(database, posting, {"natural_resources": joined("natural_resources", line)})
    line.fails = httpx.ConnectError("down")
    for _ in range(5):
        await pulling.pull("natural_resources")
    line.answers = "/token", f"/{next(iter(resources('natural_resources')))}"
    outcome, due = await pulling.pull("natural_resources")
    assert ("the connection failed" in outcome, MINUTE < due <= 2 * MINUTE) == (True, True)
    before = line.asked
    outcome, due = await pulling.pull("natural_resources")
    assert (outcome, line.asked) == ("paused after failures", before)
    assert MINUTE < due <= 2 * MINUTE


async def test_the_time_that_a_system_names_is_kept_also_once_it_is_paused(
    database: Database, posting: Posting, world: World
) -> None:
    line = Line("natural_resources", world)
    pulling = Pulling(database, posting, {"natural_resources": joined("natural_resources", line)})
    line.fails = httpx.Response(429, headers={"retry-after": "200"})
    for failures in range(1, 7):
        outcome, due = await pulling.pull("natural_resources")
        assert 190 < due.total_seconds() <= 200, (failures, outcome)
        asked = line.asked
        assert (await pulling.pull("natural_resources"))[0] == "paused after failures"
        assert line.asked == asked
        async with database.transaction() as connection:
            await connection.exec_driver_sql("UPDATE sources SET paused_until = NULL")


async def test_a_system_that_does_not_answer_delays_no_other_and_registers_come_first(
    database: Database, posting: Posting, ask: Ask, world: World
) -> None:
    never = asyncio.Event()

    class Hole(Line):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await never.wait()
            return await super().handle_async_request(request)

    lines = {"ecology": Hole("ecology", world)} | {
        code: Line(code, world) for code in ("forestry_grassland", "natural_resources", "market_regulation")
    }
    connectors = {code: joined(code, line) for code, line in lines.items()}
    pulls = Pulls(database, Ingest(database, posting, database.clock.now), connectors)

    async def ended() -> dict[str, bool]:
        """The pulls that went well, and those that are under way."""
        async with database.connection() as connection:
            rows = await leases.standing(connection)
        return {row.name: row.holder is None for row in rows if row.holder or row.outcome == "OK"}

    async with at_work(Standing(database, pulls.pieces, grace=0.01)), asyncio.timeout(20):
        while await ended() != {f"pull:{code}": code != "ecology" for code in lines}:  # noqa: ASYNC110 - seen in the database
            await asyncio.sleep(0.1)
    # What points to mines waited for them: nothing of it was refused first.
    assert (await source(ask, "forestry_grassland"))["itemsQuarantined"] == 0
