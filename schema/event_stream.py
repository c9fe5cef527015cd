"""GraphQL over Server-Sent Events (the protocol of `graphql-sse`, one operation to a connection)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Iterable
from contextlib import aclosing

from starlette.types import Receive, Send

from hub.domain.words.errors import ErrorCode, HubError
from hub.http.logs import trace
from schema.answers import Answer, refused_by
from schema.sending import Outlet, send_pieces

#: Proxies close what is silent for long.
_HEARTBEAT_SECONDS = 12.0

_log = logging.getLogger("hub.event_stream")

_HEARTBEAT = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"


class EventStream:
    """An answer that goes on until the operation ends, the client leaves, or `ended` (the client's token) comes.

    `most` is the most that an operation may cost, which each event says.  Where it cannot go on for now, the connection
    is cut: `complete` would tell clients that there is no more to come.
    """

    def __init__(self, receive: Receive, send: Send, ended: Awaitable[None], most: int, outlet: Outlet) -> None:
        self._outlet = outlet
        #: A heartbeat does not come amid an event.
        self._turn = asyncio.Lock()
        self._is_cut = False
        self._receive = receive
        self._send = send
        self._ended = ended
        self._most = most

    async def run(self, answers: AsyncGenerator[Answer], headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Send the answers as events."""
        await self._send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        telling, left = asyncio.create_task(self._tell(answers)), asyncio.create_task(self._left())
        ended = asyncio.ensure_future(self._ended)
        tasks = [telling, left, ended, asyncio.create_task(self._beat())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            is_gone, has_ended = left.done(), ended.done()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if is_gone:
            return
        if self._is_cut:
            self._outlet.cut()
            return
        if has_ended:
            await self._event(refused_by(HubError(ErrorCode.UNAUTHENTICATED)))
        await self._write(_COMPLETE, more=False)

    async def _tell(self, answers: AsyncGenerator[Answer]) -> None:
        async with aclosing(answers):
            try:
                async for answer in answers:
                    await self._event(answer)
            except HubError as error:
                if error.code is ErrorCode.UNAVAILABLE:
                    self._is_cut = True
                    return
                await self._event(refused_by(error))
            except Exception as error:
                _log.error("a stream failed: %s", trace(error))
                await self._event(refused_by(HubError(ErrorCode.INTERNAL)))

    async def _event(self, answer: Answer) -> None:
        await self._write(b"event: next\ndata: " + answer.extended(self._most) + b"\n\n")

    async def _write(self, body: bytes, *, more: bool = True) -> None:
        async with self._turn, self._outlet.way(len(body)):
            await send_pieces(self._send, body, more=more)

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT_SECONDS)
            await self._write(_HEARTBEAT)


async def alone(answer: Answer) -> AsyncGenerator[Answer]:
    """The one answer of a query or a mutation, as a stream."""
    yield answer
