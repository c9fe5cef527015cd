"""Request bodies: read whole, within a size and a time, in one place for every door of the hub."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from tempfile import SpooledTemporaryFile

from starlette.types import Receive, Scope

from hub.domain.words.errors import ErrorCode, HubError
from hub.http.leaving import nobody_waits

#: Set in a request's scope by a server that has its whole body already: nobody need watch the time for it.
HAS_COME = "hub.body_has_come"

#: What of a body without proof is held in memory, in bytes.
_IN_MEMORY = 256 * 1024


class BodyRefusedError(HubError):
    """Why a body was not taken; `received` is what had come of it by then."""

    def __init__(self, code: ErrorCode, detail: str, received: bytes) -> None:
        super().__init__(code, detail)
        self.received = received


async def read_spooled(receive: Receive, *, most_bytes: int, seconds: float) -> bytes:
    """The whole body of a request of somebody who has proven nothing yet; what is large waits in a file that nobody sees.

    Raises BodyRefusedError as `read_body` does; nothing of the body is kept.
    """
    with SpooledTemporaryFile(_IN_MEMORY) as spool:
        try:
            async with asyncio.timeout(seconds):
                async for piece in _pieces(receive):
                    if spool.tell() + len(piece) > most_bytes:
                        raise _too_large(most_bytes)
                    spool.write(piece)
        except TimeoutError:
            raise _late(seconds) from None
        spool.seek(0)
        return spool.read()


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _cut_off()
        yield message.get("body", b"")
        more = message.get("more_body", False)


def read_body(scope: Scope, receive: Receive, *, most_bytes: int, seconds: float) -> Awaitable[bytes]:
    """The whole body of a request.

    Raises BodyRefusedError: PAYLOAD_TOO_LARGE, REQUEST_TIMEOUT when it has not come within `seconds`, MALFORMED_REQUEST when
    the sender went away in the middle.  Who sent all of it and left before it was read, as a browser does whose page is left,
    has done nothing wrong: DEADLINE_EXCEEDED.
    """
    body = bytearray()
    collected = _collect(scope, receive, body, most_bytes)
    return collected if HAS_COME in scope else _in_time(collected, body, seconds)


async def _in_time(collected: Awaitable[bytes], body: bytearray, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            return await collected
    except TimeoutError:
        raise _late(seconds, body) from None


async def _collect(scope: Scope, receive: Receive, body: bytearray, most_bytes: int) -> bytes:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise nobody_waits() if HAS_COME in scope else _cut_off(body)
        piece: bytes = message.get("body", b"")
        more = message.get("more_body")
        if not (more or body) and len(piece) <= most_bytes:
            # Most come in one piece.
            return piece
        body += piece
        if len(body) > most_bytes:
            raise _too_large(most_bytes, body)
        if not more:
            return bytes(body)


def _too_large(most_bytes: int, received: bytes | bytearray = b"") -> BodyRefusedError:
    return BodyRefusedError(ErrorCode.PAYLOAD_TOO_LARGE, f"≤ {most_bytes} bytes", bytes(received))


def _late(seconds: float, received: bytes | bytearray = b"") -> BodyRefusedError:
    return BodyRefusedError(ErrorCode.REQUEST_TIMEOUT, f"≤ {seconds:g} s", bytes(received))


def _cut_off(received: bytes | bytearray = b"") -> BodyRefusedError:
    return BodyRefusedError(ErrorCode.MALFORMED_REQUEST, "the body did not come to its end", bytes(received))
