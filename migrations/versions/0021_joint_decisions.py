"""a joint decision names the organs that decided it with the one that posts it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    # Of what was decided before nobody has said that others joined.
    op.add_column("penalties", sa.Column("joint_authorities", _TEXT, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("penalties", "joint_authorities")
