"""what others than its sender are shown of what could not be taken

Of rows of before that is their size alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("rejections", sa.Column("outline", _TEXT, nullable=False, server_default="{}"))
    rows = sa.table("rejections", sa.column("payload", sa.Text()), sa.column("outline", sa.Text()))
    size = sa.cast(sa.func.length(rows.c.payload), sa.Text())
    op.execute(sa.update(rows).values(outline=sa.literal('{"characters": ') + size + sa.literal("}")))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("rejections", "outline", server_default=None)


def downgrade() -> None:
    op.drop_column("rejections", "outline")
