"""Engines, transactions, and the fast lane for planned reads.  The same promises on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from hub.domain.errors import ErrorCode, HubError

T = TypeVar("T")

#: A connection inside a transaction, as `transaction` and `connection` give it.
Connection = AsyncConnection

#: What using a connection raises when the database cannot do what it should.
Unreachable = sa.exc.DBAPIError

#: What the driver raises when the server is not there, or has cut us off.
_GONE = (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, asyncpg.ConnectionDoesNotExistError, OSError)

_READERS = 8
#: Of several writers on one record one gets through each time, so as many may have to try again.
_ATTEMPTS = 30
_LONGEST_WAIT = 0.3

#: WAL lets readers go on while one writes; FULL keeps acknowledged writes through a power cut.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000")


def async_url(url: str) -> URL:
    """The URL with the driver that the hub uses; raises INVALID_INPUT for other databases."""
    parsed = make_url(url)
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    backend = parsed.drivername.split("+")[0]
    if backend not in drivers:
        raise HubError(ErrorCode.INVALID_INPUT, "HUB_DATABASE_URL: sqlite:///… or postgresql://…")
    return parsed.set(drivername=drivers[backend])


class Database:
    """One database, opened by `start` and closed by `close`.

    `read_seconds` ends a planned read with DEADLINE_EXCEEDED; the connection stays healthy.
    """

    def __init__(self, url: str, *, read_seconds: float = 10.0, pool_size: int = 10) -> None:
        self.url = async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.dialect_name = "sqlite" if self.is_sqlite else "postgresql"
        self._read_seconds = read_seconds
        self._pool_size = pool_size
        self.engine: AsyncEngine = self._make_engine()
        self._writers = self.engine.execution_options(hub_writes=True)
        # SQLite has one place for writers, and lets those who wait for it sleep: within a process they take turns.
        self._turn = asyncio.Lock()
        self._reader: _SqliteReader | _PostgresReader | None = None

    def _make_engine(self) -> AsyncEngine:
        if not self.is_sqlite:
            timeouts = {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s", "statement_timeout": "60s"}
            return create_async_engine(
                self.url,
                pool_size=self._pool_size,
                max_overflow=0,
                connect_args={"server_settings": {**timeouts, "jit": "off", "application_name": "greenmine-hub"}},
            )
        if self.url.database and self.url.database != ":memory:":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(self.url, pool_size=5)
        sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        sa.event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine

    async def start(self) -> None:
        if self.is_sqlite:
            self._reader = _SqliteReader(str(self.url.database), self._read_seconds)
        else:
            self._reader = await _PostgresReader.open(self.url, self._read_seconds, self._pool_size)

    async def close(self) -> None:
        if self._reader is not None:
            await self._reader.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A connection that writes: all of the block is stored, or nothing.  On SQLite writers queue from their first word."""
        async with self._turn if self.is_sqlite else nullcontext(), self._writers.begin() as connection:
            yield connection

    async def commit(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run `work` in a transaction, again from the start when another writer got in between.

        Raises UNAVAILABLE when that goes on, and when the connection is lost: then nobody knows whether the work is stored.
        """
        for attempt in range(_ATTEMPTS):
            try:
                async with self.transaction() as connection:
                    return await work(connection)
            except sa.exc.DBAPIError as error:
                if error.connection_invalidated:
                    raise HubError(ErrorCode.UNAVAILABLE) from error
                if not _lost_a_race(error):
                    raise
            await asyncio.sleep(random.uniform(0, min(0.02 * 2**attempt, _LONGEST_WAIT)))  # noqa: S311
        raise HubError(ErrorCode.UNAVAILABLE)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading rows in Python."""
        async with self.engine.begin() as connection:
            yield connection

    async def fetch_text(self, sql: str, values: Sequence[Any]) -> str:
        """The one text that a planned read answers with."""
        return await self._started().fetch_text(sql, values)

    async def explain(self, sql: str, values: Sequence[Any]) -> list[str]:
        """How the database means to run a planned read, line by line, in its own words."""
        return await self._started().explain(sql, values)

    def _started(self) -> _SqliteReader | _PostgresReader:
        if self._reader is None:
            raise HubError(ErrorCode.UNAVAILABLE)
        return self._reader


def _lost_a_race(error: sa.exc.DBAPIError) -> bool:
    """Two writers made the same row, or one had to give way: serialisation failure or deadlock (SQLSTATE class 40)."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return isinstance(error, sa.exc.IntegrityError) or state.startswith("40") or "database is locked" in str(error.orig)


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


class _Interruptible:
    """One read of a thread: from the loop it can be ended, be it waiting, running or over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._ended = False

    @contextmanager
    def on(self, connection: sqlite3.Connection) -> Iterator[None]:
        with self._lock:
            if self._ended:
                raise HubError(ErrorCode.DEADLINE_EXCEEDED)
            self._connection = connection
        try:
            yield
        finally:
            with self._lock:
                self._connection = None

    def end(self) -> None:
        with self._lock:
            self._ended = True
            if self._connection is not None:
                self._connection.interrupt()


class _SqliteReader:
    """Read-only connections, one for each thread of a small pool; reads that take too long, or whose caller left, are ended."""

    def __init__(self, path: str, seconds: float) -> None:
        self._path = path
        self._seconds = seconds
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="hub-read")

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA query_only=ON")
            self._local.connection = connection
            self._open.append(connection)
        return connection

    def _read(self, read: _Interruptible, sql: str, values: Sequence[Any]) -> str:
        connection = self._connection()
        try:
            with read.on(connection):
                return str(connection.execute(sql, values).fetchone()[0])
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise HubError(ErrorCode.DEADLINE_EXCEEDED) from None
            if "stack overflow" in str(error) or "too large" in str(error):
                raise HubError(
                    ErrorCode.INVALID_INPUT, "nested too deeply for SQLite; PostgreSQL takes more", field="query"
                ) from None
            if "integer overflow" in str(error):
                raise HubError(ErrorCode.INVALID_INPUT, "a sum past 64 bits; PostgreSQL takes more", field="query") from None
            raise

    def _explain(self, sql: str, values: Sequence[Any]) -> list[str]:
        depths = {0: -1}
        lines = []
        for step, parent, _, words in self._connection().execute(f"EXPLAIN QUERY PLAN {sql}", values):
            depths[step] = depths.get(parent, 0) + 1
            lines.append("  " * depths[step] + words)
        return lines

    async def explain(self, sql: str, values: Sequence[Any]) -> list[str]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._explain, sql, values)

    async def fetch_text(self, sql: str, values: Sequence[Any]) -> str:
        loop = asyncio.get_running_loop()
        read = _Interruptible()
        watch = loop.call_later(self._seconds, read.end)
        try:
            return await loop.run_in_executor(self._threads, self._read, read, sql, values)
        except asyncio.CancelledError:
            read.end()
            raise
        finally:
            watch.cancel()

    async def close(self) -> None:
        self._threads.shutdown(wait=True)
        for connection in self._open:
            connection.close()


