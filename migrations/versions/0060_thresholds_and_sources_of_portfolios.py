"""From which sum of fines each penalty is an event of a portfolio, and what it was last told of sources."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_PLAIN = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("portfolios", sa.Column("least_fine", sa.BigInteger(), nullable=True))
    op.add_column("portfolios", sa.Column("silent", _PLAIN, nullable=True))
    with op.batch_alter_table("watch_events") as table:
        table.alter_column("licence_no", nullable=True, existing_type=_PLAIN)


def downgrade() -> None:
    # Of what is of no mine nothing was told before.
    op.execute("DELETE FROM watch_events WHERE licence_no IS NULL")
    with op.batch_alter_table("watch_events") as table:
        table.alter_column("licence_no", nullable=False, existing_type=_PLAIN)
    with op.batch_alter_table("portfolios") as table:
        table.drop_column("silent")
        table.drop_column("least_fine")
