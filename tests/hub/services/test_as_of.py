"""A place in the log is a moment: by when all was recorded is asked for once, what comes later until nothing can any more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.domain.as_of import Asked
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import HubError
from hub.services.as_of import Moments
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.records import log
from tests.calendars import Calendar
from tests.makers import ECOLOGY, penalty, posted


async def test_a_place_is_known_for_ever_and_what_comes_later_an_hour_afterwards(database: Database) -> None:
    clock = Calendar()
    posting, sequencer, moments = Posting(database, clock), Sequencer(database), Moments(database, clock)

    async def post(number: int) -> str:
        [result] = await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(number, mines=[]))
        assert result.record_id
        return f"{result.record_id}.v1"

    async def later(known_at: object = 1) -> tuple[str, ...]:
        found = await moments.resolve(Asked.read(None, known_at))
        assert found.at == then
        return found.later

    async def refusal(known_at: object) -> str:
        with pytest.raises(HubError) as caught:
            await later(known_at)
        return caught.value.code

    then = clock()
    await post(1)
    assert await refusal(1) == "BEYOND_THE_LOG"
    await sequencer.step()
    assert await later() == ()
    second = await post(2)
    assert await later() == (second,), "without a position it comes later all the same"
    await sequencer.step()
    third = await post(3)
    clock.pass_by(hours=1)
    assert await later() == (second, third)
    clock.at = then
    late = await post(4)
    clock.pass_by(hours=1, microseconds=1)
    assert await later() == (second, third, late)
    clock.at = then
    await post(5)
    clock.pass_by(hours=1, microseconds=1)
    assert await later() == (second, third, late), "none was on its way any more"
    async with database.connection() as connection:
        entry = await log.at(connection, 1)
    assert entry is not None
    assert await later(str(entry.cursor)) == (second, third, late)
    async with database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE log SET payload_hash = 'another' WHERE position = 1")
    assert await refusal(str(entry.cursor)) == "LOG_CHANGED"
    assert len(await later()) == 4
    async with database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE log SET position = position + 100 WHERE position IS NOT NULL")
    assert await refusal(1) == "CURSOR_TOO_OLD"
    clock.at = then + timedelta(seconds=1)
    assert (await moments.resolve(Asked(on=then.date()))).at is None