class _PostgresReader:
    """The driver's own pool: prepared statements, no layer between."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: URL, seconds: float, size: int) -> _PostgresReader:
        settings = {
            "statement_timeout": f"{int(seconds * 1000)}ms",
            "default_transaction_read_only": "on",
            "jit": "off",
            # Planning a statement of nested pages costs more than running it, and the server's own choice turns to
            # planning on every run as the tables grow; all that is asked by has an index whatever the values are.
            "plan_cache_mode": "force_generic_plan",
            "application_name": "greenmine-hub-reads",
        }
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return cls(
            await asyncpg.create_pool(
                plain, min_size=1, max_size=size, server_settings=settings, statement_cache_size=500, reset=_no_reset
            )
        )

    async def fetch_text(self, sql: str, values: Sequence[Any]) -> str:
        try:
            return str(await self._pool.fetchval(sql, *values))
        except asyncpg.QueryCanceledError:
            raise HubError(ErrorCode.DEADLINE_EXCEEDED) from None
        except _GONE as error:
            raise HubError(ErrorCode.UNAVAILABLE) from error

    async def explain(self, sql: str, values: Sequence[Any]) -> list[str]:
        # Prepared, so that the plan shown is the one for any values, which is the one that runs.
        blanks = f"({', '.join(['NULL'] * len(values))})" if values else ""
        async with self._pool.acquire() as connection:
            await connection.execute(f"PREPARE explained AS {sql}")
            try:
                return [row[0] for row in await connection.fetch(f"EXPLAIN EXECUTE explained{blanks}")]
            finally:
                await connection.execute("DEALLOCATE explained")

    async def close(self) -> None:
        await self._pool.close()


async def _no_reset(_connection: Any) -> None:
    """Planned reads leave nothing behind, so a connection needs no reset between them."""
