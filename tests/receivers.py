"""Receivers of webhooks in tests: real servers on this machine that keep what they are sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.demo import free_port, serving

PATIENCE_SECONDS = 60
#: As the setting of a hub whose webhooks may send to this machine.
LOOPBACK = "127.0.0.0/8"


@dataclass(frozen=True)
class Delivered:
    """One message as it came."""

    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def message(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def data(self) -> dict[str, Any]:
        read: dict[str, Any] = self.message["data"]
        return read


def _takes(_one: Delivered) -> Response:
    return Response(status_code=204)


@dataclass
class Receiver:
    """A receiver; `answers` says what it answers to each message, and only what it answers 2xx counts as taken."""

    url: str = ""
    answers: Callable[[Delivered], Response] = _takes
    came: list[Delivered] = field(default_factory=list)
    taken: list[Delivered] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: Request) -> Response:
        one = Delivered(dict(request.headers), (await request.body()).decode())
        self.came.append(one)
        answer = self.answers(one)
        if answer.status_code < 300:
            self.taken.append(one)
        self._more.set()
        return answer

    async def until(self, holds: Callable[[Receiver], bool]) -> None:
        """Return when something holds of what came."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds(self):
                self._more.clear()
                await self._more.wait()


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    receiver, port = Receiver(), free_port(0)
    receiver.url = f"http://127.0.0.1:{port}/hook"
    app = Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])
    async with serving(app, "127.0.0.1", port):
        yield receiver
