"""What the hub does by itself, as operators see it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Order
from hub.domain.words.work import WorkState
from hub.storage.sql.metadata import Instant, Plain
from hub.storage.views.access_conditions import NOW
from hub.storage.views.view import Day, Expression, Row, table_view
from hub.storage.work import leases


def _now() -> sa.ColumnElement[Any]:
    return sa.bindparam(NOW, None, type_=Instant())


def _state(work: Row, _: Day) -> sa.ColumnElement[Any]:
    return sa.case(
        (leases.is_held(work.until, _now()), WorkState.RUNNING.value),
        (leases.moment(work.next_at) > _now(), WorkState.WAITING.value),
        (work.name.startswith(leases.ON_DEMAND), WorkState.IDLE.value),
        else_=WorkState.DUE.value,
    )


def _next_at(work: Row, _: Day) -> sa.ColumnElement[Any]:
    next_at = leases.moment(work.next_at)
    # What begins on demand has waited for its next time, and is due at none now.
    is_over = sa.and_(work.name.startswith(leases.ON_DEMAND), next_at <= _now())
    return sa.case((is_over, sa.null()), else_=next_at)


def _held_by(work: Row, _: Day) -> sa.ColumnElement[Any]:
    # A holder that was killed holds nothing beyond the end of its lease.
    return sa.case((leases.is_held(work.until, _now()), work.holder), else_=sa.null())


view = table_view(
    "standing_work",
    leases.table,
    (Order("name", False),),
    "name",
    state=Expression(_state, Plain()),
    next_at=Expression(_next_at, Instant()),
    held_by=Expression(_held_by, leases.table.c.holder.type),
    last_outcome=leases.table.c.outcome,
)
