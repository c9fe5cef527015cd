"""A hit of a search, as it can be read: its record is told by what is kept to be searched."""

from __future__ import annotations

from functools import partial
from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Order
from hub.storage.sql.metadata import Json, Plain, text
from hub.storage.views.view import Day, Expression, Row, View

#: What a row of hits holds.
COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "id": Plain(),
    "kind": Plain(),
    "matched": Plain(),
    "title": text(),
    "number": text(),
    "licence_nos": Json(),
    "excerpt": text(),
}


def _column(name: str, row: Row, _: Day) -> sa.ColumnElement[Any]:
    column: sa.ColumnElement[Any] = row[name]
    return column


view = View(
    noun="search_hit",
    table=None,
    fields={name: Expression(partial(_column, name), kind) for name, kind in COLUMNS.items()},
    order=(Order("id", descending=False),),
)
