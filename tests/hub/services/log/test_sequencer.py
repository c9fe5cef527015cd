"""The sequencer goes on when the database was away for a while."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from hub.domain.log import Cursor
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.bells import Bell
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.records import log
from tests import postgres
from tests.background import at_work
from tests.hub.services.log.subscribers import take
from tests.makers import ECOLOGY, a_province, opinion, posted

_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'"


async def test_numbering_goes_on_after_the_database_has_cut_every_connection(
    database: Database, posting: Posting, request: pytest.FixtureRequest
) -> None:
    if database.is_sqlite:
        pytest.skip("a file cuts nobody off")
    following = Followers(database)
    async with at_work(following, Sequencer(database)):
        await a_province(posting)
        await take(following, 11)
        await postgres.statement(request.getfixturevalue("postgres_server"), _CUT)
        refused: list[ErrorCode] = []
        while len(refused) < 10:
            # Each connection of the pool fails once, and says that it may be tried again.
            try:
                await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(70))
                break
            except HubError as error:
                refused.append(error.code)
        assert set(refused) <= {ErrorCode.UNAVAILABLE}
        [entry] = await take(following, 1, Cursor(11))
    assert entry.kind is RecordKind.OPINION


async def test_a_sequencer_that_stops_inside_its_transaction_keeps_the_others_for_seconds_only(
    database: Database, posting: Posting
) -> None:
    if database.is_sqlite:
        pytest.skip("one process has the file")
    await a_province(posting)
    stopped, others = Database(database.url.render_as_string(hide_password=False)), Sequencer(database)
    async with stopped.engine.connect() as connection:
        assert await log.sequence(connection)
        assert not await others.step()
        async with asyncio.timeout(20):
            while not await others.step():  # noqa: ASYNC110 - the server has no event for it
                await asyncio.sleep(0.05)
        with pytest.raises(sa.exc.DBAPIError, match="closed"):
            await connection.execute(sa.text("SELECT 1"))
    assert log._SEQUENCER_SECONDS < 5
    await stopped.close()


async def test_what_waits_while_nobody_numbers_is_behind_and_another_processs_progress_counts(
    database: Database, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    here, elsewhere = Sequencer(database, ticks=lambda: now), Sequencer(database)
    await here.step()
    await a_province(posting)

    async def nothing(*_: object) -> int:
        return 0

    with monkeypatch.context() as held:
        # As where another process has the lock.
        held.setattr(log, "sequence", nothing)
        for now in (1.0, 11.0):
            await here.step()
            assert here.behind() == now
    await elsewhere.step()
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(70))
    with monkeypatch.context() as held:
        held.setattr(log, "sequence", nothing)
        await here.step()
        assert here.behind() == 0
        now = 12.0
        await here.step()
        assert here.behind() == 1


async def test_a_posting_rings_for_its_position_and_the_position_for_those_who_follow(database: Database) -> None:
    rung, numbered = Bell(spacing=0), Bell(spacing=0)
    posting, sequencer = Posting(database, posted=rung), Sequencer(database, posted=rung, numbered=numbered)
    await a_province(posting)
    async with asyncio.timeout(10):
        await rung.wait(3600)
        await sequencer.step()
        await numbered.wait(3600)


async def test_who_finds_another_at_it_looks_again_at_once(
    database: Database, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung = Bell(spacing=0)
    sequencer = Sequencer(database, posted=rung)
    await a_province(posting)

    async def nothing(*_: object) -> int:
        return 0

    monkeypatch.setattr(log, "sequence", nothing)
    assert await sequencer.step() == 0
    async with asyncio.timeout(10):
        await rung.wait(3600)
