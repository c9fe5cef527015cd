"""every duty of the plan has its records"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LIVE = sa.text("superseded_at IS NULL AND withdrawn_at IS NULL")
_CURRENT = sa.text("superseded_at IS NULL")


def _text() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _instant() -> sa.types.TypeEngine[Any]:
    made: sa.types.TypeEngine[Any] = sa.Text()
    return made.with_variant(sa.DateTime(timezone=True), "postgresql")


_TYPES: dict[str, Callable[[], sa.types.TypeEngine[Any]]] = {
    "text": _text,
    "day": sa.Date,
    "amount": sa.BigInteger,
    "whole": sa.Integer,
    "flag": sa.Boolean,
}

#: Table: its columns after the envelope (`?` may be null), and its indexes (`!` is unique over current versions).
_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "contracts": (
        "document_number:text authority_name:text authority_code:text licence_no:text contract_kind:text "
        "party_uscc:text signed_on:day due_on:day milestones:text requirements:text liability:text fulfilled_on:day? "
        "breached_on:day? breach:text? terminated_on:day? next_due_on:day?",
        (
            "authority_code signed_on id",
            "document_number id",
            "due_on id",
            "licence_no signed_on id",
            "party_uscc signed_on id",
            "signed_on id",
        ),
    ),
    "assessments": (
        "assessment_no:text licence_no:text applied_on:day indicator_system_code:text assessor_uscc:text? "
        "expert_nos:text steps:text preconditions:text scores:text stage:text? result:text total_points:amount "
        "passed_on:day? ended_on:day?",
        (
            "applied_on id",
            "assessor_uscc applied_on id",
            "indicator_system_code applied_on id",
            "licence_no applied_on id",
            "!assessment_no",
        ),
    ),
    "indicator_systems": (
        "code:text name:text basis:text effective_on:day ends_on:day? total_points:amount pass_points:amount "
        "first_level_share:amount least_experts:whole preconditions:text indicators:text",
        (
            "effective_on id",
            "!code",
        ),
    ),
    "experts": (
        "expert_no:text name:text specialities:text title:text employer:text employer_uscc:text? avoids:text "
        "joined_on:day left_on:day?",
        (
            "joined_on id",
            "!expert_no",
        ),
    ),
    "assessors": (
        "uscc:text name:text category:text independent_legal_person:flag technical_staff:whole senior_staff:whole "
        "registered_on:day suspended_until:day? dealings:text misconduct:text",
        (
            "registered_on id",
            "!uscc",
        ),
    ),
    "case_transfers": (
        "document_number:text authority_name:text authority_code:text to_department:text licence_no:text? "
        "party_uscc:text? matter:text facts:text evidence:text found_on:day transferred_on:day answer_due_on:day "
        "handling_due_on:day?",
        (
            "answer_due_on id",
            "authority_code transferred_on id",
            "document_number id",
            "licence_no transferred_on id",
            "party_uscc transferred_on id",
            "transferred_on id",
        ),
    ),
    "transfer_answers": (
        "document_number:text authority_name:text authority_code:text from_department:text transfer_number:text "
        "transfer_id:text step:text answered_on:day reason:text? outcome:text? outcome_text:text? penalty_number:text?",
        (
            "answered_on id",
            "authority_code answered_on id",
            "document_number id",
            "transfer_id answered_on id",
        ),
    ),
    "mining_right_listings": (
        "document_number:text authority_name:text authority_code:text licence_no:text black_list:text party_uscc:text "
        "reason:text entered_on:day removed_on:day? removal_reason:text?",
        (
            "authority_code entered_on id",
            "document_number id",
            "entered_on id",
            "licence_no entered_on id",
            "party_uscc entered_on id",
        ),
    ),
    "recovery_rates": (
        "licence_no:text year:whole mining:amount? mining_required:amount? processing:amount? "
        "processing_required:amount? utilisation:amount? utilisation_required:amount? standard:text verified_by:text? "
        "meets_required:flag",
        (
            "licence_no year id",
            "year id",
        ),
    ),
    "restoration_plans": (
        "document_number:text authority_name:text authority_code:text licence_no:text approved_on:day valid_until:day "
        "fund_accrued:amount? years:text duty_area:amount done_area:amount owed_since:day?",
        (
            "approved_on id",
            "authority_code approved_on id",
            "document_number id",
            "licence_no approved_on id",
        ),
    ),
    "zones": (
        "zone_code:text zone_kind:text name:text level:text? effective_on:day boundary:text",
        (
            "effective_on id",
            "zone_code id",
        ),
    ),
    "screenings": (
        "document_number:text authority_name:text authority_code:text licence_no:text zone_kind:text screened_on:day "
        "mine_area:amount zones_looked_at:whole overlaps:text overlap_area:amount touches:flag",
        (
            "authority_code screened_on id",
            "document_number id",
            "licence_no screened_on id",
            "screened_on id",
        ),
    ),
    "pollutant_permits": (
        "document_number:text authority_name:text authority_code:text licence_no:text category:text issued_on:day "
        "valid_until:day? limits:text revoked_on:day?",
        (
            "authority_code issued_on id",
            "document_number id",
            "issued_on id",
            "licence_no issued_on id",
        ),
    ),
    "monitoring_readings": (
        "reading_no:text licence_no:text medium:text outlet:text pollutant:text measured_on:day value:amount "
        "limit:amount? unit:text method:text? over_limit:flag",
        (
            "licence_no measured_on id",
            "measured_on id",
            "reading_no id",
        ),
    ),
    "energy_uses": (
        "licence_no:text year:whole energy:amount intensity:amount intensity_limit:amount? carbon:amount? "
        "clean_transport_share:amount? energy_plan:flag over_limit:flag",
        (
            "licence_no year id",
            "year id",
        ),
    ),
    "forest_land_uses": (
        "document_number:text authority_name:text authority_code:text licence_no:text use:text cover:text area:amount "
        "approved_on:day ends_on:day? restoration_due_on:day? restored_area:amount restored_on:day? owed_since:day?",
        (
            "approved_on id",
            "authority_code approved_on id",
            "document_number id",
            "licence_no approved_on id",
        ),
    ),
    "local_standards": (
        "standard_no:text title:text stage:text stage_on:day effective_on:day? replaces:text? drafted_by:text?",
        (
            "stage_on id",
            "standard_no id",
        ),
    ),
    "budget_items": (
        "document_number:text authority_name:text authority_code:text year:whole division_code:text purpose:text "
        "planned:amount paid:amount decided_on:day",
        (
            "authority_code decided_on id",
            "decided_on id",
            "division_code decided_on id",
            "document_number id",
        ),
    ),
    "support_policies": (
        "document_number:text authority_name:text authority_code:text support:text title:text text:text "
        "effective_on:day ends_on:day?",
        (
            "authority_code effective_on id",
            "document_number id",
            "effective_on id",
        ),
    ),
    "support_grants": (
        "document_number:text authority_name:text authority_code:text licence_no:text support:text policy_number:text? "
        "granted_on:day ends_on:day? amount:amount? text:text",
        (
            "authority_code granted_on id",
            "document_number id",
            "granted_on id",
            "licence_no granted_on id",
        ),
    ),
    "appeals": (
        "document_number:text authority_name:text authority_code:text licence_no:text topic:text text:text "
        "received_on:day answer_due_on:day answered_on:day? answer:text? satisfied:flag?",
        (
            "authority_code received_on id",
            "document_number id",
            "licence_no received_on id",
            "received_on id",
        ),
    ),
    "innovations": (
        "document_number:text authority_name:text authority_code:text licence_no:text innovation_field:text title:text "
        "text:text partners:text spent:amount? achieved_on:day",
        (
            "achieved_on id",
            "authority_code achieved_on id",
            "document_number id",
            "licence_no achieved_on id",
        ),
    ),
    "community_projects": (
        "document_number:text authority_name:text authority_code:text licence_no:text community_field:text title:text "
        "text:text spent:amount? done_on:day",
        (
            "authority_code done_on id",
            "document_number id",
            "done_on id",
            "licence_no done_on id",
        ),
    ),
    "supervision_visits": (
        "document_number:text authority_name:text authority_code:text licence_no:text visited_on:day topics:text "
        "findings:text result:text rectification_due_on:day? rectified_on:day? owed_since:day?",
        (
            "authority_code visited_on id",
            "document_number id",
            "licence_no visited_on id",
            "visited_on id",
        ),
    ),
    "commendations": (
        "document_number:text authority_name:text authority_code:text recipient_kind:text recipient:text "
        "party_uscc:text? licence_no:text? honour:text reason:text commended_on:day",
        (
            "authority_code commended_on id",
            "commended_on id",
            "document_number id",
            "licence_no commended_on id",
            "party_uscc commended_on id",
        ),
    ),
    "prefecture_targets": (
        "document_number:text authority_name:text authority_code:text prefecture_code:text year:whole share:amount "
        "decided_on:day",
        (
            "authority_code decided_on id",
            "decided_on id",
            "document_number id",
            "prefecture_code decided_on id",
        ),
    ),
    "progress_reports": (
        "document_number:text authority_name:text authority_code:text prefecture_code:text year:whole figures:text "
        "results:text next_plan:text signed_off_by:text signed_off_on:day",
        (
            "authority_code signed_off_on id",
            "document_number id",
            "prefecture_code signed_off_on id",
            "signed_off_on id",
        ),
    ),
}


_ENTRY_INDEX = "ix_directory_entries_document_number"


def _column(told: str) -> sa.Column[Any]:
    name, kind = told.rstrip("?").split(":")
    return sa.Column(name, _TYPES[kind](), nullable=told.endswith("?"))


def upgrade() -> None:
    for table, (columns, indexes) in _TABLES.items():
        op.create_table(
            table,
            sa.Column("id", _text(), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("department", _text(), nullable=False),
            sa.Column("source", _text(), nullable=False),
            sa.Column("posted_by", _text(), nullable=False),
            sa.Column("recorded_at", _instant(), nullable=False),
            sa.Column("superseded_at", _instant(), nullable=True),
            sa.Column("payload_hash", _text(), nullable=False),
            sa.Column("withdrawn_at", _instant(), nullable=True),
            sa.Column("withdrawal_reason", _text(), nullable=True),
            *(_column(told) for told in columns.split()),
            sa.PrimaryKeyConstraint("id", "version", name=op.f(f"pk_{table}")),
        )
        for told in indexes:
            unique, names = told.startswith("!"), told.lstrip("!").split()
            where = _CURRENT if unique else _LIVE
            name = f"{'uq' if unique else 'ix'}_{table}_{names[0]}"
            op.create_index(name, table, names, unique=unique, sqlite_where=where, postgresql_where=where)

    op.create_index(_ENTRY_INDEX, "directory_entries", ["document_number", "id"], sqlite_where=_LIVE, postgresql_where=_LIVE)


def downgrade() -> None:
    op.drop_index(_ENTRY_INDEX, table_name="directory_entries")
    for table in reversed(_TABLES):
        op.drop_table(table)
