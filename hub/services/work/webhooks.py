"""Webhooks: a client's receivers to which the hub sends by itself, signed by Standard Webhooks (standardwebhooks.com).

A webhook is a named consumer with an address, a subscription whose events it is sent, and one or two secrets.  Secrets are
shown once and kept sealed; who reads the database reads none.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from auth.principals import Principal
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.log import Cursor
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.notation import instant, written
from hub.domain.words.purposes import Purpose
from hub.domain.words.webhooks import PauseReason, WebhookState
from hub.http.pinned import AddressRefusedError
from hub.services.log import places
from hub.services.log.consumers import check_name, register
from hub.services.sealing import Sealing
from hub.services.work.webhook_sending import LONGEST_WAIT, Attempt, Message, Sender
from hub.storage.access import clients
from hub.storage.engine.database import Connection, Database
from hub.storage.work import consumers, digests, leases, watch_events, webhooks
from hub.storage.work.webhooks import WebhookRow

PREFIX = "whsec_"
_NEW_BYTES = 32
_FEWEST_BYTES, _MOST_BYTES = 24, 64
#: For so long a secret signs on after a rotation.
_STILL = timedelta(hours=24)
#: So many secrets sign at once, whoever rotates again and again.
_MOST_SECRETS = 4


@dataclass(frozen=True, slots=True)
class Registration:
    """What is registered: a subscription, and why its client reads."""

    name: str
    url: str
    document: str
    purpose: Purpose | None
    secret: str | None
    after: Cursor | None


class Webhooks:
    """The register of webhooks."""

    def __init__(self, database: Database, sealing: Sealing, sender: Sender, clock: Clock = utc_now) -> None:
        self._database = database
        self._sealing = sealing
        self.sender = sender
        self._clock = clock

    async def register(self, caller: Principal, asked: Registration) -> tuple[WebhookRow, str]:
        """Register a webhook for a client; the row, and its secret, which nobody is ever told again.

        It begins where a consumer of its name has acknowledged, else at `after`, or now.  Raises INVALID_INPUT naming the
        field, CONFLICT where there is one of that name, FORBIDDEN to who is no registered client.
        """
        check_name(asked.name, "name")
        try:
            await self.sender.check(asked.url)
        except AddressRefusedError as refused:
            raise HubError(ErrorCode.INVALID_INPUT, str(refused), field="url") from None
        secret = _read_secret(asked.secret) if asked.secret is not None else secrets.token_bytes(_NEW_BYTES)

        async def store(connection: Connection) -> WebhookRow:
            if await clients.get(connection, caller.client_id) is None:
                raise HubError(ErrorCode.FORBIDDEN, "webhook")
            if await webhooks.named(connection, caller.client_id, asked.name):
                raise HubError(ErrorCode.CONFLICT, asked.name, field="name")
            begins = await (places.check(connection, asked.after) if asked.after else places.end(connection))
            consumer = await register(connection, caller.client_id, asked.name, begins, self._clock)
            row = WebhookRow(
                id=consumer.id,
                client_id=caller.client_id,
                name=asked.name,
                url=asked.url,
                document=asked.document,
                purpose=asked.purpose.word.value if asked.purpose else None,
                reference=asked.purpose.reference if asked.purpose else None,
                secrets=({"sealed": self._sealing.seal(secret, consumer.id)},),
                state=WebhookState.ACTIVE,
                created_at=self._clock(),
                digest=await digests.last(connection, caller.client_id),
                event=await watch_events.last_of_client(connection, caller.client_id),
            )
            await webhooks.insert(connection, row)
            return await webhooks.get(connection, row.id) or row

        return await self._database.commit(store), _written_secret(secret)

    async def rotate(self, caller: Principal, name: str, secret: str | None) -> tuple[WebhookRow, str]:
        """Give a webhook a new secret; those before sign beside it, each for a day.  Raises as `register` does, NOT_FOUND.

        Whoever asks again because the answer was lost loses none that its receiver knows; with a secret of its own nothing is
        done twice.
        """
        new = _read_secret(secret) if secret is not None else secrets.token_bytes(_NEW_BYTES)

        async def store(connection: Connection) -> WebhookRow:
            row = await _found(connection, caller.client_id, name)
            newest, *older = row.secrets
            if self._sealing.open(newest["sealed"], row.id) == new:
                return row
            now = self._clock()
            still = [one for one in older if instant(one["until"]) > now]
            kept = [{"sealed": self._sealing.seal(new, row.id)}, {**newest, "until": written(now + _STILL)}, *still]
            return await self._changed(connection, row, secrets=kept[:_MOST_SECRETS])

        return await self._database.commit(store), _written_secret(new)

    async def pause(self, client_id: str, name: str) -> WebhookRow:
        """Send no more until it is resumed.  Raises NOT_FOUND."""

        async def store(connection: Connection) -> WebhookRow:
            row = await _found(connection, client_id, name)
            return await self._changed(connection, row, state=WebhookState.PAUSED, reason=PauseReason.BY_HAND)

        return await self._database.commit(store)

    async def resume(self, client_id: str, name: str, after: Cursor | None = None) -> WebhookRow:
        """Send again, from where it was delivered, or from a cursor.  Raises NOT_FOUND, LOG_CHANGED, CURSOR_TOO_OLD."""

        async def store(connection: Connection) -> WebhookRow:
            row = await _found(connection, client_id, name)
            place = await places.check(connection, after or row.cursor)
            await consumers.put(connection, row.id, place)
            again = {"failures": 0, "failing_since": None, "next_at": None}
            return await self._changed(connection, row, state=WebhookState.ACTIVE, reason=None, **again)

        return await self._database.commit(store)

    async def remove(self, client_id: str, name: str) -> WebhookRow:
        """Forget a webhook; its consumer stays, and the feed goes on from it.  Raises NOT_FOUND."""

        async def store(connection: Connection) -> WebhookRow:
            row = await _found(connection, client_id, name)
            await webhooks.remove(connection, row.id)
            await leases.forget(connection, lease_name(row.id))
            return row

        return await self._database.commit(store)

    async def ping(self, client_id: str, name: str) -> Attempt:
        """Send a message that is no event, whatever the webhook's state.  Raises NOT_FOUND."""
        async with self._database.connection() as connection:
            row = await _found(connection, client_id, name)
        now, secrets_now = self._clock(), self.secrets_of(row)
        if not secrets_now:
            return Attempt(error=PauseReason.UNSEALED)
        message = Message(f"{row.id}.ping.{now.timestamp():.6f}", "hub.ping", now, {"name": row.name})
        try:
            async with self.sender.connected(row.url, secrets_now) as line:
                return await line.send(message)
        except AddressRefusedError as refused:
            return Attempt(error=str(refused))

    async def every(self) -> Sequence[WebhookRow]:
        """Every webhook."""
        async with self._database.connection() as connection:
            return await webhooks.list_all(connection)

    def secrets_of(self, row: WebhookRow) -> list[bytes]:
        """The secrets that sign now, the newest first; none where the key that sealed the newest is gone."""
        now = self._clock()
        found = []
        for kept in row.secrets:
            if "until" not in kept or instant(kept["until"]) > now:
                found.append(self._sealing.open(kept["sealed"], row.id))
        return [] if not found or found[0] is None else [secret for secret in found if secret is not None]

    def sealed_anew(self, row: WebhookRow) -> Sequence[dict[str, Any]] | None:
        """The secrets that still count, sealed by the newest key; None where they are."""
        now = self._clock()
        kept = [one for one in row.secrets if "until" not in one or instant(one["until"]) > now]
        if len(kept) == len(row.secrets) and all(self._sealing.is_newest(one["sealed"], row.id) for one in kept):
            return None
        anew = []
        for one in kept:
            secret = self._sealing.open(one["sealed"], row.id)
            if secret is not None:
                anew.append({**one, "sealed": self._sealing.seal(secret, row.id)})
        return anew or None

    async def _changed(self, connection: Connection, row: WebhookRow, **values: Any) -> WebhookRow:
        await webhooks.update(connection, row, **values)
        return await webhooks.get(connection, row.id) or row


