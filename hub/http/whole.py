"""Answers that are sent whole: their heads are put together from what was written once, and go out with their bodies.

By ASGI's messages a server reads each header anew, and writes head and body one after the other: a tenth of what a small read
costs.  Whoever stands between changes messages, and then answers go by messages: only the server's own `send` takes them whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from starlette.types import Send

Header = tuple[bytes, bytes]
#: Told the status, the written head and the body; false, and nothing is sent, where it must go by messages.
Whole = Callable[[int, bytes, bytes], bool]


def written(headers: Iterable[Header]) -> bytes:
    """Headers as they stand in a head."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])


def whole(send: Send) -> Whole | None:
    """What takes whole answers in the place of `send`; None where nothing does."""
    taking: Whole | None = getattr(getattr(send, "__self__", None), "answer", None)
    return taking
