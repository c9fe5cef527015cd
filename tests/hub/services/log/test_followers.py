"""Who follows the log sees everything that was posted, each once, in order, whoever posted it and whenever it was committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest

from hub.domain.log import BEGINNING, EVERYTHING, Action, Cursor, Posted, Wanted
from hub.domain.record_kinds import RecordKind
from hub.domain.words.departments import Department
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.bells import Bell
from hub.services.log import followers
from hub.services.log.followers import Followers
from hub.services.log.places import Stretch
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from tests.background import at_work
from tests.hub.services.log.subscribers import PATIENCE_SECONDS, pruned, take
from tests.makers import ECOLOGY, FINANCE, NATURAL_RESOURCES, a_province, mine, opinion, penalty, posted

_PENALTIES_OF_FINANCE = Wanted(frozenset((RecordKind.PENALTY, action) for action in Action), frozenset({Department.FINANCE}))


async def _next_entries(log: AsyncGenerator[Stretch]) -> Sequence[Posted]:
    async for some in log:
        if some.entries:
            return some.entries
    raise EOFError


async def test_followers_of_two_processes_see_all_that_several_writers_post(database: Database, posting: Posting) -> None:
    await a_province(posting)
    first, second = Followers(database), Followers(database)
    writers = [
        posted(posting, who, RecordKind.PENALTY, *(penalty(100 * n + m) for m in range(20)))
        for n, who in enumerate([ECOLOGY, FINANCE] * 4, start=1)
    ]
    async with at_work(first, second, Sequencer(database), Sequencer(database)):
        reading = asyncio.gather(take(first, 171), take(second, 171))
        await asyncio.gather(*writers)
        seen, also = await reading
    assert [entry.position for entry in seen] == list(range(1, 172))
    assert also == seen
    assert len({(entry.record_id, entry.version) for entry in seen}) == 171


async def test_who_comes_back_goes_on_where_it_was(database: Database, posting: Posting) -> None:
    await a_province(posting)
    following = Followers(database)
    async with at_work(following, Sequencer(database)):
        seen = await take(following, 11)
        await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(50))
        [last] = await take(following, 1, seen[-1].cursor)
    assert (last.position, last.kind, last.department) == (12, RecordKind.OPINION, Department.ECOLOGY)
    assert not following._followers


async def test_entries_of_other_kinds_are_passed_over_and_not_looked_at_again(database: Database, posting: Posting) -> None:
    await a_province(posting)
    following = Followers(database)
    async with (
        at_work(following, Sequencer(database)),
        aclosing(following.follow(BEGINNING, _PENALTIES_OF_FINANCE)) as log,
    ):
        assert (await anext(log)).reached.position == 11
        waiting = asyncio.ensure_future(_next_entries(log))
        await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(60))
        await posted(posting, FINANCE, RecordKind.PENALTY, penalty(61))
        async with asyncio.timeout(PATIENCE_SECONDS):
            [entry] = await waiting
    assert (entry.department, entry.position) == (Department.FINANCE, 13)


async def test_who_works_on_what_was_posted_is_woken_when_the_log_has_grown_and_not_again(
    database: Database, posting: Posting
) -> None:
    """Whether anybody follows or not."""
    await a_province(posting)
    bell = Bell(spacing=0.0)
    following, numbering = Followers(database, grown=[bell]), Sequencer(database)
    await numbering.step()

    async def is_rung() -> bool:
        while await following.work():
            pass
        began = asyncio.get_running_loop().time()
        await bell.wait(0.1)
        return asyncio.get_running_loop().time() - began < 0.1

    assert await is_rung(), "what was there before is work too"
    assert not await is_rung()
    await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(50))
    assert not await is_rung()
    await numbering.step()
    assert await is_rung()
    assert not await is_rung()


async def test_a_position_that_the_log_has_not_reached_is_refused(database: Database, posting: Posting) -> None:
    await a_province(posting)
    await Sequencer(database).step()
    following = Followers(database)
    assert await following.start(None) == await following.start(Cursor(11))
    with pytest.raises(HubError) as refused:
        await following.start(Cursor(12))
    assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_INPUT, "after")


async def test_who_follows_from_before_what_is_kept_is_told_the_same(
    database: Database, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "_KEPT", 3)
    await a_province(posting)
    following = Followers(database)
    async with at_work(following, Sequencer(database)), aclosing(following.follow(BEGINNING)) as log:
        seen = [*(await anext(log)).entries]
        await posted(posting, ECOLOGY, RecordKind.OPINION, *(opinion(50 + n) for n in range(8)))
        while len(seen) < 19:
            seen += (await anext(log)).entries
        late = await take(following, 19)
        later = await take(following, 2, seen[16].cursor)
    assert [entry.position for entry in seen] == list(range(1, 20))
    assert (late, later) == (seen, seen[17:])


async def test_who_comes_after_all_have_gone_misses_nothing_of_the_time_between(database: Database, posting: Posting) -> None:
    await a_province(posting)
    following = Followers(database)
    async with at_work(following, Sequencer(database)):
        before = await take(following, 11)
        await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(50), opinion(51))
        seen = await take(following, 2, before[-1].cursor)
    assert [entry.position for entry in seen] == [12, 13]


@pytest.mark.parametrize(("unknown", "unnumbered", "is_sent_away"), [(10.0, 10.0, False), (10.1, 0.0, True), (0.0, 10.1, True)])
async def test_who_waits_in_silence_for_more_than_ten_seconds_is_sent_away(
    database: Database, monkeypatch: pytest.MonkeyPatch, unknown: float, unnumbered: float, is_sent_away: bool
) -> None:
    """Nobody knows how far the log is, or what was posted gets no position."""
    monkeypatch.setattr(followers, "_PATIENCE_SECONDS", 0.01)
    at = [0.0]
    following = Followers(database, unnumbered=lambda: unnumbered, ticks=lambda: at[0])
    at[0] = 100.0
    assert following.behind() == 0
    async with aclosing(following.follow(BEGINNING)) as log:
        waiting = asyncio.ensure_future(anext(log))
        while not following._followers:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0)
        # What was before anybody followed counts for nothing.
        assert following.behind() == 0
        at[0] += unknown
        assert following.behind() == pytest.approx(unknown)
        done, _ = await asyncio.wait([waiting], timeout=10 if is_sent_away else 0.2)
        assert bool(done) is is_sent_away
        waiting.cancel()
        [ended] = await asyncio.gather(waiting, return_exceptions=True)
    assert isinstance(ended, HubError) == is_sent_away
    assert following.behind() == 0


async def test_all_who_follow_are_told_out_of_one_look_a_part_of_the_log_at_a_time(
    database: Database, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "_AT_ONCE", 2)
    await a_province(posting)
    following, numbering = Followers(database), Sequencer(database)
    await numbering.step()
    assert await following.work() is False
    assert following.end == await following.last()
    async with aclosing(following.follow(await following.last())) as log:
        waiting = asyncio.ensure_future(anext(log))
        while not following._followers:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0)
        assert await following.work() is False
        await posted(posting, ECOLOGY, RecordKind.OPINION, *(opinion(50 + n) for n in range(5)))
        await numbering.step()
        told: list[Posted] = []
        for more, reached in ((True, 13), (True, 15), (False, 16), (False, 16)):
            assert (await following.work(), following.end and following.end.position) == (more, reached)
        # What is known is asked for no more: the database could not tell it.
        await pruned(database, 16)
        told += (await waiting).entries
        while len(told) < 5:
            told += (await anext(log)).entries
    assert [entry.position for entry in told] == [12, 13, 14, 15, 16]


async def test_who_follows_an_empty_log_is_told_its_first_entry(database: Database, posting: Posting) -> None:
    following, numbering = Followers(database), Sequencer(database)
    async with aclosing(following.follow(BEGINNING)) as log:
        waiting = asyncio.ensure_future(anext(log))
        while not following._followers:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0)
        await following.work()
        await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
        await numbering.step()
        await following.work()
        assert [entry.position for entry in (await asyncio.wait_for(waiting, PATIENCE_SECONDS)).entries] == [1]


async def test_what_is_kept_is_told_from_the_first_entry_to_the_last_and_the_database_is_asked_for_the_rest_alone(
    database: Database, posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "_KEPT", 3)
    await a_province(posting)
    following, numbering = Followers(database), Sequencer(database)
    await numbering.step()

    async def told(after: Cursor) -> Sequence[Posted] | ErrorCode:
        async with aclosing(following.follow(after)) as log:
            try:
                return (await asyncio.wait_for(anext(log), PATIENCE_SECONDS)).entries
            except HubError as refused:
                return refused.code

    async with aclosing(following.follow(await following.last())) as first:
        waiting = asyncio.ensure_future(anext(first))
        while not following._followers:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0)
        await following.work()
        await posted(posting, ECOLOGY, RecordKind.OPINION, *(opinion(50 + n) for n in range(4)))
        await numbering.step()
        await following.work()
        assert [entry.position for entry in (await waiting).entries] == [12, 13, 14, 15]
        kept = (await following.stretch(Cursor(12), EVERYTHING, 3)).entries
        # From now on the database knows of nothing.
        await pruned(database, 15)
        for place in range(3):
            for after in (Cursor(12 + place), *(entry.cursor for entry in kept[:place][-1:])):
                assert await told(after) == kept[place:]
        async with aclosing(following.follow(kept[-1].cursor)) as log:
            done, _ = await asyncio.wait([still := asyncio.ensure_future(anext(log))], timeout=0.1)
            assert not done
            still.cancel()
            await asyncio.gather(still, return_exceptions=True)
        assert await told(Cursor(11)) is ErrorCode.INVALID_INPUT
        # Of which log a place is, is told by the entry there, and not by the one that follows.
        for position in (13, 14, 15):
            assert await told(Cursor(position, "AbCdEfGhIjKl")) is ErrorCode.LOG_CHANGED
        assert await told(Cursor(12, "AbCdEfGhIjKl")) == kept


async def test_a_place_is_waited_for_as_long_as_is_said_and_no_longer(database: Database, posting: Posting) -> None:
    await a_province(posting)
    at = [0.0]
    following, still, numbering = Followers(database), Followers(database, ticks=lambda: at[0]), Sequencer(database)
    await numbering.step()
    [result] = await posted(posting, ECOLOGY, RecordKind.OPINION, opinion(50))
    assert result.record_id is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        # No time has passed: that is all the time there was.
        assert await still.numbered(result.record_id, 1, 0) is None
        with pytest.raises(HubError) as late:
            await still.reached(Cursor(12), 0)
        assert (late.value.code, late.value.field) == (ErrorCode.DEADLINE_EXCEEDED, "Hub-After")
        await still.work()
        with pytest.raises(HubError):
            await still.reached(Cursor(12), 0)
        waiting = asyncio.gather(following.numbered(result.record_id, 1, 60), following.reached(Cursor(12), 60))
        await asyncio.sleep(0.1)
        await numbering.step()
        place, reached = await waiting
    assert place == reached == await following.last()
    assert place is not None
    assert place.position == 12
    with pytest.raises(HubError) as other:
        await still.reached(Cursor(11, "AbCdEfGhIjKl"), 60)
    assert (other.value.code, other.value.field) == (ErrorCode.LOG_CHANGED, "Hub-After")
    # One that is known to have been reached is not looked for.
    await still.work()
    await pruned(database, 12)
    assert await still.reached(Cursor(12), 0) == place
    assert await still.reached(Cursor(3), 0) == place
