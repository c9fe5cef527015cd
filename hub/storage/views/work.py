"""What the hub does by itself, as operators see it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Order
from hub.domain.words.work import WorkState
from hub.storage.sql.metadata import Instant, Plain
from hub.storage.views.access_conditions import NOW
from hub.storage.views.view import Day, Expression, Row, table_view
from hub.storage.work.leases import table


def _is_held(work: Row) -> sa.ColumnElement[Any]:
    held: sa.ColumnElement[Any] = work.until > sa.bindparam(NOW, None, type_=Instant())
    return held


def _state(work: Row, _: Day) -> sa.ColumnElement[Any]:
    return sa.case(
        (_is_held(work), WorkState.RUNNING.value),
        (work.next_at > sa.bindparam(NOW, None, type_=Instant()), WorkState.WAITING.value),
        else_=WorkState.DUE.value,
    )


def _held_by(work: Row, _: Day) -> sa.ColumnElement[Any]:
    # A holder that was killed holds nothing beyond the end of its lease.
    return sa.case((_is_held(work), work.holder), else_=sa.null())


view = table_view(
    "standing_work",
    table,
    (Order("name", False),),
    "name",
    state=Expression(_state, Plain()),
    held_by=Expression(_held_by, table.c.holder.type),
    last_outcome=table.c.outcome,
)
