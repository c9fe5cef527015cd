"""tokens may be ended before their time"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "revoked_tokens",
        sa.Column("token_id", _TEXT, nullable=False),
        sa.Column("client_id", _TEXT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("revoked_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_revoked_tokens")),
    )
    op.create_index("ix_revoked_tokens_until", "revoked_tokens", ["until"])


def downgrade() -> None:
    op.drop_index("ix_revoked_tokens_until", "revoked_tokens")
    op.drop_table("revoked_tokens")
