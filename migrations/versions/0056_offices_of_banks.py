"""Persons of a bank: which bank and office a session is of, which bank's a person's read was, and who asked for a check."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_PLAIN = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("loan_checks", sa.Column("asked_by", _PLAIN, nullable=True))
    # Until now a bank's client alone asked.
    op.execute("UPDATE loan_checks SET asked_by = client_id")
    with op.batch_alter_table("loan_checks") as table:
        table.alter_column("asked_by", nullable=False, existing_type=_PLAIN)
    op.add_column("mine_reads", sa.Column("bank", _PLAIN, nullable=True))
    for name in ("bank", "office"):
        op.add_column("sessions", sa.Column(name, _PLAIN, nullable=True))


def downgrade() -> None:
    # What knows no offices would take each of these persons for a bank of its own, with all of a bank's rights.
    op.execute("DELETE FROM sessions WHERE bank IS NOT NULL")
    with op.batch_alter_table("sessions") as table:
        table.drop_column("office")
        table.drop_column("bank")
    with op.batch_alter_table("mine_reads") as table:
        table.drop_column("bank")
    with op.batch_alter_table("loan_checks") as table:
        table.drop_column("asked_by")
