"""Which versions of records count, said once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa


def live(*rows: Any) -> list[sa.ColumnElement[bool]]:
    """The conditions under which rows of versions count: each is its record's newest version and does not take it back.

    A row is the columns of a table of versions, of an alias or of a sub-select.
    """
    return [column.is_(None) for row in rows for column in (row.superseded_at, row.withdrawn_at)]


def standing(at: datetime | None, *rows: Any) -> list[sa.ColumnElement[bool]]:
    """The conditions under which rows of versions count now, or counted by what was known at a moment."""
    if at is None:
        return live(*rows)
    return [
        condition
        for row in rows
        for condition in (
            row.recorded_at <= at,
            sa.or_(row.superseded_at.is_(None), row.superseded_at > at),
            row.withdrawn_at.is_(None),
        )
    ]


def past(row: Any) -> sa.ColumnElement[bool]:
    """The condition under which a row of versions does not count any more: the rest of them."""
    return sa.or_(row.superseded_at.is_not(None), row.withdrawn_at.is_not(None))


def at_any_time(row: Any, condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """A condition on all versions, said so that the indexes of those that count and of the rest serve it."""
    return sa.or_(sa.and_(condition, *live(row)), sa.and_(condition, past(row)))
