"""years of working days are kept in the database, and deadlines counted before a notice are told as provisional"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.domain.calendar.deadlines import ANSWER, REPORT, SERVICE, WITHDRAWAL, Deadline
from hub.storage.sql.metadata import Instant, text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

#: Table, deadline, and how it is counted.
_COUNTED: list[tuple[str, str, Deadline]] = [
    ("penalties", "report_due_on", REPORT),
    ("penalties", "service_due_on", SERVICE),
    ("penalties", "withdrawal_due_on", WITHDRAWAL),
    ("case_transfers", "due_on", ANSWER),
]


def upgrade() -> None:
    op.create_table(
        "working_day_notices",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_working_day_notices")),
    )
    op.create_table(
        "working_day_exceptions",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_working_day_exceptions")),
    )
    for table, name, deadline in _COUNTED:
        op.add_column(table, sa.Column(deadline.mark, sa.Boolean(), nullable=False, server_default=sa.false()))
        _count(table, name, deadline)
        with op.batch_alter_table(table) as altered:
            altered.alter_column(deadline.mark, existing_type=sa.Boolean(), server_default=None)


def _count(table: str, name: str, deadline: Deadline) -> None:
    """Count the deadlines that were left empty, once for each day to count from."""
    rows = sa.table(
        table, sa.column(name, sa.Date()), sa.column(deadline.since, sa.Date()), sa.column(deadline.mark, sa.Boolean())
    )
    since = rows.c[deadline.since]
    empty = sa.and_(rows.c[name].is_(None), since.is_not(None))
    days: list[Any] = list(op.get_bind().execute(sa.select(since).where(empty).distinct()).scalars())
    for day in days:
        counted = {name: deadline.on(day), deadline.mark: deadline.is_provisional(day)}
        op.execute(sa.update(rows).where(empty, since == day).values(counted))


def downgrade() -> None:
    for table, name, deadline in _COUNTED:
        rows = sa.table(table, sa.column(name), sa.column(deadline.mark, sa.Boolean()))
        op.execute(sa.update(rows).where(rows.c[deadline.mark]).values({name: None}))
        with op.batch_alter_table(table) as altered:
            altered.drop_column(deadline.mark)
    op.drop_table("working_day_exceptions")
    op.drop_table("working_day_notices")
