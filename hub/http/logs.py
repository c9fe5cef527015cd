"""Logs, with traces that leave out what errors say: messages of drivers hold posted values, names and identity numbers."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from logging.config import dictConfig
from typing import Any


def trace(error: BaseException) -> str:
    """Where an error came from and what it came of, by types and places alone; the error itself is on the first line."""
    return "\n".join(_lines(error, set()))


class Formatter(logging.Formatter):
    """Formats what anybody logs, the server and the libraries too, with such traces."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is the library's
        return trace(ei[1]) if ei[1] is not None else ""


class WithoutQueries(logging.Filter):
    """Of the addresses that were asked for, the path alone: what follows it may be a name that was looked up."""

    def filter(self, record: logging.LogRecord) -> bool:
        match record.args:
            case (client, method, str(address), *rest):
                record.args = (client, method, address.partition("?")[0], *rest)
        return True


#: How every process of the hub logs: its own words, the server's, and the libraries'.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "hub.http.logs.Formatter", "format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain"},
        "stdout": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["bare"],
            "stream": "ext://sys.stdout",
        },
    },
    "filters": {"bare": {"()": "hub.http.logs.WithoutQueries"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {
        # The server may have set its loggers up before, with handlers of its own and apart from the root.
        "uvicorn": {"level": "INFO", "handlers": [], "propagate": True},
        "uvicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        "uvicorn.access": {"level": "INFO", "handlers": ["stdout"], "propagate": False},
    },
}

_UNTAKEN = "unexpected, beside all requests: %s"

_log = logging.getLogger("hub")


def set_up() -> None:
    """Let this process log so, whatever fails in it."""
    dictConfig(LOGGING)
    tell_of_the_rest()


def tell_of_the_rest() -> None:
    """Let errors that nobody took in a thread, or anywhere, be told so; Python's own ways print their words."""
    threading.excepthook = _tell_of_thread
    sys.unraisablehook = _tell_of_nobodys


def tell_of_tasks(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a loop does with an error that nobody took; its own way prints the error's words."""
    error = context.get("exception")
    _log.error(_UNTAKEN, trace(error) if error else context.get("message"))


def _tell_of_thread(said: threading.ExceptHookArgs) -> None:
    if said.exc_value is not None and not isinstance(said.exc_value, SystemExit):
        _log.error(_UNTAKEN, trace(said.exc_value))


def _tell_of_nobodys(said: sys.UnraisableHookArgs) -> None:
    if said.exc_value is not None:
        _log.error(_UNTAKEN, trace(said.exc_value))


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
