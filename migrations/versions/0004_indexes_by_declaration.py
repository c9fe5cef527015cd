"""indexes follow from what the kinds declare: one for each link and each order, named by its column"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_LIVE = sa.text("superseded_at IS NULL AND withdrawn_at IS NULL")

#: Table, index and columns as they were (None where there was none), and as they are.
_CHANGED: tuple[tuple[str, str | None, tuple[str, ...], tuple[str, ...]], ...] = (
    ("authorities", None, (), ("division_code", "code", "id")),
    ("enterprises", None, (), ("division_code", "uscc", "id")),
    (
        "directory_entries",
        "ix_directory_entries_mine",
        ("licence_no", "level", "effective_on", "id"),
        ("licence_no", "effective_on", "id"),
    ),
    ("directory_entries", None, (), ("authority_code", "effective_on", "id")),
    ("mines", "ix_mines_division", ("division_code", "licence_no"), ("division_code", "licence_no", "id")),
    ("mines", "ix_mines_enterprise", ("enterprise_uscc", "licence_no"), ("enterprise_uscc", "licence_no", "id")),
    ("mines", "ix_mines_prefecture", ("prefecture_code", "licence_no"), ("prefecture_code", "licence_no", "id")),
    ("mines", "ix_mines_valid_until", ("licence_valid_until", "id"), ("licence_valid_until", "id")),
    ("opinions", "ix_opinions_authority", ("authority_code", "issued_on", "id"), ("authority_code", "issued_on", "id")),
    ("opinions", "ix_opinions_document", ("document_number", "id"), ("document_number", "id")),
    ("opinions", "ix_opinions_mine", ("licence_no", "issued_on", "id"), ("licence_no", "issued_on", "id")),
    ("penalties", "ix_penalties_authority", ("authority_code", "decided_on", "id"), ("authority_code", "decided_on", "id")),
    ("penalties", "ix_penalties_document", ("document_number", "id"), ("document_number", "id")),
    ("penalties", "ix_penalties_party", ("party_uscc", "decided_on", "id"), ("party_uscc", "decided_on", "id")),
)


def _create(table: str, name: str, columns: tuple[str, ...]) -> None:
    op.create_index(name, table, list(columns), sqlite_where=_LIVE, postgresql_where=_LIVE)


def upgrade() -> None:
    for table, old, _, columns in _CHANGED:
        if old:
            op.drop_index(old, table_name=table)
        _create(table, f"ix_{table}_{columns[0]}", columns)


def downgrade() -> None:
    for table, old, before, columns in reversed(_CHANGED):
        op.drop_index(f"ix_{table}_{columns[0]}", table_name=table)
        if old:
            _create(table, old, before)
