"""No log holds what an error says: drivers put posted values into it."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
import threading
from collections.abc import Iterator
from logging.config import dictConfig

import httpx
import pytest
import sqlalchemy as sa
from uvicorn.config import LOGGING_CONFIG

from hub.http.bounded_client import BoundedTransport
from hub.http.logs import LOGGING, set_up, tell_of_tasks
from hub.storage.engine.database import Database

MARK = "示例密语"
STORE = sa.text("INSERT INTO divisions (code, name, level) VALUES (:mark, :mark, :mark)")


async def fails(database: Database) -> None:
    """A statement fails, whose error names what was to be stored."""
    async with database.transaction() as connection:
        for _ in range(2):
            await connection.execute(STORE, {"mark": MARK})


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What a logger of the hub's own, and a library's, would print."""
    root = logging.getLogger()
    before = list(root.handlers), root.level
    dictConfig(LOGGING)
    stream = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)


async def test_a_librarys_trace_of_a_failed_statement_holds_no_value(database: Database, said: io.StringIO) -> None:
    try:
        await fails(database)
    except sa.exc.DBAPIError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    assert MARK not in said.getvalue()
    assert "IntegrityError" in said.getvalue()
    assert f"{__file__}:" in said.getvalue()


def test_a_server_that_has_set_up_its_loggers_before_changes_nothing() -> None:
    loggers = [logging.getLogger(name) for name in ("", "uvicorn", "uvicorn.error")]
    before = [(list(one.handlers), one.level, one.propagate) for one in loggers]
    dictConfig(LOGGING_CONFIG)
    dictConfig(LOGGING)
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    handler.setStream(stream)
    logging.getLogger("uvicorn.error").error("told once")
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        logger.handlers[:] = handlers
        logger.setLevel(level)
        logger.propagate = propagate
    assert stream.getvalue() == "ERROR uvicorn.error: told once\n"


async def test_what_libraries_tell_below_a_warning_is_not_told(database: Database, said: io.StringIO) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    async with database.transaction() as connection:
        await connection.execute(STORE, {"mark": MARK})
    assert await database.fetch_json("SELECT '\"' || code || '\"' FROM divisions WHERE name = level", [])
    async with httpx.AsyncClient(transport=BoundedTransport(httpx.MockTransport(lambda _: httpx.Response(200)), 9)) as client:
        await client.get("http://system.example", params={"name": MARK})
    assert MARK not in said.getvalue()


def test_the_access_log_tells_paths_without_what_was_asked_there(said: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("uvicorn.access")
    handler = log.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(said)
    log.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:9", "GET", f"/export/mines?filter={MARK}", "1.1", 200)
    assert said.getvalue() == 'INFO uvicorn.access: 127.0.0.1:9 - "GET /export/mines HTTP/1.1" 200\n'


def test_what_nobody_took_in_a_thread_or_anywhere_is_told_without_its_words(
    said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, hook in ((threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(module, hook, getattr(module, hook))
    set_up()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(said)

    def panic() -> None:
        raise RuntimeError(MARK)

    class Leaves:
        def __del__(self) -> None:
            raise KeyError(MARK)

    thread = threading.Thread(target=panic)
    thread.start()
    thread.join()
    leaves = Leaves()
    del leaves
    told = [line for line in said.getvalue().splitlines() if line.startswith("ERROR")]
    assert told == [f"ERROR hub: unexpected, beside all requests: {kind}" for kind in ("RuntimeError", "KeyError")]
    assert MARK not in said.getvalue()


async def test_an_error_that_nobody_took_is_told_without_its_words(database: Database, said: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(tell_of_tasks)
    task = asyncio.create_task(fails(database))
    await asyncio.wait([task])
    del task
    assert MARK not in said.getvalue()
    assert "unexpected, beside all requests: IntegrityError" in said.getvalue()
