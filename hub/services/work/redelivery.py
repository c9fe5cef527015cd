"""Deliveries as people work them off: how many are where, and sending anew what was refused, given up, or lost."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auth.principals import Principal
from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.words.deliveries import DeliveryChoice, DeliveryState
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.work.desk_rights import within
from hub.services.work.outgoing import follower_of
from hub.storage.engine.database import Connection, Database
from hub.storage.views import deliveries as views
from hub.storage.views import delivery_acts, discrepancies
from hub.storage.work import deliveries, positions

#: So many are sent anew by one act.
MOST = 500
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Redelivered:
    """How many are sent anew, and how many more are meant and could be."""

    done: int
    left: int


class Deliveries:
    """The deliveries of one database."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def counts(self) -> Mapping[tuple[str, DeliveryState], int]:
        """How many there are, by destination and state."""
        async with self._database.connection() as connection:
            return await deliveries.counts(connection)

    async def owed(self) -> Mapping[str, tuple[int, int]]:
        """How many have not arrived and are overdue, or due soon, by destination."""
        async with self._database.connection() as connection:
            return await views.owed(connection, china_day(self._clock()))

    async def listed(
        self, states: Sequence[DeliveryState] = (), *, overdue: bool = False, due_soon: bool = False
    ) -> Sequence[Mapping[str, Any]]:
        """The oldest that are in one of these states, or have not arrived and are overdue, or due soon."""
        day = china_day(self._clock())
        async with self._database.connection() as connection:
            if overdue or due_soon:
                return await views.owing(connection, day, late=overdue, soon=due_soon, most=_MOST_SHOWN)
            return await deliveries.listed(connection, states, _MOST_SHOWN)

    async def redeliver(self, caller: Principal, choice: DeliveryChoice, reason: str | None = None) -> Redelivered:
        """Send anew, under the same keys, what was refused or given up, or is not seen where it had arrived: that difference is
        settled until a list still shows it.  Who asked for it is kept, and why.

        What is followed by a later version of its record is passed over, whether or not that is told there: an older one must
        not come after it, nor after its record was taken back.  Of those that are named by id all are sent, or none: NOT_FOUND
        for one that is not the caller's to see to, CONFLICT for one that is in another state or is followed.  Raises FORBIDDEN,
        and INVALID_INPUT for too many ids.
        """
        own = within(caller, choice)
        if choice.ids is not None and len(choice.ids) > MOST:
            raise HubError(ErrorCode.INVALID_INPUT, f"≤ {MOST}", field="choice.ids")

        async def again(connection: Connection) -> Redelivered:
            # Whether a withdrawal is told there hangs on what was told before: it is looked at before this, or after.
            for destination in await views.destinations(connection, own):
                await positions.hold(connection, follower_of(destination))
            rows = await views.that_may_go_again(connection, own, MOST)
            if choice.ids is not None:
                await self._check(connection, own, set(choice.ids) - {row["id"] for row in rows})
            await deliveries.redeliver(connection, [row["id"] for row in rows])
            await delivery_acts.add(connection, [self._act(caller, row, reason) for row in rows])
            lost = [row["record_id"] for row in rows if row["state"] == DeliveryState.ACKNOWLEDGED]
            await discrepancies.settle_lost(connection, lost, by=caller.client_id, at=self._clock(), reason=reason)
            return Redelivered(len(rows), await views.how_many_may_go_again(connection, own))

        return await self._database.commit(again)

    @staticmethod
    async def _check(connection: Connection, own: DeliveryChoice, left: set[str]) -> None:
        if not left:
            return
        known = await views.meant(connection, own)
        first = min(left)
        if first not in known:
            raise HubError(ErrorCode.NOT_FOUND, first[:80], field="choice.ids")
        raise HubError(ErrorCode.CONFLICT, f"{first}: {known[first]}", field="choice.ids")

    def _act(self, caller: Principal, row: Mapping[str, Any], reason: str | None) -> dict[str, Any]:
        return {
            "id": f"act_{uuid.uuid4().hex}",
            "delivery_id": row["id"],
            "done_by": caller.client_id,
            "done_at": self._clock(),
            "reason": reason,
            "state": row["state"],
            "detail": row["detail"],
        }
