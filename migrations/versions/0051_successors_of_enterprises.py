"""successors of enterprises"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
_LIVE = sa.text("superseded_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    # Of what was registered before nobody has said that it was merged into another.
    op.add_column("enterprises", sa.Column("successor_uscc", _TEXT, nullable=True))
    op.add_column("enterprises", sa.Column("succeeded_on", sa.Date(), nullable=True))
    columns = ["successor_uscc", "id"]
    op.create_index("ix_enterprises_successor_uscc", "enterprises", columns, sqlite_where=_LIVE, postgresql_where=_LIVE)


def downgrade() -> None:
    op.drop_index("ix_enterprises_successor_uscc", "enterprises")
    op.drop_column("enterprises", "succeeded_on")
    op.drop_column("enterprises", "successor_uscc")
