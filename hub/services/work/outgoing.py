"""Following the log for a destination: each version that is to be told there becomes a delivery, in the order of the log.

What the destination itself told the hub is never sent back to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from auth.principals import Role
from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.declaring.fields import Payload
from hub.domain.words.deliveries import DeliveryState
from hub.services.log import places
from hub.services.posting.sources import of_system
from hub.services.work.destinations import Destination
from hub.services.work.leases import Lease
from hub.storage.access import clients
from hub.storage.engine.database import Connection, Database
from hub.storage.records import log, outgoing
from hub.storage.records.outgoing import Entry, Said
from hub.storage.work import deliveries, positions

_AT_ONCE = 500
#: So long before it is owed a delivery is due soon.
_REMINDER = timedelta(days=2)


class Outgoing:
    """Follows the log for one destination."""

    def __init__(self, database: Database, destination: Destination, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock
        self._to = destination
        self._name = follower_of(destination.code)

    async def waits(self) -> bool:
        """Whether the log has more than was followed."""
        async with self._database.connection() as connection:
            return (await positions.stored(connection, self._name) or 0) != await log.last_position(connection)

    async def follow(self, lease: Lease) -> bool:
        """Make deliveries of some of what was posted since; whether there may be more."""
        async with self._database.transaction() as connection:
            await lease.hold(connection)
            before = await places.of_follower(connection, self._name)
            # What is sent anew meanwhile was told last, see `hub.services.work.redelivery`.
            await positions.hold(connection, self._name)
            last = await log.last_position(connection)
            entries = await outgoing.after(connection, before, _AT_ONCE, self._to.kinds)
            await deliveries.add(connection, await self._rows(connection, entries))
            is_full = len(entries) == _AT_ONCE
            reached = entries[-1].position if is_full else last
            if reached != before:
                await positions.move(connection, self._name, before, reached)
            return is_full

    async def _rows(self, connection: Connection, entries: Sequence[Entry]) -> list[dict[str, Any]]:
        own = await clients.with_role(connection, Role.CREDIT_DISCLOSURE.value, {entry.posted_by for entry in entries})
        ours = [entry for entry in entries if entry.source != of_system(self._to.code) and entry.posted_by not in own]
        records = [entry.record_id for entry in ours]
        said: dict[tuple[str, int], Said] = {}
        for kind in self._to.kinds:
            said |= await outgoing.versions(connection, kind, [one.record_id for one in ours if one.kind == kind.value])
        told = await deliveries.last_told(connection, self._to.code, records)
        today, rows = china_day(self._clock()), []
        for entry in ours:
            version = said.get((entry.record_id, entry.version))
            found = version and self._to.tells(version.payload, today, version.withdrawn, told.get(entry.record_id))
            if version and found:
                told[entry.record_id] = found[0]
                due = self._to.due_on(version.payload, found[0], entry.recorded_at)
                rows.append(self._row(entry, version.payload, action=found[0].value, because=found[1], due_on=due))
        return rows

    def _row(self, entry: Entry, payload: Payload, *, action: str, because: str, due_on: date | None) -> dict[str, Any]:
        return {
            "id": key_of(self._to.code, entry),
            "destination": self._to.code,
            "record_id": entry.record_id,
            "version": entry.version,
            "kind": entry.kind,
            "department": entry.department,
            "client_id": entry.posted_by,
            "document_number": str(getattr(payload, "document_number", "")),
            "action": action,
            "because": because or None,
            "position": entry.position,
            "state": DeliveryState.WAITING.value,
            "due_on": due_on,
            "remind_on": due_on and due_on - _REMINDER,
            "recorded_at": entry.recorded_at,
            "attempts": 0,
        }


def follower_of(destination: str) -> str:
    """The name under which a destination's place in the log is kept."""
    return f"deliver:{destination}"


def key_of(destination: str, entry: Entry) -> str:
    """The key under which a version goes out, each time the same.

    The hash of what it says is part of it: a version that is given again after a restore to an older copy is another.
    """
    said = f"{destination} {entry.record_id} {entry.version} {entry.payload_hash}"
    return f"delivery_{hashlib.sha256(said.encode()).hexdigest()[:32]}"
