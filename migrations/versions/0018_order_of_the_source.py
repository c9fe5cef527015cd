"""when what is said changed at its source is kept with each version, and what each client last said of a record beside them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_RECORDS = (
    *("mines", "enterprises", "authorities", "opinions", "penalties", "directory_entries", "contracts", "indicator_systems"),
    *("experts", "assessors", "assessments", "case_transfers", "transfer_answers", "mining_right_listings", "recovery_rates"),
    *("restoration_plans", "zones", "screenings", "pollutant_permits", "monitoring_readings", "energy_uses"),
    *("forest_land_uses", "local_standards", "budget_items", "support_policies", "support_grants", "appeals", "innovations"),
    *("community_projects", "supervision_visits", "commendations", "prefecture_targets", "progress_reports"),
)


def upgrade() -> None:
    for table in (*_RECORDS, "rejections"):
        op.add_column(table, sa.Column("changed_at", _INSTANT, nullable=True))
    op.create_table(
        "last_words",
        sa.Column("record_id", _TEXT, nullable=False),
        sa.Column("client_id", _TEXT, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("said", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("record_id", "client_id", name=op.f("pk_last_words")),
    )


def downgrade() -> None:
    op.drop_table("last_words")
    for table in (*_RECORDS, "rejections"):
        op.drop_column(table, "changed_at")
