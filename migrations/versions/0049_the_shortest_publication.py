"""the shortest publication: neither a stated end nor a repair ends any before it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_LONGEST = "CASE publication_class WHEN 'MINOR' THEN 3 WHEN 'GENERAL' THEN 12 ELSE 36 END"
_PENALTIES = sa.table(
    "penalties", *(sa.column(name) for name in ("repaired_on", "publication_earliest_end", "publication_latest_end"))
)
_SHORTEST, _LAST = _PENALTIES.c.publication_earliest_end, _PENALTIES.c.publication_latest_end


def upgrade() -> None:
    too_early = sa.or_(_PENALTIES.c.repaired_on < _SHORTEST, _LAST < _SHORTEST)
    op.execute(_PENALTIES.update().where(too_early).values(publication_latest_end=_SHORTEST))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        longest = f"CAST(decided_on + ({_LONGEST}) * interval '1 month' AS date)"
        earlier = f"LEAST(COALESCE(publication_ends_on, {longest}), {longest})"
    else:
        # A day that its month does not have is the month's last.
        day = f"date(decided_on, '+' || ({_LONGEST}) || ' months')"
        longest = f"min({day}, date(decided_on, 'start of month', '+' || ({_LONGEST} + 1) || ' months', '-1 day'))"
        earlier = f"min(coalesce(publication_ends_on, {longest}), {longest})"
    op.execute(_PENALTIES.update().where(_LAST == _SHORTEST).values(publication_latest_end=sa.text(earlier)))
