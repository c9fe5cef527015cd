"""former names of enterprises"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    # Of those that were posted before no former name is declared.
    op.add_column("enterprises", sa.Column("former_names", _TEXT, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("enterprises", "former_names")
