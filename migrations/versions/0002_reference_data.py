"""the province's divisions and the plan's departments"""

from __future__ import annotations

from alembic import op

from hub.domain.words.departments import AUDITING, DEPARTMENTS
from hub.domain.words.divisions import DIVISIONS
from hub.storage.views import departments, divisions

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.bulk_insert(
        divisions.table,
        [{"code": d.code, "name": d.name, "level": d.level.value, "parent_code": d.parent_code} for d in DIVISIONS.values()],
    )
    op.bulk_insert(
        departments.table,
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
    op.execute(departments.table.delete())
    op.execute(divisions.table.delete())
