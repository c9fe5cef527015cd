"""Cutting an answer that goes on, so that its client knows that there is more to come: ASGI has no word for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

#: Set in a request's scope by a server that can cut the answer: the function that does.
CUT = "hub.cut"


def cutter(scope: Mapping[str, Any]) -> Callable[[], None]:
    """What cuts the answer to a request; nothing, where the server cannot."""
    cut: Callable[[], None] = scope.get(CUT, _leave)
    return cut


def _leave() -> None:
    """A server sees by itself that an answer without its end was left."""
