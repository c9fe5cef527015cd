"""Sending one answer: a long one in pieces, so that what nobody reads is never all in memory twice, and has an end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.types import Scope, Send

from hub.http.cutting import cutter

#: As much as a server takes before it waits for the reader.
PIECE = 64 * 1024
_SECONDS = 30.0
_BYTES_A_SECOND = 32 * 1024


async def send_answer(scope: Scope, send: Send, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> None:
    """Send an answer; a reader that is too slow for it is cut off."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if len(body) <= PIECE:
        await send({"type": "http.response.body", "body": body})
        return
    try:
        async with asyncio.timeout(_SECONDS + len(body) / _BYTES_A_SECOND):
            for start in range(0, len(body), PIECE):
                piece = body[start : start + PIECE]
                await send({"type": "http.response.body", "body": piece, "more_body": start + PIECE < len(body)})
    except TimeoutError:
        cutter(scope)()
