"""clients may prove themselves by keys instead of a secret; what may be used once is remembered"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("clients") as clients:
        clients.add_column(sa.Column("keys", _TEXT, nullable=True))
        clients.alter_column("secret_hash", existing_type=_TEXT, nullable=True)
    op.create_table(
        "replays",
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_replays")),
    )
    op.create_index("ix_replays_until", "replays", ["until"])


def downgrade() -> None:
    op.drop_index("ix_replays_until", "replays")
    op.drop_table("replays")
    # Whoever proves itself by keys has no secret to go back to: nothing matches this word.
    op.execute(sa.text("UPDATE clients SET secret_hash = 'none' WHERE secret_hash IS NULL"))
    with op.batch_alter_table("clients") as clients:
        clients.alter_column("secret_hash", existing_type=_TEXT, nullable=False)
        clients.drop_column("keys")
