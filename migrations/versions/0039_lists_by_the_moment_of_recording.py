"""lists by the moment of recording"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_TABLES = (
    "appeals",
    "assessments",
    "assessors",
    "authorities",
    "budget_items",
    "case_transfers",
    "commendations",
    "community_projects",
    "contracts",
    "directory_entries",
    "energy_uses",
    "enterprises",
    "experts",
    "forest_land_uses",
    "indicator_systems",
    "innovations",
    "local_standards",
    "mines",
    "mining_right_listings",
    "monitoring_readings",
    "opinions",
    "penalties",
    "pollutant_permits",
    "prefecture_targets",
    "progress_reports",
    "recovery_rates",
    "restoration_plans",
    "screenings",
    "supervision_visits",
    "support_grants",
    "support_policies",
    "transfer_answers",
    "zones",
)
_LIVE = sa.text("superseded_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    for table in _TABLES:
        op.create_index(f"ix_{table}_recorded_at", table, ["recorded_at", "id"], sqlite_where=_LIVE, postgresql_where=_LIVE)


def downgrade() -> None:
    for table in _TABLES:
        op.drop_index(f"ix_{table}_recorded_at", table_name=table)
