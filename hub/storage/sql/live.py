"""Which versions of records count, said once."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def live(*rows: Any) -> list[sa.ColumnElement[bool]]:
    """The conditions under which rows of versions count: each is its record's newest version and does not take it back.

    A row is the columns of a table of versions, of an alias or of a sub-select.
    """
    return [column.is_(None) for row in rows for column in (row.superseded_at, row.withdrawn_at)]
