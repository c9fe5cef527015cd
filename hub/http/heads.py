"""HEAD wherever GET is (RFC 9110, 9.1): what is told of a resource without being sent."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The methods by which what stands at an address is read.
READING = ("GET", "HEAD")


async def answer_head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as GET would be, without the content (RFC 9110, 9.3.2), which is not made either where it takes long.

    The scope keeps its method: proofs of a request name it (RFC 9449, 4.3).
    """

    async def head_alone(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b""})
            answering.cancel()

    async with asyncio.TaskGroup() as group:
        answering = group.create_task(_run(app, scope, receive, head_alone))


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)
