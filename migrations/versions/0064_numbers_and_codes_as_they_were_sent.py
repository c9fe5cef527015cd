"""Numbers and codes that were sent in another way of writing than they are kept in stay beside, as they were sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

_JSON = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_RECORDS = (
    *("mines", "enterprises", "authorities", "opinions", "penalties", "directory_entries", "contracts", "indicator_systems"),
    *("experts", "assessors", "assessments", "case_transfers", "transfer_answers", "mining_right_listings", "recovery_rates"),
    *("restoration_plans", "zones", "screenings", "pollutant_permits", "monitoring_readings", "energy_uses"),
    *("forest_land_uses", "local_standards", "budget_items", "support_policies", "support_grants", "appeals", "innovations"),
    *("community_projects", "supervision_visits", "commendations", "prefecture_targets", "progress_reports"),
    "licence_successions",
)


def upgrade() -> None:
    for table in _RECORDS:
        op.add_column(table, sa.Column("sent_forms", _JSON, nullable=True))


def downgrade() -> None:
    for table in _RECORDS:
        op.drop_column(table, "sent_forms")
