"""Sending answers: what is long takes room of its client's, so that what nobody reads is bounded, and has an end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import NamedTuple

from starlette.types import Receive, Scope, Send

from hub.http.compressing import LEAST, compressed
from hub.http.headers import by_name
from hub.http.whole import Header, whole, written
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


class Always:
    """Headers that go with many answers, listed and as they are written."""

    def __init__(self, headers: Iterable[Header]) -> None:
        self.listed = tuple(headers)
        self.written = written(self.listed)


class Response(NamedTuple):
    """An answer over HTTP; `more` are the headers of its own."""

    status: int
    always: Always
    more: Sequence[Header]
    body: bytes


async def _send(scope: Scope, _receive: Receive, send: Send) -> None:
    await send_answer(send, scope[_ANSWER])


_ANSWER = "hub.answer"
_compressed = compressed(_send, "application/graphql-response+json")


def send_as_taken(scope: Scope, receive: Receive, send: Send, response: Response) -> Awaitable[None]:
    """Send an answer in as few bytes as the client takes."""
    if b"accept-encoding" in by_name(scope) and len(response.body) >= LEAST:
        return _compressed({**scope, _ANSWER: response}, receive, send)
    return send_answer(send, response)


async def send_answer(send: Send, response: Response) -> None:
    """Send an answer, whole where it is small, and else in pieces so that it is never all in memory twice."""
    status, always, more, body = response
    # What is refused may end the connection.
    taking = whole(send) if status == HTTPStatus.OK and len(body) <= PIECE else None
    if taking is not None and taking(status, always.written + written(more), body):
        return
    await send({"type": "http.response.start", "status": status, "headers": [*always.listed, *more]})
    await send_pieces(send, body, more=False)


async def send_pieces(send: Send, body: bytes, *, more: bool) -> None:
    """Send a part of an answer, after which there is more or not."""
    for start in range(0, len(body), PIECE) or (0,):
        end = start + PIECE
        await send({"type": "http.response.body", "body": body[start:end], "more_body": more or end < len(body)})
