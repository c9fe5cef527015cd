"""Connections to PostgreSQL: opened in one way for those who write and for those who read, and always left in time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg

from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.address import NAME, PostgresAddress

#: How long to wait until a server has said good-bye.
_CLOSING_SECONDS = 3.0
_COPY = re.compile(r"COPY (\w+) \(([\w, ]+)\) FROM STDIN")
#: What an address says that cannot be: to the driver, to the system (a port past the last), or to the server (`options`).
_OF_THE_ADDRESS = (
    asyncpg.ClientConfigurationError,
    ValueError,
    OverflowError,
    asyncpg.UndefinedObjectError,
    asyncpg.InvalidParameterValueError,
    asyncpg.CantChangeRuntimeParamError,
)
#: A setting of every session, for which nobody asks otherwise.
_TELLING = "random_page_cost"
_POOLER = "a pooler (PgBouncer) drops what the hub sets for its sessions; give the address of the PostgreSQL server itself"


class Connection(asyncpg.Connection):  # type: ignore[misc] # the driver has no types
    """The driver's own, with three differences.

    Its closing ends: towards a server that is stopped the driver would wait for ever to cancel what the server is at.  Many
    rows may be given to `COPY table (columns) FROM STDIN`, as to any other statement.  And a small read has a short way.
    """

    async def value(self, query: str, values: Sequence[Any], seconds: float) -> Any:
        """The one value that a query gives, as by `fetchval`, which takes as long on its way to the server as the door does to
        know who asks."""
        statement = await self._get_statement(query, seconds)
        try:
            [row] = await self._protocol.bind_execute(statement, values, "", 1, False, seconds)
        except (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError):
            # What was prepared is no more; the driver knows what to do then.
            return await self.fetchval(query, *values, timeout=seconds)
        return row[0]

    async def executemany(self, command: str, args: Iterable[Any], *, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if (copy := _COPY.fullmatch(command)) is None:
            await super().executemany(command, args, timeout=timeout)
        else:
            await self.copy_records_to_table(copy[1], columns=copy[2].split(", "), records=args, timeout=timeout)

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the driver's own signature
        patience = _CLOSING_SECONDS if timeout is None else min(timeout, _CLOSING_SECONDS)
        try:
            async with asyncio.timeout(patience):
                await super().close(timeout=patience)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self.terminate()


async def connect(address: PostgresAddress, settings: Mapping[str, str], **more: Any) -> Connection:
    """A new connection whose session has these settings; the address's own (`options`) go before them.

    Raises INVALID_INPUT where a pooler stands before the server, which would share sessions, and what they have prepared.
    """
    asked = {**settings, **address.settings}
    try:
        connection: Connection = await asyncpg.connect(
            address.dsn,
            connection_class=Connection,
            timeout=address.connect_seconds,
            server_settings=asked,
            **more,
        )
    except asyncpg.ProtocolViolationError as error:
        if "startup parameter" in str(error):
            raise _refused_pooler() from None
        raise
    except _OF_THE_ADDRESS as error:
        raise HubError(ErrorCode.INVALID_INPUT, f"{NAME}: {error}", field=NAME) from None
    try:
        await _check_direct(connection, asked)
    except BaseException:
        await connection.close()
        raise
    return connection


async def _check_direct(connection: Connection, asked: Mapping[str, str]) -> None:
    """That no pooler stands between which was told to pass over the settings that it does not know."""
    try:
        told = await connection.fetchval("SELECT current_setting($1)::float8", _TELLING)
    except (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError):
        raise _refused_pooler() from None
    if told != float(asked[_TELLING]):
        raise _refused_pooler()


def _refused_pooler() -> HubError:
    return HubError(ErrorCode.INVALID_INPUT, f"{NAME}: {_POOLER}", field=NAME)
