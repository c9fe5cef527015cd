"""The HTTP server: uvicorn, with the two bounds that it lacks, on the time and on the size of a request's head, and without the
fields of trailers, which it would put among those of the head (RFC 9110, 6.5).

Chosen over granian by measurement: reading one mine on one core it answered 4,270 requests a second against 3,750.  It bounds
websocket messages, and the demo and the tests run it within their own process.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from hub.http.bodies import HAS_COME
from hub.http.cutting import CUT, TAKEN
from hub.http.whole import written

HEAD_SECONDS = 10.0
MOST_HEAD_BYTES = 64 * 1024


class _Nowhere(list[tuple[bytes, bytes]]):
    """Where the fields of trailers go."""

    def append(self, _field: tuple[bytes, bytes]) -> None:
        pass


_NOWHERE = _Nowhere()


def _nothing() -> None:
    """What is done after the answer to a request that gets none."""


class Cycle(RequestResponseCycle):
    """A request and its answer, which are given and taken whole as well (`hub.http.whole`)."""

    #: The server's own headers, which are the same list for a second, and as they are written.
    _own: ClassVar[tuple[object, bytes]] = (None, b"")

    def come(self, most: int) -> bytes | None:
        """The body, where all of it has come and is no longer than this; None where it must be received, and is there still."""
        if self.more_body or len(self.body) > most or self.disconnected or self.waiting_for_100_continue:
            return None
        body, self.body = bytes(self.body), bytearray()
        self.flow.resume_reading()
        # What comes now is that the client leaves.
        self.message_event.clear()
        return body

    def answer(self, status: int, head: bytes, body: bytes) -> bool:
        """Send an answer at once; false, and nothing is sent, where it must go by messages."""
        if self.response_started or self.disconnected or self.flow.write_paused or self.access_log:
            return False
        if self.scope["method"] == "HEAD":
            return False
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = self.chunked_encoding = False
        if self._own[0] is not self.default_headers:
            Cycle._own = self.default_headers, written(self.default_headers)
        end = b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n"
        self.transport.write(b"".join((STATUS_LINE[status], self._own[1], head, end, body)))
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
        return True


class Protocol(HttpToolsProtocol):
    """Ends connections whose request's head, or trailer, does not come within a time and a size; uvicorn would wait for ever.
    Tells the application of bodies that came along with their heads.

    `head_seconds` is of the whole process, since uvicorn takes the class by its name into each.
    """

    head_seconds = HEAD_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        #: Whether the body comes in chunks, after which there may be a trailer, and how much has come since the last of it.
        self._in_chunks = False
        self._trailer_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        had = len(self.cycle.body) if self._in_chunks else 0
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            # It is a websocket's from now on.
            self._let_go()
            return
        # A head that came whole has begun a request; no timer is needed for it.
        if self.cycle is None or self.cycle.response_complete:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(b"431 Request Header Fields Too Large")
            elif self._head_timer is None:
                self._wait_for_head()
        elif self._in_chunks:
            self._trailer_bytes = 0 if len(self.cycle.body) > had else self._trailer_bytes + len(data)
            if self._trailer_bytes > MOST_HEAD_BYTES:
                self._refuse(b"431 Request Header Fields Too Large")

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()
        if self.cycle is not None:
            # uvicorn makes it by the name of its own; nothing has run by it yet.
            self.cycle.__class__ = Cycle
        self.scope[CUT] = self._cut  # type: ignore[literal-required]

    def on_chunk_header(self) -> None:
        self._in_chunks = True
        # The scope has the list that was; whatever field comes from now on stands in a trailer.
        self.headers = _NOWHERE

    def on_message_complete(self) -> None:
        self._in_chunks = False
        self._trailer_bytes = 0
        super().on_message_complete()
        self.scope[HAS_COME] = True  # type: ignore[literal-required]

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)
        self._let_go()

    def _let_go(self) -> None:
        """Nothing is left to be read, answered or cut; and what holds itself would stay until circles are collected."""
        self.parser = None  # type: ignore[assignment]
        for waits, _ in self.pipeline:
            # It will never run, and only what has run lets go of us.
            waits.on_response = _nothing
        self.pipeline.clear()
        scopes: tuple[Any, ...] = (self.scope, self.cycle and self.cycle.scope)
        for scope in scopes:
            if scope is not None:
                scope.pop(CUT, None)

    def shutdown(self) -> None:
        super().shutdown()
        if self.cycle is not None and self.cycle.chunked_encoding:
            self._cut()

    def _cut(self) -> None:
        cycle = self.cycle
        if cycle is not None and cycle.response_started and not cycle.response_complete:
            # An answer without a length is a stream, which goes on until somebody ends it.  It is cut, not completed, so that
            # the client knows that there is more to come; to the application the client has left.
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.chunked_encoding:
                self.transport.close()
            else:
                # Closing would wait for a reader that does not read.
                self.transport.abort()

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self._refuse, b"408 Request Timeout")

    def _stop_waiting(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: bytes) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            self.transport.close()


class Sockets(WebSocketsSansIOProtocol):
    """A websocket that ends when its reader does not read; uvicorn would wait for ever to hand it what is under way.

    A client that closes is answered when the application has ended what it did for it: uvicorn would answer at once, and who
    comes again then finds its own place still taken.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._inner = self.app
        self.app = self._served
        self._is_left = False

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            self.scope[CUT] = self.transport.abort  # type: ignore[literal-required]
            self.scope[TAKEN] = self.writable.wait  # type: ignore[literal-required]

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        # What holds itself stays until circles are collected.
        self.app = self._inner

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        # Closing alone waits until all is read.
        self.transport.abort()

    def handle_close(self, event: Frame) -> None:
        if self.close_sent or self.transport.is_closing():
            super().handle_close(event)
            return
        assert self.conn.close_rcvd is not None
        told = self.conn.close_rcvd
        self.queue.put_nowait({"type": "websocket.disconnect", "code": told.code, "reason": told.reason})
        # From here on nothing is sent but the answer.
        self.close_sent = self.disconnected = self._is_left = True
        self.close_timer = self.loop.call_later(self.close_timeout, self._answer_close)

    async def _served(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self._inner(scope, receive, send)
        finally:
            if self._is_left:
                self._answer_close()

    def _answer_close(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()


#: Deflate is off: it costs memory for each socket, and a small message may unpack to a great one.
WEBSOCKETS: dict[str, Any] = {
    "ws": Sockets,
    "ws_max_size": 64 * 1024,
    "ws_per_message_deflate": False,
    "ws_ping_interval": 20.0,
    "ws_ping_timeout": 20.0,
}
