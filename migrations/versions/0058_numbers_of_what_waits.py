"""The licence numbers and credit codes that something names which a department's system told and could not be taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.domain.rejections import numbers_in

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_PLAIN = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
_AT_ONCE = 1000


def upgrade() -> None:
    numbers = op.create_table(
        "rejection_numbers",
        sa.Column("number", _PLAIN, nullable=False),
        sa.Column("rejection_id", _PLAIN, nullable=False),
        sa.PrimaryKeyConstraint("number", "rejection_id", name=op.f("pk_rejection_numbers")),
    )
    op.create_index("ix_rejection_numbers_rejection", "rejection_numbers", ["rejection_id"])
    connection = op.get_bind()
    for rows in _told_by_systems(connection):
        named = [{"number": number, "rejection_id": row.id} for row in rows for number in sorted(numbers_in(row.payload))]
        if named:
            connection.execute(sa.insert(numbers), named)


def _told_by_systems(connection: sa.Connection) -> Iterator[list[Any]]:
    """What systems told, some at a time."""
    rows = sa.table("rejections", sa.column("id", _PLAIN), sa.column("source"), sa.column("payload", sa.Text()))
    told = sa.select(rows.c.id, rows.c.payload).where(rows.c.source.like("connector:%")).order_by(rows.c.id).limit(_AT_ONCE)
    some = list(connection.execute(told))
    while some:
        yield some
        some = list(connection.execute(told.where(rows.c.id > some[-1].id)))


def downgrade() -> None:
    op.drop_table("rejection_numbers")
