"""the succession of licences"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
_LIVE = sa.text("superseded_at IS NULL AND withdrawn_at IS NULL")
_INDEXES = {
    "authority_code": ["authority_code", "succeeded_on", "id"],
    "document_number": ["document_number", "id"],
    "recorded_at": ["recorded_at", "id"],
    "succeeded_on": ["succeeded_on", "id"],
}
#: Of what was posted before, everything names its mines by the numbers that they have.
_NAMING_MINES = (
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
    "mining_right_listings",
    "monitoring_readings",
    "opinions",
    "penalties",
    "pollutant_permits",
    "recovery_rates",
    "restoration_plans",
    "screenings",
    "supervision_visits",
    "support_grants",
)


def upgrade() -> None:
    op.create_table(
        "licence_succession_mines",
        sa.Column("record_id", _TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("licence_no", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("record_id", "version", "licence_no", name=op.f("pk_licence_succession_mines")),
    )
    with op.batch_alter_table("licence_succession_mines") as table:
        table.create_index(table.f("ix_licence_succession_mines_licence_no"), ["licence_no"], unique=False)

    op.create_table(
        "licence_successions",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("department", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("posted_by", _TEXT, nullable=False),
        sa.Column("recorded_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=False),
        sa.Column("superseded_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=True),
        sa.Column("payload_hash", _TEXT, nullable=False),
        sa.Column("salt", _TEXT, nullable=False),
        sa.Column("changed_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=True),
        sa.Column("withdrawn_at", sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql"), nullable=True),
        sa.Column("withdrawal_reason", _TEXT, nullable=True),
        sa.Column("stated_licence_nos", _TEXT, nullable=True),
        sa.Column("document_number", _TEXT, nullable=False),
        sa.Column("authority_name", _TEXT, nullable=False),
        sa.Column("authority_code", _TEXT, nullable=False),
        sa.Column("form", _TEXT, nullable=False),
        sa.Column("predecessors", _TEXT, nullable=False),
        sa.Column("successors", _TEXT, nullable=False),
        sa.Column("succeeded_on", sa.Date(), nullable=False),
        sa.Column("licence_valid_from", sa.Date(), nullable=True),
        sa.Column("licence_valid_until", sa.Date(), nullable=True),
        sa.Column("remarks", _TEXT, nullable=True),
        sa.Column("first_predecessor", _TEXT, nullable=False),
        sa.Column("mines", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_licence_successions")),
    )
    for name, columns in _INDEXES.items():
        op.create_index(
            f"ix_licence_successions_{name}", "licence_successions", columns, sqlite_where=_LIVE, postgresql_where=_LIVE
        )

    op.create_table(
        "licences",
        sa.Column("licence_no", _TEXT, nullable=False),
        sa.Column("mine_id", _TEXT, nullable=False),
        sa.Column("leads_to", _TEXT, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("succession_id", _TEXT, nullable=True),
        sa.Column("absorbed_id", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("licence_no", name=op.f("pk_licences")),
    )
    with op.batch_alter_table("licences") as table:
        table.create_index(table.f("ix_licences_leads_to"), ["leads_to"], unique=False)
        table.create_index(table.f("ix_licences_mine_id"), ["mine_id"], unique=False)
        table.create_index(table.f("ix_licences_succession_id"), ["succession_id"], unique=False)

    for name in _NAMING_MINES:
        op.add_column(name, sa.Column("stated_licence_nos", _TEXT, nullable=True))


def downgrade() -> None:
    for name in _NAMING_MINES:
        with op.batch_alter_table(name) as table:
            table.drop_column("stated_licence_nos")
    with op.batch_alter_table("licences") as table:
        table.drop_index(table.f("ix_licences_succession_id"))
        table.drop_index(table.f("ix_licences_mine_id"))
        table.drop_index(table.f("ix_licences_leads_to"))

    op.drop_table("licences")
    op.drop_table("licence_successions")
    with op.batch_alter_table("licence_succession_mines") as table:
        table.drop_index(table.f("ix_licence_succession_mines_licence_no"))

    op.drop_table("licence_succession_mines")
