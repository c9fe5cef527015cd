"""mines that went into others or came out of them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    # Of what was said before, one number came after one.
    op.add_column("licence_successions", sa.Column("principal", _TEXT, nullable=True))
    op.create_table(
        "licence_branches",
        sa.Column("licence_no", _TEXT, nullable=False),
        sa.Column("way", _TEXT, nullable=False),
        sa.Column("succession_id", _TEXT, nullable=False),
        sa.Column("goes_on", _TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("licence_no", "way", name=op.f("pk_licence_branches")),
    )
    for name in ("goes_on", "succession_id"):
        op.create_index(op.f(f"ix_licence_branches_{name}"), "licence_branches", [name])


def downgrade() -> None:
    op.drop_table("licence_branches")
    op.drop_column("licence_successions", "principal")
