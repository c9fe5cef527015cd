"""Sending one webhook's messages: signed, to the address that was looked at, each within its time."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook

from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.notation import written
from hub.http.bounded_client import AnswerDamagedError, AnswerUnfitError, BoundedTransport, direct_transport
from hub.http.pinned import Addresses, AddressRefusedError, PinnedTransport, read_networks

SECONDS = 10.0
_MOST_ANSWER = 64 * 1024
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
        pinned = PinnedTransport(direct_transport(), urlsplit(url).hostname or "", address)
        transport = BoundedTransport(pinned, _MOST_ANSWER)
        async with httpx.AsyncClient(
            transport=transport, timeout=self._seconds, follow_redirects=False, trust_env=False
        ) as client:
            yield Line(client, url, secrets, self._now, self._seconds)


class Line:
    """A line to one receiver."""

    def __init__(
        self, client: httpx.AsyncClient, url: str, secrets: Sequence[bytes], now: Callable[[], datetime], seconds: float
    ) -> None:
        self._client = client
        self._url = url
        self._signers = [Webhook(secret) for secret in secrets]
        self._now = now
        self._seconds = seconds

    async def send(self, message: Message) -> Attempt:
        """Send a message once."""
        body, now = message.body(), self._now()
        headers = {
            "content-type": "application/json",
            "user-agent": "greenmine-hub",
            "webhook-id": message.id,
            "webhook-timestamp": str(math.floor(now.timestamp())),
            "webhook-signature": " ".join(signer.sign(message.id, now, body) for signer in self._signers),
        }
        try:
            async with asyncio.timeout(self._seconds):
                return await self._sent(body.encode(), headers)
        except TimeoutError:
            return Attempt(error="TIMEOUT")
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, UnicodeError, OSError) as error:
            return Attempt(error="UNREACHABLE" if isinstance(error, httpx.ConnectError) else "BROKEN")

    async def _sent(self, body: bytes, headers: Mapping[str, str]) -> Attempt:
        async with self._client.stream("POST", self._url, headers=dict(headers), content=body) as response:
            # What it says beside its status is nobody's affair, but the line is of use again once it was read.
            with suppress(AnswerUnfitError, AnswerDamagedError, httpx.HTTPError, httpx.StreamError):
                await response.aread()
            return Attempt(response.status_code, wait=_wait(response.headers.get("retry-after", "")))


def _wait(text: str) -> timedelta:
    """What a receiver asks to be waited for, in seconds."""
    return timedelta(seconds=min(int(text), 86_400)) if text.isascii() and text.isdigit() and len(text) < 10 else timedelta()
