"""attestations"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attestations",
        sa.Column("id", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("check_id", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("client_id", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("licence_no", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("list_no", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=False),
        sa.Column("ends_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=False),
        sa.Column("answer", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("evidence", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("sd_jwt", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=False),
        sa.Column("revoked_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=True),
        sa.Column("revoked_for", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestations")),
        sa.UniqueConstraint("check_id", "licence_no", name=op.f("uq_attestations_check_id_licence_no")),
        sa.UniqueConstraint("list_no", "place", name=op.f("uq_attestations_list_no_place")),
    )
    with op.batch_alter_table("attestations") as table:
        table.create_index("ix_attestations_mine", ["licence_no", "ends_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("attestations") as table:
        table.drop_index("ix_attestations_mine")

    op.drop_table("attestations")
