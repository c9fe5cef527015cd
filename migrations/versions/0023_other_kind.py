"""what a penalty is that is of another kind than the law names: the text of 其他-…"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("penalties") as table:
        table.add_column(sa.Column("other_kind", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("penalties") as table:
        table.drop_column("other_kind")
