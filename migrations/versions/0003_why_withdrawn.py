"""what waits in quarantine keeps why its system has taken it back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "rejections",
        sa.Column("withdrawn", sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql"), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("rejections", "withdrawn")
