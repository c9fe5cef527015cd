"""what a method, a purpose or a speciality is that is another than its list names: the text of 其他-…"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_NEW = {"mines": "other_mining_method", "budget_items": "other_purpose", "experts": "other_speciality"}


def upgrade() -> None:
    for table, name in _NEW.items():
        op.add_column(table, sa.Column(name, _TEXT, nullable=True))


def downgrade() -> None:
    for table, name in _NEW.items():
        with op.batch_alter_table(table) as changed:
            changed.drop_column(name)
