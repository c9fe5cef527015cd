"""Request bodies: read whole, within a size and a time, in one place for every door of the hub."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from hub.domain.errors import ErrorCode, HubError


class BodyRefused(HubError):
    """Why a body was not taken; `received` is what had come of it by then."""

    def __init__(self, code: ErrorCode, detail: str, received: bytes) -> None:
        super().__init__(code, detail)
        self.received = received


async def read_body(request: Request, *, most_bytes: int, seconds: float) -> bytes:
    """The whole body of a request.

    Raises BodyRefused: PAYLOAD_TOO_LARGE, REQUEST_TIMEOUT when it has not come within `seconds`, MALFORMED_REQUEST when the
    sender went away in the middle.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            more = True
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise BodyRefused(ErrorCode.MALFORMED_REQUEST, "the body did not come to its end", bytes(body))
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > most_bytes:
                    raise BodyRefused(ErrorCode.PAYLOAD_TOO_LARGE, f"≤ {most_bytes} bytes", bytes(body))
    except TimeoutError:
        raise BodyRefused(ErrorCode.REQUEST_TIMEOUT, f"≤ {seconds:g} s", bytes(body)) from None
    return bytes(body)
