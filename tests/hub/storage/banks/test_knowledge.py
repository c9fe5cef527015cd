"""Who has posted is found by an index, whatever the database believes of how much waits for its position; and whatever a mine's
records name concerns it."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from hub.domain.record_kinds import RecordKind
from hub.domain.rules.reached import THROUGH
from hub.domain.rules.timelines import Subject
from hub.domain.words.departments import Department
from hub.services.log.sequencer import Sequencer
from hub.services.posting.pipeline import Posting
from hub.storage.banks import knowledge
from hub.storage.engine.database import Connection, Database
from hub.storage.records import log
from tests import duties
from tests.conftest import NOW
from tests.makers import MARKET_REGULATION, NATURAL_RESOURCES, enterprise, licence, mine, posted

SECOND = timedelta(seconds=1)


async def write(connection: Connection, *entries: tuple[Department, datetime, int | None]) -> None:
    rows = [
        {
            **dict.fromkeys(("kind", "action", "source", "posted_by", "payload_hash"), "x"),
            **{"record_id": f"x_{number}", "version": 1, "mines": []},
            **{"department": who, "recorded_at": at, "position": position},
        }
        for number, (who, at, position) in enumerate(entries)
    ]
    await connection.execute(sa.insert(log.log), rows)


async def test_who_posted_after_a_position_or_waits_for_one_is_told_with_the_first_moment(database: Database) -> None:
    async with database.transaction() as connection:
        await write(
            connection,
            (Department.ECOLOGY, NOW, 1),
            (Department.FINANCE, NOW + SECOND, 2),
            (Department.FINANCE, NOW, 3),
            (Department.FORESTRY_GRASSLAND, NOW + SECOND, None),
        )
        everybody = {Department.ECOLOGY: NOW, Department.FINANCE: NOW, Department.FORESTRY_GRASSLAND: NOW + SECOND}
        assert await knowledge.first_posts(connection) == everybody
        waiting = (Department.FORESTRY_GRASSLAND, NOW + SECOND, None)
        assert set(await knowledge.first_posts_after(connection, 1)) == {(Department.FINANCE, NOW, 3), waiting}
        assert await knowledge.first_posts_after(connection, 3) == [waiting]


async def test_where_all_has_waited_once_the_log_is_read_whole_by_nobody_who_looks_what_waits(database: Database) -> None:
    async with database.transaction() as connection:
        await write(connection, *((Department.ECOLOGY, NOW, None) for _ in range(3000)))
        await connection.execute(sa.text("ANALYZE"))
        await connection.execute(sa.update(log.log).values(position=log.log.c.entry))
        read_whole = await _read_whole(connection)
        assert not await log.waits(connection)
        assert await knowledge.first_posts_after(connection, 2999) == [(Department.ECOLOGY, NOW, 3000)]
        assert await _read_whole(connection) == read_whole


async def _read_whole(connection: Connection) -> int:
    """How often the log was read from its beginning to its end in this transaction; SQLite does not tell."""
    if connection.dialect.name == "sqlite":
        return 0
    counted = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'log'"
    return int(await connection.scalar(sa.text(counted)) or 0)


#: What is named by a record of the first mine, and of no other.
NAMED = {
    RecordKind.ENTERPRISE: (MARKET_REGULATION, enterprise(1), {"name": "示例更名矿业有限公司"}),
    RecordKind.EXPERT: (NATURAL_RESOURCES, duties.expert(1), {"name": "示例专家甲"}),
    RecordKind.ASSESSOR: (NATURAL_RESOURCES, duties.assessor(1), {"suspendedUntil": "2030-01-01"}),
    RecordKind.INDICATOR_SYSTEM: (NATURAL_RESOURCES, duties.system(), {"passPoints": "89"}),
    RecordKind.SUPPORT_POLICY: (NATURAL_RESOURCES, duties.support_policy(), {"title": "示例政策"}),
}


async def test_what_a_mines_records_name_concerns_it(database: Database) -> None:
    posting = Posting(database)
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1), mine(2))
    await posted(posting, NATURAL_RESOURCES, RecordKind.EXPERT, duties.expert(2))
    for kind, (who, item, _) in NAMED.items():
        await posted(posting, who, kind, item)
    by_policy = {"policyNumber": NAMED[RecordKind.SUPPORT_POLICY][1]["documentNumber"]}
    for kind, more in ((RecordKind.ASSESSMENT, {}), (RecordKind.SUPPORT_GRANT, by_policy)):
        [result] = await posted(posting, NATURAL_RESOURCES, kind, duties.made(kind, licenceNo=licence(1)) | more)
        assert result.record_id, result
    assert NAMED.keys() == set(THROUGH[Subject.MINE])
    for kind, (who, item, otherwise) in NAMED.items():
        await Sequencer(database).step()
        async with database.connection() as connection:
            before = await log.last_position(connection)
        [result] = await posted(posting, who, kind, item | otherwise)
        assert result.version == 2, result
        await Sequencer(database).step()
        async with database.connection() as connection:
            concerned = await knowledge.mines_concerned(connection, await log.after(connection, before, 10))
        assert concerned == {licence(1)}, kind
