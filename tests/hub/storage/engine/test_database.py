"""The promises of a database: reads end in time and leave the connection well; writers take turns and lose nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Any

import pytest
import sqlalchemy as sa

from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine import database as engine
from hub.storage.engine.address import async_url
from hub.storage.engine.database import Connection, Database

#: Reads that would go on for longer than anybody waits.
ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(600)::text",
}


@pytest.fixture
async def hasty(database_url: str) -> AsyncIterator[Database]:
    """A database whose reads may take a fifth of a second, on a single connection."""
    opened = Database(database_url, read_seconds=0.2, pool_size=1)
    await opened.start()
    yield opened
    await opened.close()


async def test_a_read_that_takes_too_long_ends_and_the_connection_is_well_after_it(hasty: Database) -> None:
    for _ in range(3):
        with pytest.raises(HubError) as ended:
            await hasty.fetch_json(ENDLESS[hasty.dialect_name], [])
        assert ended.value.code is ErrorCode.DEADLINE_EXCEEDED
        assert await hasty.fetch_json("SELECT 'well'", []) == b"well"


async def test_reads_beside_one_that_takes_too_long_are_answered(database: Database) -> None:
    slow = asyncio.create_task(database.fetch_json(ENDLESS[database.dialect_name], []))
    told = await asyncio.wait_for(asyncio.gather(*(database.fetch_json(f"SELECT '{n}'", []) for n in range(20))), 5)
    assert told == [str(n).encode() for n in range(20)]
    assert not slow.done()
    slow.cancel()
    with pytest.raises((asyncio.CancelledError, HubError)):
        await slow
    # A read whose caller left is not carried on: closing waits for all that run.
    await asyncio.wait_for(database.close(), 5)


async def test_who_gives_up_waiting_for_a_place_keeps_it_from_nobody(hasty: Database) -> None:
    slow, gives_up, waits = (
        asyncio.create_task(hasty.fetch_json(sql, [])) for sql in (ENDLESS[hasty.dialect_name], "SELECT '1'", "SELECT '2'")
    )
    await asyncio.sleep(0)
    gives_up.cancel()
    assert await waits == b"2"
    with pytest.raises(HubError):
        await slow
    assert await hasty.fetch_json("SELECT '3'", []) == b"3"


async def test_what_was_prepared_over_a_table_that_is_another_now_is_prepared_anew(database: Database) -> None:
    statements = ["CREATE TABLE kept (word TEXT)", "INSERT INTO kept VALUES ('before')"]
    changes = ["DROP TABLE kept", "CREATE TABLE kept (word TEXT)", "INSERT INTO kept VALUES ('after')"]
    if not database.is_sqlite:
        changes = ["CREATE DOMAIN worded AS TEXT", "ALTER TABLE kept ALTER word TYPE worded", "UPDATE kept SET word = 'after'"]
    for said, told in ((statements, b"before"), (changes, b"after")):
        async with database.transaction() as connection:
            for one in said:
                await connection.exec_driver_sql(one)
        for _ in range(2):
            assert await database.fetch_json("SELECT word FROM kept", []) == told


async def test_planned_reads_cannot_write(database: Database) -> None:
    with pytest.raises(HubError) as refused:
        await database.fetch_json("DELETE FROM mines RETURNING id", [])
    assert "readonly" in str(refused.value.__cause__).replace("-", "")


async def test_what_was_acknowledged_outlives_a_power_cut(database: Database) -> None:
    """As the hub opens a connection: the tests' own forget power cuts once they are used."""
    lent = await database.engine.raw_connection()
    session: Any = lent.driver_connection
    if database.is_sqlite:
        asked = [await session.execute(f"PRAGMA {name}") for name in ("synchronous", "journal_mode")]
        assert [await one.fetchone() for one in asked] == [(2,), ("wal",)]
    else:
        assert await session.fetchval("SHOW synchronous_commit") == "on"
    lent.detach()
    await session.close()


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    async def fails() -> None:
        async with database.transaction() as connection:
            await connection.execute(sa.text("DELETE FROM divisions"))
            raise RuntimeError("示例")

    with pytest.raises(RuntimeError):
        await fails()
    async with database.connection() as connection:
        assert await connection.scalar(sa.text("SELECT count(*) FROM divisions")) > 100


