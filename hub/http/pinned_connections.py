"""Connections to one address that was looked at: one POST after another over HTTP/1.1, each answer of bounded size.

Messages to receivers are small and many, and cost a twentieth of what they do by a client for everything.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import httptools
import httpx

from hub.http.bounded_client import tls

_FIRST_FINAL = 200


class UnreachableError(Exception):
    """There is no connection to the address."""


class BrokenAnswerError(Exception):
    """What came is no answer, or not a whole one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, but for its body; names of headers are in small letters."""

    status: int
    headers: Mapping[bytes, bytes]


class PinnedConnections:
    """Connections to the host of a URL at the one `address` where it was found; its certificate is held against its name.

    Each serves one call at a time, and the next when that was answered.  Whoever calls sees to the time.
    """

    def __init__(self, url: httpx.URL, address: str, most_bytes: int, context: ssl.SSLContext | None = None) -> None:
        is_plain = url.scheme == "http"
        self._url = url
        self._place = address, url.port or (80 if is_plain else 443)
        self._context = None if is_plain else (context or tls())
        self._most_bytes = most_bytes
        self._idle: list[_Connection] = []
        self._begins = b"POST %b HTTP/1.1\r\nhost: %b\r\n" % (url.raw_path, url.netloc)

    async def post(self, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """Send a message.  UnreachableError, BrokenAnswerError; an answer that is too long is read no further."""
        connection = self._waiting() or await self._opened()
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        message = b"%b%bcontent-length: %d\r\n\r\n%b" % (self._begins, lines.encode("ascii"), len(body), body)
        try:
            return await connection.call(message, self._most_bytes)
        finally:
            if connection.is_of_use:
                self._idle.append(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Keep none of them."""
        while self._idle:
            self._idle.pop().close()

    def _waiting(self) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_of_use:
                return connection
            connection.close()
        return None

    async def _opened(self) -> _Connection:
        name = self._url.host if self._context else None
        loop = asyncio.get_running_loop()
        try:
            _, opened = await loop.create_connection(_Connection, *self._place, ssl=self._context, server_hostname=name)
        except TimeoutError:
            raise
        except OSError as error:
            raise UnreachableError from error
        return opened


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[bytes, bytes] = {}
        self._answer: Answer | None = None
        self._left = 0
        self._answered: asyncio.Future[Answer] | None = None
        #: Whether it can serve a call: it serves none, and the other side has not closed it, as far as is known.
        self.is_of_use = True

    async def call(self, message: bytes, most_bytes: int) -> Answer:
        self.is_of_use = False
        self._answer, self._left = None, most_bytes
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(message)
        return await self._answered

    def close(self) -> None:
        self._transport.abort()

    @property
    def _is_called(self) -> bool:
        return self._answered is not None and not self._answered.done()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are called so by their shape alone.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.is_of_use = False
        self._left -= len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.is_of_use, self._answer = False, None
            self._end()
        if self._left < 0:
            self._end()

    def connection_lost(self, error: Exception | None) -> None:
        self.is_of_use = False
        # What tells no length goes on until the end.
        if error is not None or {b"content-length", b"transfer-encoding"} & self._headers.keys():
            self._answer = None
        self._end()
        # It tells this what it reads: of neither anything is kept.
        del self._parser

    def on_message_begin(self) -> None:
        # What nobody asked for makes the next answer another's.
        self.is_of_use = False
        self._headers = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= _FIRST_FINAL and self._is_called:
            self._answer = Answer(status, self._headers)

    def on_message_complete(self) -> None:
        if self._answer is not None and self._is_called:
            self.is_of_use = self._parser.should_keep_alive()
            self._end()

    def _end(self) -> None:
        """What came is all that comes to the call."""
        if self._answered is None or self._answered.done():
            return
        if self._answer is None:
            self._answered.set_exception(BrokenAnswerError())
        else:
            self._answered.set_result(self._answer)
