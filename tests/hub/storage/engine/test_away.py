"""Every way in which a driver says "not now" is known by one place, and nothing else is taken for it."""

from __future__ import annotations

import logging
import sqlite3

import asyncpg
import pytest
import sqlalchemy as sa

from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.engine.away import Away, is_away


def by_sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("示例")
    error.sqlite_errorcode = code
    return error


def wrapped(error: Exception) -> sa.exc.DBAPIError:
    return sa.exc.DBAPIError("SELECT 1", {}, error)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        sa.exc.TimeoutError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.TooManyConnectionsError("示例"),
        asyncpg.DiskFullError("示例"),
        asyncpg.AdminShutdownError("示例"),
        asyncpg.CannotConnectNowError("示例"),
        asyncpg.LockNotAvailableError("示例"),
        asyncpg.QueryCanceledError("示例"),
        asyncpg.IdleInTransactionSessionTimeoutError("示例"),
        asyncpg.DeadlockDetectedError("示例"),
        asyncpg.ReadOnlySQLTransactionError("示例"),
        asyncpg.InvalidPasswordError("示例"),
        by_sqlite(sqlite3.SQLITE_FULL),
        by_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT),
        by_sqlite(sqlite3.SQLITE_IOERR_WRITE),
        by_sqlite(sqlite3.SQLITE_READONLY_DBMOVED),
        by_sqlite(sqlite3.SQLITE_CANTOPEN),
        by_sqlite(sqlite3.SQLITE_NOTADB),
    ],
    ids=repr,
)
def test_what_could_be_done_at_another_time_is_not_now(error: Exception) -> None:
    assert is_away(error)
    assert is_away(wrapped(error))


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        RuntimeError(),
        asyncpg.UndefinedColumnError("示例"),
        asyncpg.UniqueViolationError("示例"),
        asyncpg.DivisionByZeroError("示例"),
        by_sqlite(sqlite3.SQLITE_ERROR),
        by_sqlite(sqlite3.SQLITE_CONSTRAINT_UNIQUE),
    ],
    ids=repr,
)
def test_what_is_wrong_with_a_statement_is_wrong_for_good(error: Exception) -> None:
    assert not is_away(error)
    assert not is_away(wrapped(error))


def test_it_is_told_in_one_line_a_second_without_its_message(caplog: pytest.LogCaptureFixture) -> None:
    moments = [0.0, 0.5, 0.999, 1.0, 1.5]
    away = Away(ticks=lambda: moments.pop(0))

    def use() -> None:
        with pytest.raises(HubError) as told, away:
            raise asyncpg.DiskFullError("示例密语")
        assert (told.value.code, told.value.retry_after) == (ErrorCode.UNAVAILABLE, 1)

    with caplog.at_level(logging.WARNING):
        while moments:
            use()
    assert [record.getMessage() for record in caplog.records] == [
        "the database is away: DiskFullError 53100",
        "the database is away: DiskFullError 53100, and 2 times more",
    ]
    assert away.times == 5
