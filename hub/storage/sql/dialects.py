"""What writes SQL for a database of either sort: one for all of its connections, so that what was written once is not again."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hub.storage.sql.parts import parts_of


@cache
def dialect_of(name: str) -> sa.Dialect:
    """What compiles for a database of this sort."""
    return postgresql.asyncpg.dialect() if name == "postgresql" else sqlite.aiosqlite.dialect()  # type: ignore[no-untyped-call]


def fix_constants(statement: sa.ClauseElement) -> None:
    """Let what is the same for all who ask stand in a statement's text."""
    for part in parts_of(statement):
        if isinstance(part, sa.BindParameter):
            # Those that SQLAlchemy made from a value have names of its own making.
            part.literal_execute = part.unique
