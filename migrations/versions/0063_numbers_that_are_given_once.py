"""The numbers of events and of digests are given once each: SQLite gave those of what was removed again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

#: Beside the rows themselves, what keeps the places of those who read them.
_PLACES = {
    "watch_events": (("portfolios", "digest_after"), ("webhooks", "event")),
    "portfolio_digests": (("webhooks", "digest"),),
}


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    for name, places in _PLACES.items():
        with op.batch_alter_table(name, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass
        reached = max(_last(connection, *place) for place in ((name, "entry"), *places))
        # A reader may have come further than what is left.
        kept = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))
        connection.execute(sa.delete(kept).where(kept.c.name == name))
        connection.execute(sa.insert(kept).values(name=name, seq=reached))


def _last(connection: sa.Connection, name: str, column: str) -> int:
    return connection.scalar(sa.select(sa.func.max(sa.column(column))).select_from(sa.table(name))) or 0


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in _PLACES:
            with op.batch_alter_table(name, recreate="always"):
                pass
