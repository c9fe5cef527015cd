"""Connections to one address that was looked at: one POST after another over HTTP/1.1, each answer of bounded size.

Messages to receivers are small and many, and cost a tenth of what they do by a client for everything.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import h11
import httpx

from hub.http.bounded_client import tls

_PIECE = 64 * 1024


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

    async def post(self, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """Send a message.  UnreachableError, BrokenAnswerError; an answer that is too long is read no further."""
        connection = self._waiting() or await self._opened()
        sent = [("host", self._url.netloc.decode("ascii")), *headers, ("content-length", str(len(body)))]
        request = h11.Request(method="POST", target=self._url.raw_path, headers=sent)
        try:
            answer = await connection.call(request, body, self._most_bytes)
        except (h11.RemoteProtocolError, OSError) as error:
            raise BrokenAnswerError from error
        finally:
            if connection.is_of_use:
                self._idle.append(connection)
            else:
                connection.close()
        return answer

    def close(self) -> None:
        """Keep none of them."""
        while self._idle:
            self._idle.pop().close()

    def _waiting(self) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_there:
                return connection
            connection.close()
        return None

    async def _opened(self) -> _Connection:
        name = self._url.host if self._context else None
        try:
            return _Connection(*await asyncio.open_connection(*self._place, ssl=self._context, server_hostname=name))
        except TimeoutError:
            raise
        except OSError as error:
            raise UnreachableError from error


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT)

    @property
    def is_of_use(self) -> bool:
        """Whether it can serve another call."""
        return self._http.our_state is h11.IDLE and not self._http.trailing_data[0]

    @property
    def is_there(self) -> bool:
        """Whether the other side has not closed it meanwhile, as far as is known."""
        return not self._reader.at_eof() and not self._writer.is_closing()

    async def call(self, request: h11.Request, body: bytes, most_bytes: int) -> Answer:
        events = request, h11.Data(data=body), h11.EndOfMessage()
        self._writer.write(b"".join(self._http.send(event) or b"" for event in events))
        # Who answers without having read all is heard all the same.
        with suppress(ConnectionError):
            await self._writer.drain()
        answer, left = None, most_bytes
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                if left < 0:
                    break
                piece = await self._reader.read(_PIECE)
                left -= len(piece)
                self._http.receive_data(piece)
            elif isinstance(event, h11.Response):
                answer = Answer(event.status_code, dict(event.headers))
            elif isinstance(event, h11.EndOfMessage):
                if self._http.our_state is self._http.their_state is h11.DONE:
                    self._http.start_next_cycle()
                break
        if answer is None:
            raise BrokenAnswerError
        return answer

    def close(self) -> None:
        self._writer.close()
