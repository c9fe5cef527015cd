"""What lists are told by stands in indexes: since when a conflict is one, and which mines came after another version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_NAME, _COLUMNS = "ix_timelines_rule", ["rule", "state", "from_day", "until_day", "subject"]
_KEPT = sa.text("superseded_at IS NULL")
_CHANGED = sa.text("superseded_at IS NULL AND version > 1")


def upgrade() -> None:
    _index(*_COLUMNS, "due_on")
    changed = ["licence_no", "recorded_at", "id"]
    op.create_index("ix_mines_changed", "mines", changed, sqlite_where=_CHANGED, postgresql_where=_CHANGED)


def downgrade() -> None:
    op.drop_index("ix_mines_changed", "mines")
    _index(*_COLUMNS)


def _index(*columns: str) -> None:
    op.drop_index(_NAME, "timelines")
    op.create_index(_NAME, "timelines", columns, sqlite_where=_KEPT, postgresql_where=_KEPT)
