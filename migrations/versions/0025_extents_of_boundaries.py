"""the extents of boundaries, and what screenings compared, by which it is known that one is outdated"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_SIDES = ("west", "south", "east", "north")
#: Kept as whole ten-millionths of a degree.
_SCALE = 10**7


def upgrade() -> None:
    for name in ("mines", "zones"):
        for side in _SIDES:
            op.add_column(name, sa.Column(side, sa.BigInteger(), nullable=True))
        table = sa.table(name, *map(sa.column, ("id", "version", "boundary", *_SIDES)))
        rows = op.get_bind().execute(sa.select(table.c.id, table.c.version, table.c.boundary)).all()
        for row in rows:
            if row.boundary is not None:
                extent = dict(zip(_SIDES, _extent(row.boundary), strict=True))
                op.execute(sa.update(table).where(table.c.id == row.id, table.c.version == row.version).values(extent))
    with op.batch_alter_table("zones") as zones:
        for side in _SIDES:
            zones.alter_column(side, existing_type=sa.BigInteger(), nullable=False)
    op.add_column("screenings", sa.Column("compared_with", _TEXT, nullable=True))


def _extent(boundary: str) -> tuple[int, int, int, int]:
    points = list(_points(json.loads(boundary)["coordinates"]))
    east, north = (max(round(point[axis] * _SCALE) for point in points) for axis in (0, 1))
    west, south = (min(round(point[axis] * _SCALE) for point in points) for axis in (0, 1))
    return west, south, east, north


def _points(item: Any) -> Iterator[tuple[float, float]]:
    if isinstance(item[0], list):
        for inner in item:
            yield from _points(inner)
    else:
        yield item[0], item[1]


def downgrade() -> None:
    op.drop_column("screenings", "compared_with")
    for name in ("zones", "mines"):
        with op.batch_alter_table(name) as table:
            for side in _SIDES:
                table.drop_column(side)
