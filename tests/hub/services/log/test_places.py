"""A cursor is good for ever, and for the log alone in which it was given: another log is told, and one that was cut."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from hub.domain.log import BEGINNING, Cursor
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.log.followers import Followers
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.records import log
from tests.background import at_work
from tests.hub.services.log.subscribers import PATIENCE_SECONDS, pruned, restored
from tests.makers import ECOLOGY, a_province, opinion, posted


async def cursor(database: Database, position: int) -> Cursor:
    async with database.connection() as connection:
        entry = await log.at(connection, position)
    assert entry is not None
    return entry.cursor


async def numbered(database: Database, posting: Posting, *items: dict[str, object]) -> None:
    await posted(posting, ECOLOGY, RecordKind.OPINION, *items)
    await Sequencer(database).step()


async def code(following: Followers, after: Cursor) -> ErrorCode | None:
    """Why a cursor is refused."""
    try:
        await following.start(after)
    except HubError as refused:
        return refused.code
    return None


async def test_after_an_older_copy_came_back_what_it_never_had_is_told_as_another_log(
    database: Database, posting: Posting
) -> None:
    await a_province(posting)
    await numbered(database, posting, opinion(50))
    following = Followers(database)
    last_common, lost = await cursor(database, 11), await cursor(database, 12)
    await restored(database, 11)
    assert await code(following, lost) is ErrorCode.LOG_CHANGED
    await numbered(database, posting, opinion(51))
    # Another entry has been given the same position.
    assert await code(following, lost) is ErrorCode.LOG_CHANGED
    assert await code(following, last_common) is None
    assert await code(following, BEGINNING) is None


async def test_who_follows_while_an_older_copy_comes_back_is_sent_away_and_skips_nothing(
    database: Database, posting: Posting
) -> None:
    await a_province(posting)
    await numbered(database, posting, opinion(50))
    following = Followers(database)
    async with at_work(following), asyncio.timeout(PATIENCE_SECONDS), aclosing(following.follow(BEGINNING)) as stretches:
        assert len((await anext(stretches)).entries) == 12
        await restored(database, 10)
        await numbered(database, posting, opinion(51), opinion(52), opinion(53))
        with pytest.raises(HubError) as ended:
            await anext(stretches)
    assert ended.value.code is ErrorCode.LOG_CHANGED
    assert (await following.last()).position == 13


async def test_what_is_no_longer_kept_is_told_at_its_edge(database: Database, posting: Posting) -> None:
    await a_province(posting)
    await Sequencer(database).step()
    following = Followers(database)
    before, edge, after = [await cursor(database, position) for position in (4, 5, 6)]
    await pruned(database, 5)
    assert await code(following, BEGINNING) is ErrorCode.CURSOR_TOO_OLD
    assert await code(following, before) is ErrorCode.CURSOR_TOO_OLD
    assert await code(following, edge) is None
    assert await code(following, after) is None


async def test_what_was_just_posted_is_awaited_until_it_has_its_position(database: Database, posting: Posting) -> None:
    await a_province(posting)
    await Sequencer(database).step()
    [result] = await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(50))
    following = Followers(database)
    assert await following.numbered(str(result.record_id), 1, 0) is None
    waiting = asyncio.ensure_future(following.numbered(str(result.record_id), 1, PATIENCE_SECONDS))
    await Sequencer(database).step()
    assert await waiting == await cursor(database, 12)
