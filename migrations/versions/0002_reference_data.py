"""the province's divisions and the plan's departments"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hub.domain.words.departments import AUDITING, DEPARTMENTS
from hub.domain.words.divisions import DIVISIONS

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


_DIVISIONS = sa.table("divisions", *map(sa.column, ("code", "name", "level", "parent_code")))
_DEPARTMENTS = sa.table(
    "departments",
    *map(sa.column, ("code", "rank", "chinese_name", "english_name", "duties", "issues_audit_opinions")),
)


def upgrade() -> None:
    op.bulk_insert(
        _DIVISIONS,
        [{"code": d.code, "name": d.name, "level": d.level.value, "parent_code": d.parent_code} for d in DIVISIONS.values()],
    )
    op.bulk_insert(
        _DEPARTMENTS,
        [
            {
                "code": code.value,
                "rank": rank,
                "chinese_name": facts.chinese,
                "english_name": facts.english,
                "duties": facts.duties,
                "issues_audit_opinions": code in AUDITING,
            }
            for rank, (code, facts) in enumerate(DEPARTMENTS.items())
        ],
    )


def downgrade() -> None:
    op.execute(_DEPARTMENTS.delete())
    op.execute(_DIVISIONS.delete())
