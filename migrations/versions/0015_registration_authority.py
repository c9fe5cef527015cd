"""an enterprise names the organ that registered it: below the province that organ alone changes it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enterprises", sa.Column("registration_authority_code", _TEXT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("enterprises") as enterprises:
        enterprises.drop_column("registration_authority_code")
