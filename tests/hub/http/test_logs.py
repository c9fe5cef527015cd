"""No log holds what an error says: drivers put posted values into it."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator
from logging.config import dictConfig

import pytest
import sqlalchemy as sa
from uvicorn.config import LOGGING_CONFIG

from hub.http.logs import LOGGING, tell_of_tasks
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


async def test_an_error_that_nobody_took_is_told_without_its_words(database: Database, said: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(tell_of_tasks)
    task = asyncio.create_task(fails(database))
    await asyncio.wait([task])
    del task
    assert MARK not in said.getvalue()
    assert "unexpected, beside all requests: IntegrityError" in said.getvalue()
