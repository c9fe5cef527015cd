"""the read ledger"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_OPTIONAL = (
    "client_id",
    "role",
    "department",
    "purpose",
    "reference",
    "document_hash",
    "asked",
    "key",
    "licence_no",
)


def upgrade() -> None:
    op.create_table(
        "mine_reads",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("first_at", _INSTANT, nullable=False),
        sa.Column("last_at", _INSTANT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        *(sa.Column(name, _TEXT, nullable=True) for name in _OPTIONAL),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mine_reads")),
    )
    op.create_index("ix_mine_reads_last_at", "mine_reads", ["last_at", "id"])
    op.create_index("ix_mine_reads_mine", "mine_reads", ["licence_no", "last_at", "id"])


def downgrade() -> None:
    op.drop_table("mine_reads")
