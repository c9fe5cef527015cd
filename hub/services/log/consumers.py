"""Named consumers: a receiver that comes back goes on where it had acknowledged, and is not asked what it knows.

What was told and is not acknowledged is told again.  A consumer is its client's, by whichever way it is told: a subscription,
the feed, a webhook.
"""

from __future__ import annotations

import hashlib
import re

from auth.principals import Principal
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.log import Cursor
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.log import places
from hub.storage.engine.database import Connection, Database
from hub.storage.work import consumers, webhooks
from hub.storage.work.consumers import ConsumerRow

MOST_CONSUMERS = 100
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_name(name: str, field: str) -> str:
    """A name that a consumer may have; INVALID_INPUT for any other."""
    if not _NAME.fullmatch(name):
        raise HubError(ErrorCode.INVALID_INPUT, "1–64: A–Z a–z 0–9 . _ -", field=field)
    return name


def consumer_id(client_id: str, name: str) -> str:
    """The id of a client's consumer."""
    return f"consumer_{hashlib.sha256(f'{client_id} {name}'.encode()).hexdigest()[:30]}"


class Consumers:
    """The register of consumers."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, caller: Principal, name: str, after: Cursor | None) -> Cursor:
        """Where a consumer goes on: where it has acknowledged; a new one begins at `after`, or now.

        To come with a later cursor is to acknowledge what lies before it.  Raises LOG_CHANGED, CURSOR_TOO_OLD, INVALID_INPUT.
        """
        check_name(name, "consumer")
        async with self._database.connection() as connection:
            row = await consumers.get(connection, caller.client_id, name)
            place = await places.check(connection, after) if after is not None else None
            if row is not None and (place is None or place.position <= row.cursor.position):
                return await places.check(connection, row.cursor)
            begins = place or await places.end(connection)

        async def store(connection: Connection) -> Cursor:
            known = await register(connection, caller.client_id, name, begins, self._clock)
            await consumers.move(connection, known.id, begins, self._clock())
            return begins if begins.position > known.cursor.position else known.cursor

        return await self._database.commit(store)

    async def acknowledge(self, caller: Principal, name: str, cursor: Cursor) -> ConsumerRow:
        """Say that everything up to a cursor was received; what lies before what was acknowledged already changes nothing.

        Raises NOT_FOUND, LOG_CHANGED, CURSOR_TOO_OLD, INVALID_INPUT.
        """

        async def store(connection: Connection) -> ConsumerRow:
            row = await _found(connection, caller, name)
            place = await places.check(connection, cursor)
            await consumers.move(connection, row.id, place, self._clock())
            return await _found(connection, caller, name)

        return await self._database.commit(store)

    async def forget(self, caller: Principal, name: str) -> ConsumerRow:
        """Forget a consumer, which begins anew when its name is used again.  Raises NOT_FOUND, and CONFLICT for that of a
        webhook, which would have no place to go on from."""

        async def store(connection: Connection) -> ConsumerRow:
            row = await _found(connection, caller, name, held=True)
            # Looked for once the consumer is held: whoever registers one meanwhile has been waited for.
            if await webhooks.named(connection, caller.client_id, name) is not None:
                raise HubError(ErrorCode.CONFLICT, "removeWebhook", field="consumer")
            await consumers.remove(connection, row.id)
            return row

        return await self._database.commit(store)


async def register(connection: Connection, client_id: str, name: str, begins: Cursor, clock: Clock) -> ConsumerRow:
    """A client's consumer, which begins there if it is new, and is not forgotten before this transaction has ended;
    INVALID_INPUT where the client has too many."""
    row = await consumers.get(connection, client_id, name, held=True)
    if row is not None:
        return row
    if await consumers.count(connection, client_id) >= MOST_CONSUMERS:
        raise HubError(ErrorCode.INVALID_INPUT, f"≤ {MOST_CONSUMERS}", field="consumer")
    row = ConsumerRow(consumer_id(client_id, name), client_id, name, begins, clock())
    await consumers.begin(connection, row)
    return await consumers.get(connection, client_id, name, held=True) or row


async def _found(connection: Connection, caller: Principal, name: str, *, held: bool = False) -> ConsumerRow:
    row = await consumers.get(connection, caller.client_id, name, held=held)
    if row is None:
        raise HubError(ErrorCode.NOT_FOUND, name[:64], field="consumer")
    return row
