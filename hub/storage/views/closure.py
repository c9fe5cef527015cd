"""The closure duties of every mine held to them (plan, section 2.2), each with the record that tells it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from hub.domain.record_kinds import RecordKind
from hub.domain.records.duties import CLOSING_YEARS, CLOSURE_SECTION
from hub.domain.records.mines import LifeCycle
from hub.domain.rules.closure import ClosureTask, DutyState
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Plain, Scaled
from hub.storage.views.access_conditions import today
from hub.storage.views.view import Relation, Row, worked_out_view

Told = sa.ColumnElement[Any]


def _held_to_closure(mine: Row) -> sa.ColumnElement[bool]:
    little = sa.func.coalesce(mine.remaining_years < sa.literal(CLOSING_YEARS, Scaled(2)), sa.false(), type_=sa.Boolean())
    return sa.and_(mine.life_cycle != LifeCycle.CLOSED.value, sa.or_(mine.life_cycle == LifeCycle.CLOSING.value, little))


def _restoring(record: Row, day: Told) -> tuple[Told, Told]:
    """State and due day by a record that tells from when something is owed."""
    state = sa.case(
        (record.owed_since.is_(None), DutyState.DONE.value),
        (record.owed_since < day, DutyState.OVERDUE.value),
        else_=DutyState.IN_HAND.value,
    )
    return state, record.owed_since


def _preventing(permit: Row, day: Told) -> tuple[Told, Told]:
    lapsed = sa.or_(permit.valid_until < day, permit.revoked_on <= day)
    state = sa.case((lapsed, DutyState.OVERDUE.value), else_=DutyState.IN_HAND.value)
    return state, sa.func.coalesce(permit.revoked_on, permit.valid_until)


def _latest_plan(plan: Row) -> list[Told]:
    return [plan.approved_on.desc(), plan.id.desc()]


def _latest_permit(permit: Row) -> list[Told]:
    return [permit.issued_on.desc(), permit.id.desc()]


def _furthest_behind(use: Row) -> list[Told]:
    return [use.owed_since.is_(None), use.owed_since, use.approved_on.desc(), use.id.desc()]


_Source = tuple[RecordKind, Callable[[Row], list[Told]], Callable[[Row, Told], tuple[Told, Told]]]
#: By which record a task is told, which of several, and how.
_SOURCES: dict[ClosureTask, _Source] = {
    ClosureTask.POLLUTION_PREVENTION: (RecordKind.POLLUTANT_PERMIT, _latest_permit, _preventing),
    ClosureTask.GEOLOGICAL_ENVIRONMENT: (RecordKind.RESTORATION_PLAN, _latest_plan, _restoring),
    ClosureTask.LAND_RECLAMATION: (RecordKind.RESTORATION_PLAN, _latest_plan, _restoring),
    ClosureTask.VEGETATION: (RecordKind.FOREST_LAND_USE, _furthest_behind, _restoring),
}


def _task_select(task: ClosureTask) -> sa.Select[Any]:
    kind, order, tell = _SOURCES[task]
    mine, record, one = TABLES[RecordKind.MINE].alias().c, TABLES[kind].alias().c, TABLES[kind].alias().c
    chosen = sa.select(one.id).where(one.licence_no == mine.licence_no, *live(one)).order_by(*order(one)).limit(1)
    state, due = tell(record, today())
    return (
        sa.select(
            (mine.licence_no + "-" + sa.literal(task.value, sa.Text())).label("id"),
            mine.licence_no.label("licence_no"),
            mine.prefecture_code.label("prefecture_code"),
            sa.literal(task.value, sa.Text()).label("task"),
            sa.literal(CLOSURE_SECTION, sa.Text()).label("section"),
            sa.case((record.id.is_(None), DutyState.NO_RECORD.value), else_=state).label("state"),
            sa.type_coerce(due, sa.Date()).label("due_on"),
            sa.type_coerce(record.id, sa.Text()).label("told_by"),
        )
        .select_from(mine.id.table.outerjoin(record.id.table, sa.and_(record.id == chosen.scalar_subquery(), *live(record))))
        .where(_held_to_closure(mine), *live(mine))
    )


def _all() -> sa.Subquery:
    tasks = sa.union_all(*map(_task_select, ClosureTask)).subquery()
    kinds: dict[str, sa.types.TypeEngine[Any]] = {"due_on": sa.Date()}
    return sa.select(*(sa.type_coerce(c, kinds.get(c.name, Plain())).label(c.name) for c in tasks.c)).subquery()


view = worked_out_view("closure_duty", _all(), mine=Relation("mine", {"licence_no": "licence_no"}))
