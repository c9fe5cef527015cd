"""deadlines in working days are kept with the records, a transfer need not state its own, and contradictions have indexes"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.domain.calendar.deadlines import REPORT, SERVICE

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_LIVE = sa.text("superseded_at IS NULL AND withdrawn_at IS NULL")
#: What the list of contradictions picks few records by.
_WATCHED = {
    "penalties": "publication_class",
    "screenings": "touches",
    "restoration_plans": "owed_since",
    "forest_land_uses": "owed_since",
}
_PENALTY_DAYS = ("served_on", "annulled_on", "report_due_on", "service_due_on", "fine_due_on", "withdrawal_due_on")


def upgrade() -> None:
    for name in _PENALTY_DAYS:
        op.add_column("penalties", sa.Column(name, sa.Date(), nullable=True))
    op.add_column("case_transfers", sa.Column("due_on", sa.Date(), nullable=True))
    op.drop_index("ix_case_transfers_answer_due_on", table_name="case_transfers")
    with op.batch_alter_table("case_transfers") as transfers:
        transfers.alter_column("answer_due_on", existing_type=sa.Date(), nullable=True)
    _fill("penalties", "decided_on", {"report_due_on": REPORT.on, "service_due_on": SERVICE.on})
    op.execute("UPDATE case_transfers SET due_on = answer_due_on")
    for table, name in _WATCHED.items():
        _index(table, name)


def _index(table: str, name: str) -> None:
    op.create_index(f"ix_{table}_{name}", table, [name, "id"], sqlite_where=_LIVE, postgresql_where=_LIVE)


def _fill(table: str, since: str, filled: dict[str, Callable[[date], date | None]]) -> None:
    """Work out the deadlines of what is there, once for each day to count from."""
    rows = sa.table(table, sa.column(since, sa.Date()), *(sa.column(name, sa.Date()) for name in filled))
    days: list[Any] = list(op.get_bind().execute(sa.select(rows.c[since]).distinct()).scalars())
    for day in days:
        values = {name: told(day) for name, told in filled.items()}
        op.execute(sa.update(rows).where(rows.c[since] == day).values(values))


def downgrade() -> None:
    for table, name in _WATCHED.items():
        op.drop_index(f"ix_{table}_{name}", table_name=table)
    # What states no day of its own keeps the one that was worked out.
    op.execute("UPDATE case_transfers SET answer_due_on = coalesce(answer_due_on, due_on, transferred_on)")
    with op.batch_alter_table("case_transfers") as transfers:
        transfers.alter_column("answer_due_on", existing_type=sa.Date(), nullable=False)
        transfers.drop_column("due_on")
    _index("case_transfers", "answer_due_on")
    with op.batch_alter_table("penalties") as penalties:
        for name in _PENALTY_DAYS:
            penalties.drop_column(name)
