"""portfolios"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portfolio_mines",
        sa.Column("portfolio_id", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("licence_no", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("reference", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=True),
        sa.Column("loan_on", sa.Date(), nullable=True),
        sa.Column("told", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("turns_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("portfolio_id", "licence_no", name=op.f("pk_portfolio_mines")),
    )
    with op.batch_alter_table("portfolio_mines") as table:
        table.create_index("ix_portfolio_mines_mine", ["licence_no"], unique=False)
        table.create_index("ix_portfolio_mines_turn", ["turns_on"], unique=False)

    op.create_table(
        "portfolios",
        sa.Column("id", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("client_id", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("least_severity", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolios")),
        sa.UniqueConstraint("client_id", "name", name=op.f("uq_portfolios_client_id_name")),
    )
    op.create_table(
        "watch_events",
        sa.Column("entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("portfolio_id", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("licence_no", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("change", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("code", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("before", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=True),
        sa.Column("now", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=True),
        sa.Column("log_position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=False),
        sa.Column("acknowledged_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=True),
        sa.Column("acknowledged_by", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_watch_events")),
    )
    with op.batch_alter_table("watch_events") as table:
        table.create_index("ix_watch_events_portfolio", ["portfolio_id", "entry"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("watch_events") as table:
        table.drop_index("ix_watch_events_portfolio")

    op.drop_table("watch_events")
    op.drop_table("portfolios")
    with op.batch_alter_table("portfolio_mines") as table:
        table.drop_index("ix_portfolio_mines_turn")
        table.drop_index("ix_portfolio_mines_mine")

    op.drop_table("portfolio_mines")
