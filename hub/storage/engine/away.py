"""Every way in which a driver says "not now": the server is not there, has no room, is being stopped, cannot write, is held up.

Two drivers, and SQLAlchemy around them, say it by exceptions that have nothing in common; who uses a database sees UNAVAILABLE.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import asyncpg
import sqlalchemy as sa

from hub.domain.words.errors import ErrorCode, HubError

#: SQLSTATE classes and codes (PostgreSQL, appendix A): connection, authorisation, database name, transaction rollback,
#: resources (a full disk and too many connections too), intervention of an operator, system errors, configuration file; then:
#: read-only, idle for too long, no right to a table, lock not available, not in the right state.
_STATES = ("08", "28", "3D", "40", "53", "57", "58", "F0", "25006", "25P03", "42501", "55P03", "55000")
#: SQLite's result codes that are not the statement's fault.
_CODES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOTADB,
    }
)
#: No room in the pool, a connection that is no more, none that could be had, or (while a standby takes over) none of the sort.
_ERRORS = (sa.exc.TimeoutError, asyncpg.InterfaceError, OSError, asyncpg.exceptions.TargetServerAttributeNotMatched)
#: Extended result codes have the primary one in their lowest byte.
_PRIMARY = 0xFF

_log = logging.getLogger("hub.database")


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database cannot do now what it could do at another time."""
    if isinstance(error, sa.exc.DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_away(error.orig))
    # A driver's own error may be the cause of that which its adapter raises.
    if state := getattr(error, "sqlstate", None):
        return str(state).startswith(_STATES)
    if isinstance(error, sqlite3.Error):
        return (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY in _CODES
    cause = error.__cause__
    return isinstance(error, _ERRORS) or (cause is not None and is_away(cause))


class Away:
    """Turns what says "not now" into UNAVAILABLE, and tells of it in one line a second at most.

    Used as a context, or by `check` of what was raised, which costs a small read less.
    """

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._told = float("-inf")
        self._untold = 0
        self._is_quiet = False
        #: How often the database was away.
        self.times = 0

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Who asks in the block says itself what came of it."""
        before, self._is_quiet = self._is_quiet, True
        try:
            yield
        finally:
            self._is_quiet = before

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Exception):
            self.check(error)

    def check(self, error: Exception) -> None:
        """UNAVAILABLE where an error says "not now"; nothing where it says anything else."""
        if not isinstance(error, HubError) and is_away(error):
            self.tell(error)
            raise HubError(ErrorCode.UNAVAILABLE) from error

    def tell(self, error: Exception) -> None:
        """Count it, and say in the log by what it was."""
        self.times += 1
        if self._is_quiet:
            return
        now = self._ticks()
        if now - self._told < 1:
            self._untold += 1
            return
        orig = getattr(error, "orig", None) or error
        state = getattr(orig, "sqlstate", None) or getattr(orig, "sqlite_errorname", None) or ""
        more = f", and {self._untold} times more" if self._untold else ""
        # Never the message: it may hold what was posted.
        _log.warning("the database is away: %s%s%s", type(orig).__name__, f" {state}" if state else "", more)
        self._told, self._untold = now, 0
