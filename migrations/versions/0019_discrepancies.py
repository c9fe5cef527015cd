"""what copies say otherwise than the records that they are copies of"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "discrepancies",
        *(sa.Column(name, _TEXT, nullable=False) for name in ("id", "record_id", "field", "copied_by", "department")),
        sa.Column("division_code", _TEXT, nullable=False),
        sa.Column("prefecture_code", _TEXT, nullable=True),
        sa.Column("document_number", _TEXT, nullable=False),
        sa.Column("own_value", _TEXT, nullable=True),
        sa.Column("copied_value", _TEXT, nullable=True),
        sa.Column("found_at", _INSTANT, nullable=False),
        sa.Column("resolved_at", _INSTANT, nullable=True),
        *(sa.Column(name, _TEXT, nullable=True) for name in ("resolution", "reason", "resolved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancies")),
    )
    op.create_index("ix_discrepancies_record", "discrepancies", ["record_id", "id"])
    op.create_index("ix_discrepancies_found_at", "discrepancies", ["found_at", "id"])


def downgrade() -> None:
    op.drop_table("discrepancies")
