"""the quarantine is a desk: where what waits stands in its file, what became of it and by whom; what sources carry"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_NEW: dict[str, Any] = {
    "settled": _TEXT,
    "settled_by": _TEXT,
    "reason": _TEXT,
    "record_id": _TEXT,
    "digest": _TEXT,
    "file": _TEXT,
    "sheet": _TEXT,
    "row": sa.Integer(),
    "cell": _TEXT,
    "tried_at": _INSTANT,
    "claim": _TEXT,
    "claimed_until": _INSTANT,
}


def upgrade() -> None:
    with op.batch_alter_table("rejections") as table:
        for name, kind in _NEW.items():
            table.add_column(sa.Column(name, kind, nullable=True))
        table.add_column(sa.Column("seen_at", _INSTANT, nullable=True))
        table.add_column(sa.Column("times", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("is_raw", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE rejections SET seen_at = received_at")
    rows = sa.table("rejections", sa.column("problems", sa.Text()), sa.column("is_raw", sa.Boolean()))
    op.execute(sa.update(rows).where(rows.c.problems.like('%"UNREADABLE_ITEM"%')).values(is_raw=sa.true()))
    # Of what was settled before nobody knows whether it came too late.
    op.execute("UPDATE rejections SET settled = 'TAKEN' WHERE resolved_at IS NOT NULL")
    with op.batch_alter_table("rejections") as table:
        table.alter_column("seen_at", existing_type=_INSTANT, nullable=False)
    op.create_index("ix_rejections_digest", "rejections", ["source", "digest"])
    op.add_column("sources", sa.Column("kinds", _TEXT, nullable=False, server_default="[]"))
    op.add_column("sources", sa.Column("of_mines", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "rejection_acts",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("rejection_id", _TEXT, nullable=False),
        sa.Column("act", _TEXT, nullable=False),
        sa.Column("done_by", _TEXT, nullable=False),
        sa.Column("done_at", _INSTANT, nullable=False),
        sa.Column("reason", _TEXT, nullable=True),
        sa.Column("record_id", _TEXT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejection_acts")),
    )
    op.create_index(op.f("ix_rejection_acts_rejection_id"), "rejection_acts", ["rejection_id"])


def downgrade() -> None:
    op.drop_table("rejection_acts")
    with op.batch_alter_table("sources") as table:
        table.drop_column("kinds")
        table.drop_column("of_mines")
    op.drop_index("ix_rejections_digest", "rejections")
    with op.batch_alter_table("rejections") as table:
        for name in (*_NEW, "seen_at", "times", "is_raw"):
            table.drop_column(name)
