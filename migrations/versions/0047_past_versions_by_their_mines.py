"""past versions by their mines"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_PAST = sa.text("superseded_at IS NOT NULL OR withdrawn_at IS NOT NULL")
_TABLES = (
    "appeals",
    "assessments",
    "case_transfers",
    "commendations",
    "community_projects",
    "contracts",
    "directory_entries",
    "energy_uses",
    "forest_land_uses",
    "innovations",
    "mines",
    "mining_right_listings",
    "monitoring_readings",
    "opinions",
    "pollutant_permits",
    "recovery_rates",
    "restoration_plans",
    "screenings",
    "supervision_visits",
    "support_grants",
)


def upgrade() -> None:
    for name in _TABLES:
        op.create_index(f"ix_{name}_past_licence_no", name, ["licence_no"], sqlite_where=_PAST, postgresql_where=_PAST)


def downgrade() -> None:
    for name in _TABLES:
        op.drop_index(f"ix_{name}_past_licence_no", name)
