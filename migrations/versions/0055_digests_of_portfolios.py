"""A portfolio's events of a day or a week, told in one piece, and up to which a webhook was sent them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_PLAIN = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "portfolio_digests",
        sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("client_id", _PLAIN, nullable=False),
        sa.Column("portfolio_id", _PLAIN, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=False),
        sa.Column("content", _PLAIN, nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_portfolio_digests")),
        sa.UniqueConstraint("portfolio_id", "until_day", name=op.f("uq_portfolio_digests_portfolio_id_until_day")),
    )
    op.create_index("ix_portfolio_digests_client", "portfolio_digests", ["client_id", "entry"])
    with op.batch_alter_table("portfolios") as table:
        table.add_column(sa.Column("digest", _PLAIN, nullable=True))
        table.add_column(sa.Column("digest_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("digest_from", sa.Date(), nullable=True))
        table.add_column(sa.Column("digest_after", sa.BigInteger(), server_default="0", nullable=False))
        table.create_index("ix_portfolios_digest", ["digest_on"])
    with op.batch_alter_table("webhooks") as table:
        table.add_column(sa.Column("digest", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("webhooks") as table:
        table.drop_column("digest")
    with op.batch_alter_table("portfolios") as table:
        table.drop_index("ix_portfolios_digest")
        for name in ("digest_after", "digest_from", "digest_on", "digest"):
            table.drop_column(name)
    op.drop_table("portfolio_digests")
