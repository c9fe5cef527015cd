"""What goes out to other systems, as those whose records it is, and operators, see it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Order
from hub.domain.record_kinds import RecordKind
from hub.domain.words.deliveries import DeliveryState
from hub.storage.views.view import Day, Expression, Relation, Row, Source, table_view
from hub.storage.work.deliveries import table


def overdue(delivery: Row, day: Day) -> sa.ColumnElement[Any]:
    """Whether what is owed by a day before this one has not arrived."""
    late = sa.func.coalesce(delivery.due_on < day, sa.false(), type_=sa.Boolean())
    return sa.and_(delivery.state != DeliveryState.ACKNOWLEDGED.value, late)


def due_soon(delivery: Row, day: Day) -> sa.ColumnElement[Any]:
    """Whether what has not arrived is owed on this day or one of the next few."""
    soon = sa.and_(delivery.remind_on <= day, delivery.due_on >= day)
    return sa.and_(delivery.state != DeliveryState.ACKNOWLEDGED.value, sa.func.coalesce(soon, sa.false(), type_=sa.Boolean()))


view = table_view(
    "delivery",
    table,
    (Order("recorded_at", True),),
    "id",
    overdue=Expression(overdue, sa.Boolean()),
    due_soon=Expression(due_soon, sa.Boolean()),
    penalty=Relation(RecordKind.PENALTY.value, {"record_id": "id"}),
)

PENALTY: dict[str, Source] = {
    "delivery": Relation("delivery", {"id": "record_id"}, order=(Order("version", descending=True),)),
}
