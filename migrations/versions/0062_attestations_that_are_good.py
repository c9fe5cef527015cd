"""Whether any attestation is good still is looked up, however many have ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_UNREVOKED = sa.text("revoked_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_attestations_unrevoked", "attestations", ["ends_at"], sqlite_where=_UNREVOKED, postgresql_where=_UNREVOKED
    )


def downgrade() -> None:
    op.drop_index("ix_attestations_unrevoked", "attestations")
