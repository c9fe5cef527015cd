"""every division that a mine lies in"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
_MINES = sa.table("mines", *map(sa.column, ("division_code", "other_divisions", "lies_in")))


def upgrade() -> None:
    op.add_column("mines", sa.Column("lies_in", _TEXT, nullable=False, server_default="[]"))
    where = _MINES.c.division_code, _MINES.c.other_divisions
    for main, others in op.get_bind().execute(sa.select(*where).distinct()).all():
        told = sorted({outer for code in (main, *json.loads(others)) for outer in _around(code)})
        lies_in = json.dumps(told, separators=(",", ":"))
        op.execute(_MINES.update().where(where[0] == main, where[1] == others).values(lies_in=lies_in))
    with op.batch_alter_table("mines") as table:
        table.alter_column("lies_in", existing_type=_TEXT, server_default=None)


def _around(code: str) -> tuple[str, ...]:
    """A division, its prefecture and its province, by the digits of their codes (GB/T 2260)."""
    return code, f"{code[:4]}00", f"{code[:2]}0000"


def downgrade() -> None:
    op.drop_column("mines", "lies_in")
