"""when clients were last let in"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of what was before nobody knows.
    op.add_column(
        "clients",
        sa.Column("last_used_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("clients", "last_used_at")
