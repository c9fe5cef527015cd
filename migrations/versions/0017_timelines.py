"""what follows from records is kept by days

The lines of the records that stand are worked out by whoever starts next: the rule set that they were kept by is none yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KEPT = sa.text("superseded_at IS NULL")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "timelines",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True),
        _text("subject"),
        _text("rule"),
        _text("about"),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        _text("state"),
        _text("because"),
        sa.Column("due_on", sa.Date(), nullable=True),
        _text("label", nullable=True),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.Column("superseded_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timelines")),
    )
    for name, columns in (
        ("ix_timelines_subject", ["subject", "rule", "from_day"]),
        ("ix_timelines_rule", ["rule", "state", "from_day", "until_day", "subject"]),
    ):
        op.create_index(name, "timelines", columns, sqlite_where=_KEPT, postgresql_where=_KEPT)
    op.create_table(
        "rule_set",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rule_set")),
    )


def downgrade() -> None:
    op.drop_table("rule_set")
    op.drop_table("timelines")