async def test_what_is_said_by_itself_is_stored_by_itself_and_what_a_server_cannot_do_now_is_told(database: Database) -> None:
    async with database.each_alone() as connection:
        await connection.execute(sa.text("DELETE FROM divisions"))
    async with database.connection() as connection:
        assert await connection.scalar(sa.text("SELECT count(*) FROM divisions")) == 0
    with pytest.raises(HubError, match="again later"):
        async with database.each_alone() as connection:
            raise sa.exc.TimeoutError


@pytest.mark.parametrize("url", ["mysql://x/y", "oracle://x/y"])
def test_other_databases_are_refused_in_plain_words(url: str) -> None:
    with pytest.raises(HubError, match="postgresql"):
        async_url(url)


async def test_transactions_of_one_task_are_one_and_a_part_that_fails_is_left_out_alone(database: Database) -> None:
    begun: list[str] = []

    async def before(connection: Connection) -> None:
        begun.append("begun")
        await connection.execute(sa.text("CREATE TABLE words (word text)"))

    async def write(word: str) -> None:
        async def write_it(connection: Connection) -> None:
            await connection.execute(sa.text("INSERT INTO words VALUES (:word)"), {"word": word})
            if word == "fails":
                raise HubError(ErrorCode.CONFLICT)

        await database.commit(write_it)

    async def words() -> list[str]:
        async with database.connection() as connection:
            return list((await connection.execute(sa.text("SELECT word FROM words ORDER BY word"))).scalars())

    for ends in (HubError(ErrorCode.UNAVAILABLE), None):
        with pytest.raises(HubError) if ends else nullcontext():
            async with database.as_one(before):
                async with database.connection() as connection:
                    await connection.execute(sa.text("SELECT 1"))
                assert not begun, "who only reads begins nothing"
                await write("a")
                with pytest.raises(HubError):
                    await write("fails")
                await write("b")
                assert await words() == ["a", "b"]
                # Another task's are its own.
                with pytest.raises((HubError, sa.exc.DBAPIError)):
                    await asyncio.create_task(words())
                if ends:
                    raise ends
        assert begun == ["begun"]
        begun.clear()
    assert await words() == ["a", "b"]


@pytest.mark.parametrize(
    ("broken", "tries"),
    [
        # Somebody else may have made the row in between: at the second time it is seen.
        ("INSERT INTO alembic_version VALUES ('示例')", 2),
        ("INSERT INTO alembic_version VALUES (NULL)", 1),
        ("UPDATE alembic_version SET gone = 1", 1),
    ],
)
async def test_only_what_others_may_have_come_before_is_done_again(database: Database, broken: str, tries: int) -> None:
    tried = 0

    async def work(connection: Connection) -> None:
        nonlocal tried
        tried += 1
        if tried == 1:
            await connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('示例')")
            await connection.exec_driver_sql(broken)

    with pytest.raises(sa.exc.DBAPIError) if tries == 1 else nullcontext():
        await database.commit(work)
    assert tried == tries
    async with database.connection() as connection:
        assert await connection.scalar(sa.text("SELECT count(*) FROM alembic_version")) == 1


async def test_who_always_comes_second_is_told_to_come_back_and_the_log_why(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "_LONGEST_WAIT", 0.0)

    async def work(connection: Connection) -> None:
        for _ in range(2):
            await connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('示例')")

    with pytest.raises(HubError) as refused:
        await database.commit(work)
    assert refused.value.code is ErrorCode.UNAVAILABLE
    [record] = caplog.records
    assert record.getMessage().startswith("the database is away: ")
    assert "示例" not in record.getMessage()
    assert database.away.times == 1
