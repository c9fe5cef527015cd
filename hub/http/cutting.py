"""Cutting an answer that goes on, and knowing what its reader has taken: ASGI has no words for either."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

#: Set in a request's scope by a server that can cut the answer: the function that does.
CUT = "hub.cut"
#: Set in a websocket's scope by a server that takes a whole message at once: waits until almost all of it has gone.
TAKEN = "hub.taken"


def cutter(scope: Mapping[str, Any]) -> Callable[[], None]:
    """What cuts the answer to a request; nothing, where the server cannot."""
    cut: Callable[[], None] = scope.get(CUT, _leave)
    return cut


async def taken(scope: Mapping[str, Any]) -> None:
    """Wait until what was sent is on its way."""
    if (wait := scope.get(TAKEN)) is not None:
        told: Awaitable[Any] = wait()
        await told


def _leave() -> None:
    """A server sees by itself that an answer without its end was left."""
