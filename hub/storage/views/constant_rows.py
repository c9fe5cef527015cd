"""Rows that are written in the statement itself: what the plan says once and for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from hub.storage.views.view import Row


def written_rows(name: str, columns: dict[str, sa.types.TypeEngine[Any]], rows: Sequence[Sequence[Any]]) -> Row:
    """A table of constants, as the columns of a row."""
    selects = [
        sa.select(*(_written(value, kind).label(column) for (column, kind), value in zip(columns.items(), row, strict=True)))
        for row in rows
    ]
    return sa.union_all(*selects).subquery(name).c


def _written(value: Any, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    # A date would stand there as mere text.
    if isinstance(value, date):
        return sa.func.date(sa.literal(value.isoformat(), sa.Text()), type_=sa.Date())
    return sa.literal(value, kind)
