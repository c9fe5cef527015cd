"""Logs, with traces that leave out what errors say: messages of drivers hold posted values, names and identity numbers."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Iterator
from typing import Any


def trace(error: BaseException) -> str:
    """Where an error came from and what it came of, by types and places alone; the error itself is on the first line."""
    return "\n".join(_lines(error, set()))


class Formatter(logging.Formatter):
    """Formats what anybody logs, the server and the libraries too, with such traces."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is the library's
        return trace(ei[1]) if ei[1] is not None else ""


#: How every process of the hub logs: its own words, the server's, and the libraries'.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "hub.http.logs.Formatter", "format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain"},
        "stdout": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stdout"},
    },
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {
        # The server may have set its loggers up before, with handlers of its own and apart from the root.
        "uvicorn": {"level": "INFO", "handlers": [], "propagate": True},
        "uvicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        "uvicorn.access": {"level": "INFO", "handlers": ["stdout"], "propagate": False},
    },
}

_log = logging.getLogger("hub")


def tell_of_tasks(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a loop does with an error that nobody took; its own way prints the error's words."""
    error = context.get("exception")
    _log.error("unexpected, beside all requests: %s", trace(error) if error else context.get("message"))


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    yield type(error).__qualname__
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"
    for more in getattr(error, "exceptions", ()):
        yield from _lines(more, seen)
    below = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if below is not None and id(below) not in seen:
        yield "from"
        yield from _lines(below, seen)
