"""Sub-selects are composed with every column of their table, before it is known which are read; then the others are left out.

PostgreSQL carries each column of a sub-select through its sorts and joins, whether anybody reads it or not.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.storage.sql.parts import parts_of


def narrow(reader: sa.ClauseElement, *nested: sa.Subquery) -> None:
    """Leave in sub-selects, each of which selects from the next, only the columns that the reader reads."""
    for rows in nested:
        read = {part.name for part in parts_of(reader) if isinstance(part, sa.ColumnClause) and part.table is rows}
        select: Any = rows.element
        columns = [column for column in select.selected_columns if column.key in read]
        # A row without any column cannot be told in SQLite.
        rows.element = select.with_only_columns(*(columns or list(select.selected_columns)[:1]))
        reader = rows.element
