"""lists by what they are filtered by: it stands beside their order"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_LIVE = sa.text("superseded_at IS NULL AND withdrawn_at IS NULL")
_OF_EVERY_LIST = ("version", "superseded_at", "withdrawn_at", "department", "recorded_at")

#: Each table, the column that orders its lists, whether that had an index, and what else they are filtered by.
_LISTS = (
    ("appeals", "received_on", True, "document_number authority_code licence_no topic answer_due_on answered_on"),
    ("assessments", "applied_on", True, "assessment_no licence_no indicator_system_code assessor_uscc stage result passed_on"),
    ("assessors", "registered_on", True, "uscc name category"),
    ("authorities", "code", False, "name belongs_to division_code"),
    ("budget_items", "decided_on", True, "document_number authority_code year division_code purpose"),
    (
        "case_transfers",
        "transferred_on",
        True,
        "document_number authority_code to_department to_authority_code licence_no party_uscc matter due_on",
    ),
    ("commendations", "commended_on", True, "document_number authority_code recipient_kind recipient party_uscc licence_no"),
    ("community_projects", "done_on", True, "document_number authority_code licence_no community_field title"),
    (
        "contracts",
        "signed_on",
        True,
        "document_number authority_code licence_no contract_kind party_uscc due_on breached_on next_due_on",
    ),
    ("directory_entries", "effective_on", True, "document_number authority_code licence_no level step batch reason_code"),
    ("energy_uses", "year", True, "licence_no over_limit"),
    ("enterprises", "uscc", False, "name registration_status division_code"),
    ("experts", "joined_on", True, "expert_no specialities title employer_uscc"),
    ("forest_land_uses", "approved_on", True, "document_number authority_code licence_no use cover ends_on owed_since"),
    ("indicator_systems", "effective_on", True, "code name"),
    ("innovations", "achieved_on", True, "document_number authority_code licence_no innovation_field title"),
    ("licence_successions", "succeeded_on", True, "document_number authority_code form"),
    ("local_standards", "stage_on", True, "standard_no title stage"),
    (
        "mines",
        "licence_no",
        False,
        "name enterprise_uscc mineral scale mining_method division_code prefecture_code life_cycle licence_valid_until",
    ),
    ("mining_right_listings", "entered_on", True, "document_number authority_code licence_no black_list party_uscc removed_on"),
    ("monitoring_readings", "measured_on", True, "reading_no licence_no medium pollutant over_limit"),
    ("opinions", "issued_on", True, "document_number authority_code licence_no nature verdict"),
    (
        "penalties",
        "decided_on",
        True,
        "document_number party_name party_uscc kinds fine valid_until authority_code publication_class published_on disputed "
        "repaired_on annulled_on report_due_on report_due_provisional fine_due_on withdrawal_due_on",
    ),
    ("pollutant_permits", "issued_on", True, "document_number authority_code licence_no category valid_until"),
    ("prefecture_targets", "decided_on", True, "document_number authority_code prefecture_code year"),
    ("progress_reports", "signed_off_on", True, "document_number authority_code prefecture_code year"),
    ("recovery_rates", "year", True, "licence_no meets_required"),
    ("restoration_plans", "approved_on", True, "document_number authority_code licence_no valid_until owed_since"),
    ("screenings", "screened_on", True, "document_number authority_code licence_no zone_kind touches"),
    (
        "supervision_visits",
        "visited_on",
        True,
        "document_number authority_code licence_no result rectification_due_on owed_since",
    ),
    ("support_grants", "granted_on", True, "document_number authority_code licence_no support"),
    ("support_policies", "effective_on", True, "document_number authority_code support title ends_on"),
    (
        "transfer_answers",
        "answered_on",
        True,
        "document_number authority_code from_department from_authority_code transfer_number step outcome",
    ),
    ("zones", "effective_on", True, "zone_code zone_kind name"),
)

_CURRENT = sa.text("superseded_at IS NULL")
_OF_MINES = ("division_code", "prefecture_code")


def upgrade() -> None:
    for name in _OF_MINES:
        op.create_index(f"ix_mines_of_{name}", "mines", [name, "licence_no"], sqlite_where=_CURRENT, postgresql_where=_CURRENT)
    for table, order, was_there, filters in _LISTS:
        if was_there:
            op.drop_index(f"ix_{table}_{order}", table_name=table)
        _create(table, order, *_OF_EVERY_LIST, *filters.split())


def downgrade() -> None:
    for name in _OF_MINES:
        op.drop_index(f"ix_mines_of_{name}", table_name="mines")
    for table, order, was_there, _ in _LISTS:
        op.drop_index(f"ix_{table}_{order}", table_name=table)
        if was_there:
            _create(table, order)


def _create(table: str, order: str, *beside: str) -> None:
    columns = [order, "id", *beside]
    op.create_index(f"ix_{table}_{order}", table, columns, sqlite_where=_LIVE, postgresql_where=_LIVE)
