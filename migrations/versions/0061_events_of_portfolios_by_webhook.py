"""Whose each event of a portfolio is, and up to which a webhook was sent them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_PLAIN = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("watch_events", sa.Column("client_id", _PLAIN, nullable=True))
    op.execute("UPDATE watch_events SET client_id = (SELECT client_id FROM portfolios WHERE portfolios.id = portfolio_id)")
    # Of a portfolio that is gone nobody is told.
    op.execute("DELETE FROM watch_events WHERE client_id IS NULL")
    with op.batch_alter_table("watch_events") as table:
        table.alter_column("client_id", nullable=False, existing_type=_PLAIN)
        table.create_index("ix_watch_events_client", ["client_id", "entry"])
    op.add_column("webhooks", sa.Column("event", sa.BigInteger(), server_default="0", nullable=False))
    # What was told before was read otherwise.
    last = "SELECT max(entry) FROM watch_events WHERE watch_events.client_id = webhooks.client_id"
    op.execute(f"UPDATE webhooks SET event = coalesce(({last}), 0)")  # noqa: S608


def downgrade() -> None:
    with op.batch_alter_table("webhooks") as table:
        table.drop_column("event")
    with op.batch_alter_table("watch_events") as table:
        table.drop_index("ix_watch_events_client")
        table.drop_column("client_id")
