"""Engines, transactions, and the fast lane for planned reads.  The same promises on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine import connections
from hub.storage.engine.address import PostgresAddress, async_url
from hub.storage.engine.as_one import AsOne
from hub.storage.engine.away import Away
from hub.storage.engine.clock import DatabaseClock
from hub.storage.engine.postgres import PostgresReads
from hub.storage.engine.sqlite import READERS, SqliteReads, let_readers_go_on

# Below a warning they tell of each statement what it stores, and of each row what it holds.
for _library in ("aiosqlite", "sqlalchemy"):
    logging.getLogger(_library).setLevel(logging.WARNING)

T = TypeVar("T")

#: A connection inside a transaction, as `transaction` and `connection` give it.
Connection = AsyncConnection

#: What using a connection raises when the database cannot do what it should.
Unreachable = sa.exc.DBAPIError

#: Of several writers on one record one gets through each time, so as many may have to try again.
_ATTEMPTS = 30
_LONGEST_WAIT = 0.3
#: What ends well when it is done again: unique violation, transaction rollback (SQLSTATE), and what SQLite calls the same.
_RACES = ("23505", "40")
_SQLITE_RACES = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
#: How long to wait for a connection, a new one or one of the pool.
_PATIENCE_SECONDS = 5.0
#: A server that is stopped ends nothing by itself; its own limit (`statement_timeout`) comes first where it runs.
_COMMAND_SECONDS = 65.0
_LOOK_SECONDS = 10.0
#: Of the sessions of those who write.  Who is stopped or cut off amid its work keeps others from the same mines no longer than
#: they wait for a lock.
_SETTINGS = {
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "10s",
    "statement_timeout": "60s",
    "jit": "off",
    # As if a disk turned, the server would rather read a whole table than look up one record.
    "random_page_cost": "1.1",
}
#: Of the session that changes tables, which takes the time that the rows there are need.
_UNHURRIED = {name: "0" if name.endswith("_timeout") else value for name, value in _SETTINGS.items()}

#: What PostgreSQL writes a quarter of a megabyte on its disk for, and leaves nothing of.
_NEEDING_ROOM = (
    "SET LOCAL work_mem = '64kB'",
    "SELECT count(*) FROM generate_series(1, 16384)",
)

#: FULL keeps acknowledged writes through a power cut.
_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000")


class Database:
    """One database, opened by `start` and closed by `close`.

    `read_seconds` ends a planned read with DEADLINE_EXCEEDED; the connection stays healthy.
    """

    def __init__(
        self, url: str, *, read_seconds: float = 10.0, pool_size: int = 10, clock: DatabaseClock | None = None
    ) -> None:
        self.url = async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.dialect_name = "sqlite" if self.is_sqlite else "postgresql"
        self._read_seconds = read_seconds
        self._pool_size = pool_size
        self.engine: AsyncEngine = self._make_engine()
        self._writers = self.engine.execution_options(hub_writes=True)
        self._unbegun = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        # SQLite has one place for writers, and lets those who wait for it sleep: within a process they take turns.
        self._turn = asyncio.Lock()
        self._reader: SqliteReads | PostgresReads | None = None
        self._as_one: WeakKeyDictionary[asyncio.Task[Any], AsOne] = WeakKeyDictionary()
        #: Who turns what the drivers say into UNAVAILABLE, and tells of it.
        self.away = Away()
        #: What time it is, for all that is compared with what other machines have written.
        self.clock = clock or DatabaseClock()

    @property
    def read_places(self) -> int:
        """How many planned reads run at once."""
        return READERS if self.is_sqlite else self._pool_size

    @property
    def write_places(self) -> int:
        """How many transactions write at once."""
        return 1 if self.is_sqlite else self._pool_size

    def _make_engine(self) -> AsyncEngine:
        if not self.is_sqlite:
            self._address = PostgresAddress.read(self.url, _PATIENCE_SECONDS)
            return create_async_engine(
                self.url.set(query={}),
                pool_size=self._pool_size,
                max_overflow=0,
                pool_timeout=_PATIENCE_SECONDS,
                hide_parameters=True,
                async_creator=self._connect,
            )
        engine = create_async_engine(self.url, pool_size=5, hide_parameters=True)
        sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        sa.event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine

    async def _connect(self) -> connections.Connection:
        return await connections.connect(self._address, _SETTINGS, command_timeout=_COMMAND_SECONDS)

    async def start(self) -> None:
        if self.is_sqlite:
            await self.let_readers_go_on()
            self._reader = SqliteReads(str(self.url.database), self._read_seconds)
        else:
            reads = PostgresReads(self._address, self._read_seconds, self._pool_size)
            self._reader = reads
            with self.away:
                await reads.open()
            async with self.connection() as connection:
                await self.clock.look(connection)

    async def let_readers_go_on(self) -> None:
        """While one writes to SQLite's file: how it is kept changes as a hub makes or serves it, and not as somebody looks."""
        with self.away:
            await asyncio.to_thread(let_readers_go_on, str(self.url.database))

    async def close(self) -> None:
        if self._reader is not None:
            await self._reader.close()
        await self.engine.dispose()

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database."""
        name = self.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" else None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A connection that writes: all of the block is stored, or nothing.  On SQLite writers queue from their first word.

        Raises UNAVAILABLE where the database cannot do it now; so do all ways of using it.
        """
        with self.away:
            async with self._transaction() as connection:
                yield connection

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        if (one := self._of_this_task) is not None:
            connection = await one.connection()
            async with connection.begin_nested():
                yield connection
            return
        async with self._opened() as connection:
            yield connection

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[AsyncConnection]:
        async with self._turn if self.is_sqlite else nullcontext(), _begun(self._writers) as connection:
            yield connection

    @asynccontextmanager
    async def as_one(self, before: Callable[[AsyncConnection], Awaitable[None]]) -> AsyncIterator[AsOne]:
        """All that the task which is here writes until the end of the block is stored, or nothing: its transactions are parts
        of one, and what it reads by `connection` it reads there.

        That one begins, by `before`, with the first of them; until then nobody waits for it.  Raises as `transaction` does.
        """
        task = asyncio.current_task()
        assert task is not None, "transactions are of tasks"
        with self.away:
            async with AsOne(self._opened, before) as one:
                self._as_one[task] = one
                try:
                    yield one
                finally:
                    del self._as_one[task]

    @property
    def _of_this_task(self) -> AsOne | None:
        task = asyncio.current_task() if self._as_one else None
        return self._as_one.get(task) if task is not None else None

    @asynccontextmanager
    async def unhurried(self) -> AsyncIterator[AsyncConnection]:
        """A transaction without the limits of those who post, in a session of its own."""
        if self.is_sqlite:
            async with self.transaction() as connection:
                yield connection
            return

        async def connect() -> connections.Connection:
            return await connections.connect(self._address, _UNHURRIED)

        engine = create_async_engine(self.url.set(query={}), poolclass=sa.NullPool, hide_parameters=True, async_creator=connect)
        with self.away:
            async with _begun(engine) as connection:
                yield connection

    @asynccontextmanager
    async def each_alone(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which each statement is stored by itself: one way to the server, where a transaction of it takes
        three.  Raises as `transaction` does."""
        if self.is_sqlite:
            async with self.transaction() as connection:
                yield connection
            return
        with self.away:
            async with self._unbegun.connect() as connection:
                yield connection

    async def commit(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run `work` in a transaction, again from the start when another writer got in between.

        Raises UNAVAILABLE when that goes on, and when the connection is lost: then nobody knows whether the work is stored.
        """
        lost: sa.exc.DBAPIError | None = None
        for attempt in range(_ATTEMPTS):
            with self.away:
                try:
                    async with self._transaction() as connection:
                        return await work(connection)
                except sa.exc.DBAPIError as error:
                    if error.connection_invalidated or not _lost_a_race(error):
                        raise
                    lost = error
            await asyncio.sleep(random.uniform(0, min(0.02 * 2**attempt, _LONGEST_WAIT)))  # noqa: S311
        if lost is not None:
            self.away.tell(lost)
        raise HubError(ErrorCode.UNAVAILABLE) from lost

    async def check_writing(self) -> None:
        """Write something that changes nothing; UNAVAILABLE where nothing can be written: a full disk, a read-only file."""
        async with self.transaction() as connection:
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
            if not self.is_sqlite:
                # One row finds its place in what the server has of the disk already.
                for statement in _NEEDING_ROOM:
                    await connection.exec_driver_sql(statement)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading a few rows in Python, for `_LOOK_SECONDS` at most."""
        if (one := self._of_this_task) is not None and one.begun is not None:
            yield one.begun
            return
        with self.away:
            async with asyncio.timeout(_LOOK_SECONDS), _begun(self.engine) as connection:
                yield connection

    async def listen(self, channel: str, heard: Callable[[], None]) -> connections.Connection:
        """A connection of its own to PostgreSQL, which calls `heard` for whatever is said on a channel."""
        with self.away:
            connection = await connections.connect(self._address, _SETTINGS, command_timeout=_PATIENCE_SECONDS)
            await connection.add_listener(channel, lambda *_: heard())
        return connection

    async def is_there(self, connection: connections.Connection) -> bool:
        """Whether a connection that `listen` gave is still good; one that is not is left."""
        try:
            await connection.execute("SELECT 1")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection.terminate()
            return False
        return True

    async def fetch_json(self, sql: str, values: Sequence[Any]) -> bytes:
        """The one JSON text that a planned read answers with, in UTF-8."""
        try:
            return await self._started().fetch_json(sql, values)
        except Exception as error:
            self.away.check(error)
            raise

    async def explain(self, sql: str, values: Sequence[Any]) -> list[str]:
        """How the database means to run a planned read, line by line, in its own words."""
        with self.away:
            return await self._started().explain(sql, values)

    def _started(self) -> SqliteReads | PostgresReads:
        if self._reader is None:
            raise HubError(ErrorCode.UNAVAILABLE)
        return self._reader


@asynccontextmanager
async def _begun(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection, connection.begin():
        try:
            yield connection
        except TimeoutError:
            # A server that has stopped would not end the transaction either.
            await connection.invalidate()
            raise


def _lost_a_race(error: sa.exc.DBAPIError) -> bool:
    """Two writers made the same row, or one had to give way: unique violation, serialisation failure or deadlock.

    Of what breaks another rule of the tables nothing gets better by doing it again.
    """
    state = getattr(error.orig, "sqlstate", None) or ""
    is_sqlites = getattr(error.orig, "sqlite_errorcode", None) in _SQLITE_RACES
    return is_sqlites or state.startswith(_RACES) or "database is locked" in str(error.orig)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: BEGIN IMMEDIATE below does, or updates get lost.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("hub_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
