"""What one process numbers is heard by the others at once, also after their connection was lost."""

from __future__ import annotations

import asyncio

import pytest

from hub.domain.record_kinds import RecordKind
from hub.services.bells import Bell
from hub.services.log.listener import Listener
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from tests import postgres
from tests.makers import ECOLOGY, a_province, opinion, posted

_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ 'LISTEN|SELECT 1' AND datname LIKE 'test_%'"
_LONG = 3600.0


async def heard(bell: Bell) -> None:
    """Return when the bell is rung."""
    async with asyncio.timeout(30):
        await bell.wait(_LONG)


async def test_positions_given_by_one_process_are_heard_by_another(database: Database, posting: Posting) -> None:
    if database.is_sqlite:
        pytest.skip("a file is one process's")
    numbered = Bell(spacing=0)
    listener = Listener(database, numbered)
    await listener.work()
    # Whoever begins to listen looks for what came before.
    await heard(numbered)
    await a_province(posting)
    assert await Sequencer(database).step() == 11
    await heard(numbered)
    await listener.close()


async def test_who_lost_the_connection_listens_again_and_looks_for_what_was_missed(
    database: Database, posting: Posting, request: pytest.FixtureRequest
) -> None:
    if database.is_sqlite:
        pytest.skip("a file is one process's")
    numbered = Bell(spacing=0)
    listener = Listener(database, numbered)
    await listener.work()
    await heard(numbered)
    await postgres.statement(request.getfixturevalue("postgres_server"), _CUT)
    while await listener.work():
        pass
    await listener.work()
    await heard(numbered)
    await a_province(posting)
    await Sequencer(database).step()
    await heard(numbered)
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(70))
    await Sequencer(database).step()
    await heard(numbered)
    await listener.close()
