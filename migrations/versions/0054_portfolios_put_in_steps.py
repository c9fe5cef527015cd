"""Each time that a portfolio is put has a name, so that of two at once the later counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("portfolios") as table:
        table.add_column(sa.Column("put", _TEXT, nullable=False, server_default=""))
    # In a step of its own: SQLite copies the rows once for all that a step changes, and what is there needs the default.
    with op.batch_alter_table("portfolios") as table:
        table.alter_column("put", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("portfolios") as table:
        table.drop_column("put")
