"""What writes SQL for a database of either sort: one for all of its connections, so that what was written once is not again."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


@cache
def dialect_of(name: str) -> sa.Dialect:
    """What compiles for a database of this sort."""
    return postgresql.asyncpg.dialect() if name == "postgresql" else sqlite.aiosqlite.dialect()  # type: ignore[no-untyped-call]


def fix_constants(statement: sa.ClauseElement) -> None:
    """Let what is the same for all who ask stand in a statement's text."""
    sa.sql.visitors.traverse(statement, {}, {"bindparam": _fix})


def _fix(bind: Any) -> None:
    # Binds that SQLAlchemy made from a value have names of its own making.
    bind.literal_execute = bind.unique
