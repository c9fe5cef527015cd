"""Sending answers: what is long takes room of its client's, so that what nobody reads is bounded, and has an end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from starlette.types import Send

from schema.budgets import Budgets

#: As much as a server takes before it waits for the reader.
PIECE = 64 * 1024
_SECONDS = 30.0
_BYTES_A_SECOND = 32 * 1024


class Outlet:
    """Where the answers to a client leave over one connection, which `cut` ends."""

    def __init__(self, budgets: Budgets, client: str, cut: Callable[[], None]) -> None:
        self.cut = cut
        self._budgets = budgets
        self._client = client

    @asynccontextmanager
    async def way(self, size: int) -> AsyncIterator[None]:
        """The way of so many bytes: RATE_LIMITED while too much of the client's is on its way; who is too slow is cut off."""
        if is_long := size > PIECE:
            self._budgets.hold(self._client, size)
        try:
            async with asyncio.timeout(_SECONDS + size / _BYTES_A_SECOND):
                yield
        except TimeoutError:
            self.cut()
        finally:
            if is_long:
                self._budgets.release(self._client, size)


async def send_answer(send: Send, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> None:
    """Send an answer, in pieces so that it is never all in memory twice."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send_pieces(send, body, more=False)


async def send_pieces(send: Send, body: bytes, *, more: bool) -> None:
    """Send a part of an answer, after which there is more or not."""
    for start in range(0, len(body), PIECE) or (0,):
        end = start + PIECE
        await send({"type": "http.response.body", "body": body[start:end], "more_body": more or end < len(body)})
