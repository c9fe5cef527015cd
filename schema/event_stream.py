"""Answers that go on over HTTP, one operation to a connection: as Server-Sent Events (`graphql-sse`), or as parts of a message
(Apollo's protocol of subscriptions over HTTP)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Iterable
from contextlib import aclosing
from dataclasses import dataclass

from starlette.types import Receive, Send

from hub.domain.words.errors import ErrorCode, HubError
from hub.http.logs import trace
from schema.answers import Answer, refused_by
from schema.negotiation import EVENTS, PARTS
from schema.sending import PIECE, Outlet, send_pieces

_log = logging.getLogger("hub.event_stream")


@dataclass(frozen=True, slots=True)
class Form:
    """How answers are written into a stream, what keeps it from falling silent, since proxies close what is, and its end."""

    content_type: str
    start: bytes
    before: bytes
    after: bytes
    heartbeat: bytes
    heartbeat_seconds: float
    end: bytes


#: A reader has a part when the next boundary has come; so it comes with the part.
_BOUNDARY = b"\r\n--graphql"
_HEAD = b"\r\ncontent-type: application/json\r\n\r\n"
FORMS = {
    EVENTS: Form(
        content_type=f"{EVENTS}; charset=utf-8",
        start=b"",
        before=b"event: next\ndata: ",
        after=b"\n\n",
        heartbeat=b":\n\n",
        heartbeat_seconds=12.0,
        end=b"event: complete\ndata:\n\n",
    ),
    PARTS: Form(
        content_type=f'{PARTS}; boundary="graphql"; subscriptionSpec="1.0"',
        start=_BOUNDARY,
        before=_HEAD + b'{"payload":',
        after=b"}" + _BOUNDARY,
        heartbeat=_HEAD + b"{}" + _BOUNDARY,
        heartbeat_seconds=5.0,
        end=b"--\r\n",
    ),
}


class EventStream:
    """An answer that goes on until the operation ends, the client leaves, or `ended` (the client's token) comes.

    `most` is the most that an operation may cost, which each event says.  Where it cannot go on, for now or with this token,
    the connection is cut: an end that is told would tell clients that there is no more to come.
    """

    def __init__(self, form: Form, receive: Receive, send: Send, ended: Awaitable[None], *, most: int, outlet: Outlet) -> None:
        self._form = form
        self._outlet = outlet
        #: A heartbeat does not come amid an event.
        self._turn = asyncio.Lock()
        #: Events that go out together: those that come at once.
        self._ready: list[bytes] = []
        self._size = 0
        self._are_ready = asyncio.Event()
        self._is_cut = False
        self._receive = receive
        self._send = send
        self._ended = ended
        self._most = most

    async def run(self, answers: AsyncGenerator[Answer], headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Send the answers as events."""
        await self._send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        if self._form.start:
            await self._write(self._form.start)
        telling, left = asyncio.create_task(self._tell(answers)), asyncio.create_task(self._left())
        ended = asyncio.ensure_future(self._ended)
        tasks = [telling, left, ended, *map(asyncio.create_task, (self._beat(), self._hand_on()))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            is_gone, is_cut = left.done(), self._is_cut or ended.done()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if is_gone:
            return
        if is_cut:
            self._outlet.cut()
            return
        await self._write(self._form.end, more=False)

    async def _tell(self, answers: AsyncGenerator[Answer]) -> None:
        async with aclosing(answers):
            try:
                async for answer in answers:
                    await self._event(answer)
            except HubError as error:
                if error.code is ErrorCode.UNAVAILABLE:
                    self._is_cut = True
                else:
                    await self._event(refused_by(error))
            except Exception as error:
                _log.error("a stream failed: %s", trace(error))
                await self._event(refused_by(HubError(ErrorCode.INTERNAL)))
            await self._flush()

    async def _event(self, answer: Answer) -> None:
        event = self._form.before + answer.extended(self._most) + self._form.after
        if self._size + len(event) > PIECE:
            await self._flush()
        self._ready.append(event)
        self._size += len(event)
        if self._size > PIECE:
            # It is long by itself, and may be refused its way.
            await self._flush()
        self._are_ready.set()

    async def _hand_on(self) -> None:
        """Send what is ready, as soon as nothing more comes with it."""
        try:
            while True:
                await self._are_ready.wait()
                await self._flush()
        except Exception as error:
            _log.error("a stream failed: %s", trace(error))
            self._is_cut = True

    async def _flush(self) -> None:
        body, self._ready, self._size = b"".join(self._ready), [], 0
        self._are_ready.clear()
        if body:
            await self._write(body)

    async def _write(self, body: bytes, *, more: bool = True) -> None:
        async with self._turn, self._outlet.way(len(body)):
            await send_pieces(self._send, body, more=more)

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._form.heartbeat_seconds)
            await self._write(self._form.heartbeat)


async def alone(answer: Answer) -> AsyncGenerator[Answer]:
    """The one answer of a query or a mutation, as a stream."""
    yield answer
