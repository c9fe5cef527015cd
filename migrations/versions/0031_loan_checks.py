"""loan checks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "loan_checks",
        sa.Column("id", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("client_id", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("asked_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=False),
        sa.Column("purpose", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=True),
        sa.Column("reference", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=True),
        sa.Column("question", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("answer", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("log_position", sa.BigInteger(), nullable=False),
        sa.Column("rule_set", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_checks")),
    )
    with op.batch_alter_table("loan_checks") as table:
        table.create_index("ix_loan_checks_client", ["client_id", "asked_at", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("loan_checks") as table:
        table.drop_index("ix_loan_checks_client")

    op.drop_table("loan_checks")
