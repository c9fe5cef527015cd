"""what went from sight: the log tells of a version also that its last day is over, and every publication has a last day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_ONE = ("record_id", "version")
_LIVE = sa.text("superseded_at IS NULL AND withdrawn_at IS NULL")
_LONGEST = "CASE publication_class WHEN 'MINOR' THEN 3 WHEN 'GENERAL' THEN 12 ELSE 36 END"


def upgrade() -> None:
    _tell_versions_by(*_ONE, "action")
    if op.get_bind().dialect.name == "postgresql":
        last = f"CAST(decided_on + ({_LONGEST}) * interval '1 month' AS date)"
        earlier = f"LEAST(COALESCE(publication_ends_on, {last}), {last})"
    else:
        # A day that its month does not have is the month's last.
        months = f"'+' || ({_LONGEST}) || ' months'"
        end_of_month = f"date(decided_on, 'start of month', '+' || ({_LONGEST} + 1) || ' months', '-1 day')"
        last = f"min(date(decided_on, {months}), {end_of_month})"
        earlier = f"min(coalesce(publication_ends_on, {last}), {last})"
    penalties = sa.table("penalties", sa.column("publication_latest_end"))
    op.execute(penalties.update().values(publication_latest_end=sa.text(earlier)))
    with op.batch_alter_table("penalties") as changed:
        changed.alter_column("publication_latest_end", existing_type=sa.Date(), nullable=False)
    op.create_index(
        "ix_penalties_publication_latest_end",
        "penalties",
        ["publication_latest_end", "id"],
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )


def downgrade() -> None:
    op.drop_index("ix_penalties_publication_latest_end", table_name="penalties")
    with op.batch_alter_table("penalties") as changed:
        changed.alter_column("publication_latest_end", existing_type=sa.Date(), nullable=True)
    op.execute(
        "UPDATE penalties SET publication_latest_end = COALESCE(publication_ends_on, "
        "CASE WHEN publication_class IS NOT NULL THEN publication_latest_end END)"
    )
    op.execute("DELETE FROM log WHERE action = 'GONE'")
    _tell_versions_by(*_ONE)


def _tell_versions_by(*columns: str) -> None:
    """The columns by which an entry of the log is the only one."""
    old = _ONE if columns != _ONE else (*_ONE, "action")
    with op.batch_alter_table("log") as changed:
        changed.drop_constraint("_".join(("uq_log", *old)), type_="unique")
        changed.create_unique_constraint("_".join(("uq_log", *columns)), list(columns))
