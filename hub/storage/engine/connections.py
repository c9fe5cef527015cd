"""A connection to PostgreSQL that can always be left."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg

#: How long to wait until a server has said good-bye.
_CLOSING_SECONDS = 3.0


class Connection(asyncpg.Connection):  # type: ignore[misc] # the driver has no types
    """The driver's own, whose closing ends: towards a server that is stopped the driver would wait for ever to cancel what the
    server is at."""

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the driver's own signature
        patience = _CLOSING_SECONDS if timeout is None else min(timeout, _CLOSING_SECONDS)
        try:
            async with asyncio.timeout(patience):
                await super().close(timeout=patience)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self.terminate()


async def connect(address: str, **settings: Any) -> Connection:
    """A new connection."""
    made: Connection = await asyncpg.connect(address, connection_class=Connection, **settings)
    return made
