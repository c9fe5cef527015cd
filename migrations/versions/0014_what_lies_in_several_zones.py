"""what lies in several zones counts once: the area inside any of them is stated, and is not the sum"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("screenings") as screenings:
        screenings.add_column(sa.Column("stated_overlap_area", sa.BigInteger(), nullable=True))
        screenings.alter_column("overlap_area", existing_type=sa.BigInteger(), nullable=True)
    # Of several zones nobody has said how far they cover one another.
    _write_sums(lambda areas: None if len(areas) > 1 else sum(areas))


def downgrade() -> None:
    _write_sums(sum)
    with op.batch_alter_table("screenings") as screenings:
        screenings.alter_column("overlap_area", existing_type=sa.BigInteger(), nullable=False)
        screenings.drop_column("stated_overlap_area")


def _write_sums(area: Any) -> None:
    rows = sa.table("screenings", sa.column("id"), sa.column("version"), sa.column("overlaps"), sa.column("overlap_area"))
    several = sa.select(rows.c.id, rows.c.version, rows.c.overlaps).where(rows.c.overlaps != "[]")
    for record_id, version, overlaps in op.get_bind().execute(several).all():
        areas = [round(float(overlap["area"]) * 10_000) for overlap in json.loads(overlaps)]
        op.execute(sa.update(rows).where(rows.c.id == record_id, rows.c.version == version).values(overlap_area=area(areas)))
