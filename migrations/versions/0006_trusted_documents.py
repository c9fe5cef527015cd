"""documents that clients have registered, and who is held to those alone"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _plain() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("owner", _plain(), primary_key=True),
        sa.Column("sha256", _plain(), primary_key=True),
        sa.Column("name", _plain(), nullable=False),
        sa.Column("body", _plain(), nullable=False),
    )
    op.create_table("held_to_documents", sa.Column("owner", _plain(), primary_key=True))


def downgrade() -> None:
    op.drop_table("held_to_documents")
    op.drop_table("documents")
