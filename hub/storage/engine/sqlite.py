"""Planned reads on SQLite: read-only connections in threads, which the loop can end."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.bounds import MOST_BYTES, too_long

READERS = 8
#: Of what others do with the file.
_PATIENCE_SECONDS = 10.0


def let_readers_go_on(path: str) -> None:
    """While one writes: the file is kept with a write-ahead log from then on."""
    with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=_PATIENCE_SECONDS)) as opened:
        opened.execute("PRAGMA journal_mode=WAL")


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


class SqliteReads:
    """Read-only connections, one for each thread of a small pool; reads that take too long, or whose caller left, are ended."""

    def __init__(self, path: str, seconds: float) -> None:
        self._path = path
        self._seconds = seconds
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="hub-read")

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA query_only=ON")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
            # Answers go out as they are: nobody here needs them as text.
            connection.text_factory = bytes
            self._local.connection = connection
            self._open.append(connection)
        return connection

    def _read(self, read: _Interruptible, sql: str, values: Sequence[Any]) -> bytes:
        connection = self._connection()
        try:
            with read.on(connection):
                return bytes(connection.execute(sql, values).fetchone()[0])
        except (sqlite3.OperationalError, sqlite3.DataError) as error:
            if "string or blob too big" in str(error):
                raise too_long() from None
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
            lines.append("  " * depths[step] + words.decode())
        return lines

    async def explain(self, sql: str, values: Sequence[Any]) -> list[str]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._explain, sql, values)

    async def fetch_json(self, sql: str, values: Sequence[Any]) -> bytes:
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