def lease_name(webhook_id: str) -> str:
    """The piece of standing work that delivers a webhook."""
    return f"{leases.ON_DEMAND}{webhook_id}"


async def _found(connection: Connection, client_id: str, name: str) -> WebhookRow:
    row = await webhooks.named(connection, client_id, name)
    if row is None:
        raise HubError(ErrorCode.NOT_FOUND, name[:64], field="name")
    return row


def _read_secret(text: str) -> bytes:
    """A secret that a receiver brings: base64, after `whsec_` or without."""
    try:
        secret = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not _FEWEST_BYTES <= len(secret) <= _MOST_BYTES:
        raise HubError(ErrorCode.INVALID_INPUT, f"whsec_…: {_FEWEST_BYTES}–{_MOST_BYTES} bytes, base64", field="secret")
    return secret


def _written_secret(secret: bytes) -> str:
    return PREFIX + base64.b64encode(secret).decode()


def next_attempt(failures: int, now: datetime, jitter: float, wanted: timedelta = timedelta()) -> datetime:
    """When to try again after so many failures in a row: 5 s, then twice as long each time, up to 6 hours."""
    wait = min(timedelta(seconds=5) * (1 << min(failures - 1, 20)), timedelta(hours=6))
    return now + max(wait * jitter, min(wanted, LONGEST_WAIT))


__all__ = ["LONGEST_WAIT", "Registration", "WebhookRow", "Webhooks", "lease_name", "next_attempt"]
