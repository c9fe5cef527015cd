"""what a source lists no longer, and when it is compared with what stands here"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vanished",
        sa.Column("record_id", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("source", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("since", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_vanished")),
    )
    with op.batch_alter_table("vanished") as table:
        table.create_index("ix_vanished_source", ["source", "kind"], unique=False)

    with op.batch_alter_table("sources") as table:
        table.add_column(sa.Column("items_vanished", sa.BigInteger(), server_default="0", nullable=False))
        table.add_column(
            sa.Column("compared_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=True)
        )
        table.add_column(
            sa.Column("compare_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("sources") as table:
        table.drop_column("compare_at")
        table.drop_column("compared_at")
        table.drop_column("items_vanished")

    with op.batch_alter_table("vanished") as table:
        table.drop_index("ix_vanished_source")

    op.drop_table("vanished")
