"""Sending one webhook's messages: signed, to the address that was looked at, each within its time."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from standardwebhooks import Webhook

from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.notation import written
from hub.http.pinned import Addresses, AddressRefusedError, read_networks
from hub.http.pinned_connections import BrokenAnswerError, PinnedConnections, UnreachableError
from hub.http.retry_after import retry_after

SECONDS = 10.0
_MOST_ANSWER = 64 * 1024
#: No receiver is waited for longer, whatever it asks.
LONGEST_WAIT = timedelta(days=1)
_GONE = 410


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent of one event.  The id is the same each time that it is sent."""

    id: str
    type: str
    at: datetime
    data: Any

    def body(self) -> str:
        content = {"type": self.type, "timestamp": written(self.at), "data": self.data}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of sending once: the receiver's status, or why there is none, in one word."""

    status: int | None = None
    error: str | None = None
    wait: timedelta = timedelta()

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver says that it wants no more."""
        return self.status == _GONE


class Sender:
    """Sends to receivers' addresses."""

    def __init__(self, addresses: Addresses, now: Callable[[], datetime], *, seconds: float = SECONDS) -> None:
        self._addresses = addresses
        self._now = now
        self._seconds = seconds

    @classmethod
    def allowed(cls, networks: str, now: Callable[[], datetime]) -> Sender:
        """One that may send to these private networks too, by commas; INVALID_INPUT for what is none."""
        try:
            named = read_networks(word.strip() for word in networks.split(",") if word.strip())
        except ValueError as error:
            raise HubError(ErrorCode.INVALID_INPUT, f"HUB_WEBHOOK_NETWORKS: {error}", field="HUB_WEBHOOK_NETWORKS") from None
        return cls(Addresses(named), now)

    async def check(self, url: str) -> str:
        """The address to connect to for a URL; AddressRefusedError where nothing may be sent there."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._addresses.check(url)
        except TimeoutError:
            raise AddressRefusedError("UNRESOLVED") from None

    @asynccontextmanager
    async def connected(self, url: str, secrets: Sequence[bytes]) -> AsyncIterator[Line]:
        """A line to a receiver, whose name is looked up once; AddressRefusedError where nothing may be sent there."""
        address = await self.check(url)
        try:
            connections = PinnedConnections(httpx.URL(url), address, _MOST_ANSWER)
        except httpx.InvalidURL:
            raise AddressRefusedError("NO_ADDRESS") from None
        with closing(connections):
            yield Line(connections, secrets, self._now, self._seconds)


class Line:
    """A line to one receiver."""

    def __init__(
        self, connections: PinnedConnections, secrets: Sequence[bytes], now: Callable[[], datetime], seconds: float
    ) -> None:
        self._connections = connections
        self._signers = [Webhook(secret) for secret in secrets]
        self._now = now
        self._seconds = seconds

    async def send(self, message: Message) -> Attempt:
        """Send a message once."""
        body, now = message.body(), self._now()
        headers = [
            ("content-type", "application/json"),
            ("user-agent", "greenmine-hub"),
            ("webhook-id", message.id),
            ("webhook-timestamp", str(math.floor(now.timestamp()))),
            ("webhook-signature", " ".join(signer.sign(message.id, now, body) for signer in self._signers)),
        ]
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._connections.post(headers, body.encode())
        except TimeoutError:
            return Attempt(error="TIMEOUT")
        except UnreachableError:
            return Attempt(error="UNREACHABLE")
        except BrokenAnswerError:
            return Attempt(error="BROKEN")
        if 200 <= answer.status < 300:
            return Attempt(answer.status)
        said = {name.decode("latin-1"): value.decode("latin-1") for name, value in answer.headers.items()}
        return Attempt(answer.status, wait=timedelta(seconds=retry_after(said, LONGEST_WAIT.total_seconds(), self._now) or 0))
