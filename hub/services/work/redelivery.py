"""Deliveries as people work them off: how many are where, and sending anew what was refused or given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.domain.words.deliveries import DeliveryState
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.database import Connection, Database
from hub.storage.work import deliveries

_MOST_SHOWN = 200
_ENDED_BADLY = (DeliveryState.REFUSED, DeliveryState.DEAD)


class Deliveries:
    """The deliveries of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self) -> Mapping[tuple[str, DeliveryState], int]:
        """How many there are, by destination and state."""
        async with self._database.connection() as connection:
            return await deliveries.counts(connection)

    async def listed(self, states: Sequence[DeliveryState]) -> Sequence[Mapping[str, Any]]:
        """The oldest that are in one of these states."""
        async with self._database.connection() as connection:
            return await deliveries.listed(connection, states, _MOST_SHOWN)

    async def redeliver(self, delivery_id: str) -> None:
        """Send anew what was refused or given up, under the same key.

        Raises NOT_FOUND, and CONFLICT for what is in another state, or was followed by a later version of the record: an older
        one must not come after it.
        """

        async def again(connection: Connection) -> None:
            row = await deliveries.by_id(connection, delivery_id)
            if row is None:
                raise HubError(ErrorCode.NOT_FOUND, delivery_id[:80])
            if row["state"] not in _ENDED_BADLY:
                raise HubError(ErrorCode.CONFLICT, row["state"], field="id")
            if await deliveries.has_later(connection, row["destination"], row["record_id"], row["version"]):
                raise HubError(ErrorCode.CONFLICT, f"version > {row['version']}", field="id")
            await deliveries.redeliver(connection, delivery_id)

        await self._database.commit(again)

    async def redeliver_dead(self, destination: str) -> int:
        """Send anew everything that was given up at a destination, but for what was followed by a later version; how many."""
        async with self._database.transaction() as connection:
            return await deliveries.redeliver_dead(connection, destination)
