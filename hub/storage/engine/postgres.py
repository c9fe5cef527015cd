"""Planned reads on PostgreSQL: the driver's own connections and prepared statements, with as little between as can be.

asyncpg's pool starts a task for each connection that is given back, which costs a small read a tenth of its time; reads need
no such care, for they leave nothing behind.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import asyncpg

from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.address import PostgresAddress
from hub.storage.engine.bounds import too_long
from hub.storage.engine.connections import Connection, connect

T = TypeVar("T")

#: The server ends a read that takes too long, and after this time more we do: it may be stopped itself.
_GRACE_SECONDS = 1.0
#: Statements up to this length are prepared once for a connection: what is longer than 15 KiB the driver would prepare anew
#: each time that it is run.
LONGEST_KEPT = 64 * 1024
#: So many of them on each connection.
STATEMENTS_KEPT = 500
#: Run once on a connection.  The C library of the server's process hands memory back after each statement and asks for it
#: anew, which takes a sixth of the time of a page of fifty mines.  Once it has freed a piece as large as this one, glibc's
#: malloc takes that for usual, and keeps it.  Made of parts and counted in bytes: by characters it took four times as long.
KEEP_MEMORY = "SELECT octet_length(repeat(repeat(' ', 4000), 1000))"


class PostgresReads:
    """A few connections that are kept open; a read that takes too long, or whose caller left, is ended by the server."""

    def __init__(self, address: PostgresAddress, seconds: float, size: int) -> None:
        self._seconds = seconds + _GRACE_SECONDS
        self._address = address
        self._settings = {
            "statement_timeout": f"{int(seconds * 1000)}ms",
            "default_transaction_read_only": "on",
            "jit": "off",
            # Planning a statement of nested pages costs more than running it, and the server's own choice turns to
            # planning on every run as the tables grow; all that is asked by has an index whatever the values are.
            "plan_cache_mode": "force_generic_plan",
            # As if a disk turned, the server would rather read a whole table than the index that has all that is asked for.
            "random_page_cost": "1.1",
        }
        self._free = size
        #: Those who wait for a place, the first first.
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._idle: list[Connection] = []
        self._closing: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """See that the server is there; its error where it is not."""
        self._idle.append(await self._connect())

    def fetch_json(self, sql: str, values: Sequence[Any]) -> Awaitable[bytes]:
        return self._with_connection(_json, sql, values, self._seconds)

    async def explain(self, sql: str, values: Sequence[Any]) -> list[str]:
        # Prepared, so that the plan shown is the one for any values, which is the one that runs.
        blanks = f"({', '.join(['NULL'] * len(values))})" if values else ""

        async def work(connection: Connection) -> list[str]:
            await connection.execute(f"PREPARE explained AS {sql}")
            try:
                return [row[0].decode() for row in await connection.fetch(f"EXPLAIN EXECUTE explained{blanks}")]
            finally:
                await connection.execute("DEALLOCATE explained")

        return await self._with_connection(work)

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().close()
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _connect(self) -> Connection:
        connection = await connect(
            self._address, self._settings, statement_cache_size=STATEMENTS_KEPT, max_cacheable_statement_size=LONGEST_KEPT
        )
        await connection.execute(KEEP_MEMORY)
        # Answers go out as they are: nobody here needs them as text.
        await connection.set_type_codec("text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary")
        return connection

    async def _with_connection(self, work: Callable[..., Awaitable[T]], *given: Any) -> T:
        """Do something with a connection of our own, and with what else is given.  (A context manager would cost a small read
        as much as its parsing.)

        Raises DEADLINE_EXCEEDED when the server ended what took too long, and the driver's errors.
        """
        if self._free:
            self._free -= 1
        else:
            await self._place()
        connection = None
        try:
            connection = self._kept() or await self._connect()
            return await work(connection, *given)
        except asyncpg.QueryCanceledError:
            raise HubError(ErrorCode.DEADLINE_EXCEEDED) from None
        except asyncpg.PostgresError:
            raise
        except BaseException:
            # Cancelled, most often: closing waits until the server has ended what it was at.
            self._let_go(connection)
            connection = None
            raise
        finally:
            self._give_back()
            if connection is not None:
                self._idle.append(connection)

    async def _place(self) -> None:
        """Wait for a place; TimeoutError where none comes."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._seconds):
                await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                # The place came at the same moment.
                self._give_back()
            raise

    def _give_back(self) -> None:
        """Give a place to who has waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _kept(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return None

    def _let_go(self, connection: Connection | None) -> None:
        if connection is not None:
            task = asyncio.create_task(connection.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


async def _json(connection: Connection, sql: str, values: Sequence[Any], seconds: float) -> bytes:
    answer: bytes | None = await connection.value(sql, values, seconds)
    if answer is None:
        raise too_long()
    return answer
