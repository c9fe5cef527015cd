"""what people did with what ended badly on its way out"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "delivery_acts",
        *(sa.Column(name, _TEXT, nullable=False) for name in ("id", "delivery_id", "done_by")),
        sa.Column("done_at", _INSTANT, nullable=False),
        sa.Column("reason", _TEXT, nullable=True),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("detail", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_acts")),
    )
    op.create_index("ix_delivery_acts_delivery_id", "delivery_acts", ["delivery_id"])


def downgrade() -> None:
    op.drop_table("delivery_acts")
