"""what became of what a source told, by counts, and since when"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sources") as table:
        table.add_column(
            sa.Column("drift_since", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=True)
        )
        table.add_column(
            sa.Column("counted_since", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=True)
        )
        table.add_column(sa.Column("items_told", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("items_unchanged", sa.BigInteger(), server_default="0", nullable=False))
        table.add_column(sa.Column("items_stale", sa.BigInteger(), server_default="0", nullable=False))
        table.add_column(sa.Column("items_missing", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("sources") as table:
        table.drop_column("items_missing")
        table.drop_column("items_stale")
        table.drop_column("items_unchanged")
        table.drop_column("items_told")
        table.drop_column("counted_since")
        table.drop_column("drift_since")
