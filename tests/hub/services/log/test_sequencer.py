"""The sequencer goes on when the database was away for a while."""

from __future__ import annotations

import pytest

from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
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
        [entry] = await take(following, 1, position=11)
    assert entry.kind is RecordKind.OPINION
