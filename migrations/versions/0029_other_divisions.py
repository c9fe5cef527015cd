"""in which other divisions a mine lies too"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    # Of what was posted before nobody has said that it lies elsewhere too.
    op.add_column("mines", sa.Column("other_divisions", _TEXT, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("mines", "other_divisions")
