"""What goes out to other systems, as those whose records it is, and operators, see it."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.discrepancies import LOST
from hub.domain.read_plan import Order
from hub.domain.record_kinds import RecordKind
from hub.domain.words.deliveries import ENDED_BADLY, DeliveryChoice, DeliveryState
from hub.storage.records.log import log
from hub.storage.sql.json_text import one_of
from hub.storage.views import discrepancies
from hub.storage.views.view import Day, Expression, Relation, Row, Source, table_view
from hub.storage.work.deliveries import table


def _is_superseded(delivery: Row) -> sa.ColumnElement[bool]:
    """Whether there is a later version of the record, whether or not anything of that is told there."""
    later = log.alias().c
    of_it = later.record_id == delivery.record_id, later.version > delivery.version
    return sa.select(sa.literal_column("1")).select_from(later.entry.table).where(*of_it).exists()


def _is_owed(delivery: Row) -> sa.ColumnElement[Any]:
    # What a later version followed is owed by that one, or by none: it may have taken the record back.
    return sa.and_(delivery.state != DeliveryState.ACKNOWLEDGED.value, ~_is_superseded(delivery))


def overdue(delivery: Row, day: Day) -> sa.ColumnElement[Any]:
    """Whether what is owed by a day before this one has not arrived."""
    late = sa.func.coalesce(delivery.due_on < day, sa.false(), type_=sa.Boolean())
    return sa.and_(_is_owed(delivery), late)


def due_soon(delivery: Row, day: Day) -> sa.ColumnElement[Any]:
    """Whether what has not arrived is owed on this day or one of the next few."""
    soon = sa.and_(delivery.remind_on <= day, delivery.due_on >= day)
    return sa.and_(_is_owed(delivery), sa.func.coalesce(soon, sa.false(), type_=sa.Boolean()))


async def owed(connection: AsyncConnection, today: date) -> dict[str, tuple[int, int]]:
    """How many are overdue on a day, and how many due soon, by destination."""
    day = sa.literal(today, sa.Date())
    each = [sa.func.sum(sa.case((holds(table.c, day), 1), else_=0)) for holds in (overdue, due_soon)]
    found = await connection.execute(
        sa.select(table.c.destination, *each).group_by(table.c.destination).order_by(table.c.destination)
    )
    return {destination: (int(late), int(soon)) for destination, late, soon in found}


async def owing(connection: AsyncConnection, today: date, *, late: bool, soon: bool, most: int) -> list[dict[str, Any]]:
    """Those that are overdue on a day, or due soon, as is asked, the longest owed first."""
    day = sa.literal(today, sa.Date())
    holds = [rule(table.c, day) for rule, wanted in ((overdue, late), (due_soon, soon)) if wanted]
    found = sa.select(table).where(sa.or_(*holds)).order_by(table.c.due_on, table.c.id).limit(most)
    return [dict(row) for row in (await connection.execute(found)).mappings()]


def _was_lost(delivery: Row) -> sa.ColumnElement[Any]:
    """Whether it had arrived and is not seen there since: what was reported is missing, or what was taken back still stands."""
    undone = [
        sa.and_(delivery.action == action.value, discrepancies.is_open(delivery.record_id, nature))
        for action, nature in LOST.items()
    ]
    return sa.and_(delivery.state == DeliveryState.ACKNOWLEDGED.value, sa.or_(*undone))


def _chosen(connection: AsyncConnection, choice: DeliveryChoice) -> list[sa.ColumnElement[bool]]:
    """What is meant, as SQL."""
    names = ("destination", "department", "client_id", "kind", "state")
    found: list[sa.ColumnElement[bool]] = [
        table.c[name] == value for name in names if (value := getattr(choice, name)) is not None
    ]
    if choice.ids is not None:
        found.append(one_of(connection, table.c.id, choice.ids))
    if choice.kinds is not None:
        found.append(one_of(connection, table.c.kind, choice.kinds))
    return found


def _may_go_again(connection: AsyncConnection, choice: DeliveryChoice) -> list[sa.ColumnElement[bool]]:
    ended_badly = table.c.state.in_([state.value for state in ENDED_BADLY])
    return [*_chosen(connection, choice), sa.or_(ended_badly, _was_lost(table.c)), ~_is_superseded(table.c)]


async def meant(connection: AsyncConnection, choice: DeliveryChoice) -> dict[str, str]:
    """What is meant, in whatever state it is: its state by id."""
    found = await connection.execute(sa.select(table.c.id, table.c.state).where(*_chosen(connection, choice)))
    return {row.id: row.state for row in found}


async def destinations(connection: AsyncConnection, choice: DeliveryChoice) -> list[str]:
    """Where what is meant goes."""
    found = sa.select(table.c.destination).where(*_chosen(connection, choice)).distinct().order_by(table.c.destination)
    return list((await connection.execute(found)).scalars())


async def that_may_go_again(connection: AsyncConnection, choice: DeliveryChoice, most: int) -> list[dict[str, Any]]:
    """What is meant, ended badly or was lost there, and no later version of its record came; the oldest first, locked."""
    wanted = sa.select(table).where(*_may_go_again(connection, choice)).order_by(table.c.recorded_at, table.c.id)
    return [dict(row) for row in (await connection.execute(wanted.limit(most).with_for_update())).mappings()]


async def how_many_may_go_again(connection: AsyncConnection, choice: DeliveryChoice) -> int:
    """How many those are."""
    wanted = sa.select(sa.func.count()).select_from(table).where(*_may_go_again(connection, choice))
    return int(await connection.scalar(wanted) or 0)


view = table_view(
    "delivery",
    table,
    (Order("recorded_at", True),),
    "id",
    overdue=Expression(overdue, sa.Boolean()),
    due_soon=Expression(due_soon, sa.Boolean()),
    penalty=Relation(RecordKind.PENALTY.value, {"record_id": "id"}),
    acts=Relation("delivery_act", {"id": "delivery_id"}),
)

PENALTY: dict[str, Source] = {
    "delivery": Relation("delivery", {"id": "record_id"}, order=(Order("version", descending=True),)),
}
