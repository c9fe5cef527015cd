"""How far a rebuild has come that was broken off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_set_rebuilds",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sort", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("subject", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rule_set_rebuilds")),
    )


def downgrade() -> None:
    op.drop_table("rule_set_rebuilds")
