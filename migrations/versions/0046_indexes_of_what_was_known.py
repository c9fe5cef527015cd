"""indexes of what was known"""

from __future__ import annotations

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

#: Of all versions, by what they are looked up and listed by.
_INDEXES = (
    ("appeals", "ix_appeals_authority_code_then", ["authority_code", "received_on", "id"]),
    ("appeals", "ix_appeals_licence_no_then", ["licence_no", "received_on", "id"]),
    ("appeals", "ix_appeals_received_on_then", ["received_on", "id"]),
    ("assessments", "ix_assessments_applied_on_then", ["applied_on", "id"]),
    ("assessments", "ix_assessments_assessment_no_then", ["assessment_no", "id"]),
    ("assessments", "ix_assessments_assessor_uscc_then", ["assessor_uscc", "applied_on", "id"]),
    ("assessments", "ix_assessments_indicator_system_code_then", ["indicator_system_code", "applied_on", "id"]),
    ("assessments", "ix_assessments_licence_no_then", ["licence_no", "applied_on", "id"]),
    ("assessors", "ix_assessors_registered_on_then", ["registered_on", "id"]),
    ("assessors", "ix_assessors_uscc_then", ["uscc", "id"]),
    ("authorities", "ix_authorities_code_then", ["code", "id"]),
    ("authorities", "ix_authorities_division_code_then", ["division_code", "code", "id"]),
    ("budget_items", "ix_budget_items_authority_code_then", ["authority_code", "decided_on", "id"]),
    ("budget_items", "ix_budget_items_decided_on_then", ["decided_on", "id"]),
    ("budget_items", "ix_budget_items_division_code_then", ["division_code", "decided_on", "id"]),
    ("case_transfers", "ix_case_transfers_authority_code_then", ["authority_code", "transferred_on", "id"]),
    ("case_transfers", "ix_case_transfers_licence_no_then", ["licence_no", "transferred_on", "id"]),
    ("case_transfers", "ix_case_transfers_party_uscc_then", ["party_uscc", "transferred_on", "id"]),
    ("case_transfers", "ix_case_transfers_transferred_on_then", ["transferred_on", "id"]),
    ("commendations", "ix_commendations_authority_code_then", ["authority_code", "commended_on", "id"]),
    ("commendations", "ix_commendations_commended_on_then", ["commended_on", "id"]),
    ("commendations", "ix_commendations_licence_no_then", ["licence_no", "commended_on", "id"]),
    ("commendations", "ix_commendations_party_uscc_then", ["party_uscc", "commended_on", "id"]),
    ("community_projects", "ix_community_projects_authority_code_then", ["authority_code", "done_on", "id"]),
    ("community_projects", "ix_community_projects_done_on_then", ["done_on", "id"]),
    ("community_projects", "ix_community_projects_licence_no_then", ["licence_no", "done_on", "id"]),
    ("contracts", "ix_contracts_authority_code_then", ["authority_code", "signed_on", "id"]),
    ("contracts", "ix_contracts_licence_no_then", ["licence_no", "signed_on", "id"]),
    ("contracts", "ix_contracts_party_uscc_then", ["party_uscc", "signed_on", "id"]),
    ("contracts", "ix_contracts_signed_on_then", ["signed_on", "id"]),
    ("directory_entries", "ix_directory_entries_authority_code_then", ["authority_code", "effective_on", "id"]),
    ("directory_entries", "ix_directory_entries_effective_on_then", ["effective_on", "id"]),
    ("directory_entries", "ix_directory_entries_licence_no_then", ["licence_no", "effective_on", "id"]),
    ("energy_uses", "ix_energy_uses_licence_no_then", ["licence_no", "year", "id"]),
    ("energy_uses", "ix_energy_uses_year_then", ["year", "id"]),
    ("enterprises", "ix_enterprises_division_code_then", ["division_code", "uscc", "id"]),
    ("enterprises", "ix_enterprises_uscc_then", ["uscc", "id"]),
    ("experts", "ix_experts_expert_no_then", ["expert_no", "id"]),
    ("experts", "ix_experts_joined_on_then", ["joined_on", "id"]),
    ("forest_land_uses", "ix_forest_land_uses_approved_on_then", ["approved_on", "id"]),
    ("forest_land_uses", "ix_forest_land_uses_authority_code_then", ["authority_code", "approved_on", "id"]),
    ("forest_land_uses", "ix_forest_land_uses_licence_no_then", ["licence_no", "approved_on", "id"]),
    ("indicator_systems", "ix_indicator_systems_code_then", ["code", "id"]),
    ("indicator_systems", "ix_indicator_systems_effective_on_then", ["effective_on", "id"]),
    ("innovations", "ix_innovations_achieved_on_then", ["achieved_on", "id"]),
    ("innovations", "ix_innovations_authority_code_then", ["authority_code", "achieved_on", "id"]),
    ("innovations", "ix_innovations_licence_no_then", ["licence_no", "achieved_on", "id"]),
    ("licence_successions", "ix_licence_successions_authority_code_then", ["authority_code", "succeeded_on", "id"]),
    ("licence_successions", "ix_licence_successions_succeeded_on_then", ["succeeded_on", "id"]),
    ("local_standards", "ix_local_standards_stage_on_then", ["stage_on", "id"]),
    ("mines", "ix_mines_division_code_then", ["division_code", "licence_no", "id"]),
    ("mines", "ix_mines_enterprise_uscc_then", ["enterprise_uscc", "licence_no", "id"]),
    ("mines", "ix_mines_licence_no_then", ["licence_no", "id"]),
    ("mines", "ix_mines_prefecture_code_then", ["prefecture_code", "licence_no", "id"]),
    ("mining_right_listings", "ix_mining_right_listings_authority_code_then", ["authority_code", "entered_on", "id"]),
    ("mining_right_listings", "ix_mining_right_listings_entered_on_then", ["entered_on", "id"]),
    ("mining_right_listings", "ix_mining_right_listings_licence_no_then", ["licence_no", "entered_on", "id"]),
    ("mining_right_listings", "ix_mining_right_listings_party_uscc_then", ["party_uscc", "entered_on", "id"]),
    ("monitoring_readings", "ix_monitoring_readings_licence_no_then", ["licence_no", "measured_on", "id"]),
    ("monitoring_readings", "ix_monitoring_readings_measured_on_then", ["measured_on", "id"]),
    ("opinions", "ix_opinions_authority_code_then", ["authority_code", "issued_on", "id"]),
    ("opinions", "ix_opinions_issued_on_then", ["issued_on", "id"]),
    ("opinions", "ix_opinions_licence_no_then", ["licence_no", "issued_on", "id"]),
    ("penalties", "ix_penalties_authority_code_then", ["authority_code", "decided_on", "id"]),
    ("penalties", "ix_penalties_decided_on_then", ["decided_on", "id"]),
    ("penalties", "ix_penalties_party_uscc_then", ["party_uscc", "decided_on", "id"]),
    ("pollutant_permits", "ix_pollutant_permits_authority_code_then", ["authority_code", "issued_on", "id"]),
    ("pollutant_permits", "ix_pollutant_permits_issued_on_then", ["issued_on", "id"]),
    ("pollutant_permits", "ix_pollutant_permits_licence_no_then", ["licence_no", "issued_on", "id"]),
    ("prefecture_targets", "ix_prefecture_targets_authority_code_then", ["authority_code", "decided_on", "id"]),
    ("prefecture_targets", "ix_prefecture_targets_decided_on_then", ["decided_on", "id"]),
    ("prefecture_targets", "ix_prefecture_targets_prefecture_code_then", ["prefecture_code", "decided_on", "id"]),
    ("progress_reports", "ix_progress_reports_authority_code_then", ["authority_code", "signed_off_on", "id"]),
    ("progress_reports", "ix_progress_reports_prefecture_code_then", ["prefecture_code", "signed_off_on", "id"]),
    ("progress_reports", "ix_progress_reports_signed_off_on_then", ["signed_off_on", "id"]),
    ("recovery_rates", "ix_recovery_rates_licence_no_then", ["licence_no", "year", "id"]),
    ("recovery_rates", "ix_recovery_rates_year_then", ["year", "id"]),
    ("restoration_plans", "ix_restoration_plans_approved_on_then", ["approved_on", "id"]),
    ("restoration_plans", "ix_restoration_plans_authority_code_then", ["authority_code", "approved_on", "id"]),
    ("restoration_plans", "ix_restoration_plans_licence_no_then", ["licence_no", "approved_on", "id"]),
    ("screenings", "ix_screenings_authority_code_then", ["authority_code", "screened_on", "id"]),
    ("screenings", "ix_screenings_licence_no_then", ["licence_no", "screened_on", "id"]),
    ("screenings", "ix_screenings_screened_on_then", ["screened_on", "id"]),
    ("supervision_visits", "ix_supervision_visits_authority_code_then", ["authority_code", "visited_on", "id"]),
    ("supervision_visits", "ix_supervision_visits_licence_no_then", ["licence_no", "visited_on", "id"]),
    ("supervision_visits", "ix_supervision_visits_visited_on_then", ["visited_on", "id"]),
    ("support_grants", "ix_support_grants_authority_code_then", ["authority_code", "granted_on", "id"]),
    ("support_grants", "ix_support_grants_granted_on_then", ["granted_on", "id"]),
    ("support_grants", "ix_support_grants_licence_no_then", ["licence_no", "granted_on", "id"]),
    ("support_policies", "ix_support_policies_authority_code_then", ["authority_code", "effective_on", "id"]),
    ("support_policies", "ix_support_policies_effective_on_then", ["effective_on", "id"]),
    ("timelines", "ix_timelines_rule_then", ["rule", "state", "from_day", "until_day", "subject"]),
    ("timelines", "ix_timelines_subject_then", ["subject", "rule", "from_day"]),
    ("transfer_answers", "ix_transfer_answers_answered_on_then", ["answered_on", "id"]),
    ("transfer_answers", "ix_transfer_answers_authority_code_then", ["authority_code", "answered_on", "id"]),
    ("transfer_answers", "ix_transfer_answers_transfer_id_then", ["transfer_id", "answered_on", "id"]),
    ("zones", "ix_zones_effective_on_then", ["effective_on", "id"]),
)


def upgrade() -> None:
    for table, name, columns in _INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for table, name, _ in _INDEXES:
        op.drop_index(name, table_name=table)
