"""The plan as it can be read: its days, its phases and its targets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from hub.domain.calendar.working_days import Calendar
from hub.domain.records.targets import TARGETS, YEARS
from hub.domain.rules.plan import CONTRACTS_DUE_ON, PHASES, REPORT_DUE, SUMMARY_DUE_ON, VALID_YEARS
from hub.storage.records import notices
from hub.storage.sql.metadata import Plain, Scaled
from hub.storage.views.constant_rows import written_rows
from hub.storage.views.view import Day, Expression, Relation, Row, worked_out_view


def _table(rows: Row, **kinds: sa.types.TypeEngine[Any]) -> sa.Subquery:
    """Rows as a view wants them, with the types that a constant has not by itself."""
    return sa.select(*(sa.type_coerce(c, kinds.get(c.name, c.type)).label(c.name) for c in rows)).subquery()


_PLAN = written_rows(
    "the_plan",
    {
        "id": Plain(),
        "valid_years": sa.Integer(),
        "contracts_due_on": sa.Date(),
        "summary_due_on": sa.Date(),
    },
    [("plan", VALID_YEARS, CONTRACTS_DUE_ON, SUMMARY_DUE_ON)],
)

_PHASES = written_rows(
    "phases",
    {"id": Plain(), "phase": Plain(), "first_day": sa.Date(), "last_day": sa.Date()},
    [(f"{place}-{phase.value}", phase.value, *days) for place, (phase, days) in enumerate(PHASES.items(), start=1)],
)

_TARGETS = written_rows(
    "targets",
    {"id": Plain(), "scale": Plain(), "year": sa.Integer(), "share": sa.BigInteger()},
    [(f"{scale.value}-{year}", scale.value, year, share * 100) for scale, by in TARGETS.items() for year, share in by.items()],
)


def _known_until(_row: Row, _day: Day) -> sa.ColumnElement[Any]:
    """The last day of the years that the library has, or of the latest notice that an operator has added after them."""
    library = sa.func.date(sa.literal(Calendar().known_until.isoformat(), sa.Text()), type_=sa.Date())
    latest = sa.select(sa.func.max(notices.years.c.last_day)).scalar_subquery()
    return sa.case((latest > library, latest), else_=library)


def _report_due(_: Row, day: Day) -> sa.ColumnElement[Any]:
    """The next day by which prefectures report; none after the plan's last year."""
    due = [sa.func.date(sa.literal(date(year, *REPORT_DUE).isoformat(), sa.Text()), type_=sa.Date()) for year in YEARS]
    return sa.case(*((day <= one, one) for one in due), else_=sa.null())


def _runs_on(_: Row, phase: Row, day: Day) -> Sequence[sa.ColumnElement[bool]]:
    return [phase.first_day <= day, phase.last_day >= day]


plan = worked_out_view(
    "plan",
    _table(_PLAN),
    report_due_on=Expression(_report_due, sa.Date()),
    working_days_known_until=Expression(_known_until, sa.Date()),
    phase=Relation("plan_phase", where=_runs_on),
    phases=Relation("plan_phase"),
    targets=Relation("plan_target"),
)
phases = worked_out_view("plan_phase", _table(_PHASES))
targets = worked_out_view("plan_target", _table(_TARGETS, share=Scaled(2)))
