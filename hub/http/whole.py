"""Bodies that have come whole, and answers that are sent whole: an answer's head is put together from what was written once,
and goes out with its body.

By ASGI's messages a server reads each header anew, and writes head and body one after the other: a tenth of what a small read
costs.  Whoever stands between changes messages, and then all goes by messages: only the server's own `receive` and `send` know
of what is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from starlette.types import Receive, Send

Header = tuple[bytes, bytes]
#: Told the status, the written head and the body; false, and nothing is sent, where it must go by messages.
Whole = Callable[[int, bytes, bytes], bool]


def written(headers: Iterable[Header]) -> bytes:
    """Headers as they stand in a head."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])


def come(receive: Receive, most: int) -> bytes | None:
    """The body of a request, where all of it has come and is no longer than this; None where it must be received."""
    coming: Callable[[int], bytes | None] | None = getattr(getattr(receive, "__self__", None), "come", None)
    return coming(most) if coming is not None else None


def whole(send: Send) -> Whole | None:
    """What takes whole answers in the place of `send`; None where nothing does."""
    taking: Whole | None = getattr(getattr(send, "__self__", None), "answer", None)
    return taking
