"""rates whose minimum is not stated are not known to meet it, and what is restored in part is still owed"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_RATES = ("mining", "processing", "utilisation")
_rates = sa.table(
    "recovery_rates",
    sa.column("meets_required", sa.Boolean()),
    sa.column("unstated", sa.Text()),
    *(sa.column(name, sa.BigInteger()) for name in _RATES),
    *(sa.column(f"{name}_required", sa.BigInteger()) for name in _RATES),
)
_uses = sa.table(
    "forest_land_uses",
    sa.column("owed_since", sa.Date()),
    sa.column("restoration_due_on", sa.Date()),
    sa.column("restored_on", sa.Date()),
    sa.column("restored_area", sa.BigInteger()),
    sa.column("area", sa.BigInteger()),
)


def upgrade() -> None:
    with op.batch_alter_table("recovery_rates") as table:
        table.add_column(sa.Column("unstated", sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=True))
        table.alter_column("meets_required", existing_type=sa.Boolean(), nullable=True)
    short = sa.or_(*(_rates.c[name] < _rates.c[f"{name}_required"] for name in _RATES))
    op.execute(
        sa.update(_rates).values(
            unstated=_unstated(),
            meets_required=sa.case((short, sa.false()), (_unstated().is_(None), sa.true()), else_=sa.null()),
        )
    )
    op.execute(
        sa.update(_uses)
        .where(_uses.c.restored_on.is_not(None), _uses.c.restored_area < _uses.c.area)
        .values(owed_since=_uses.c.restoration_due_on)
    )


def _unstated() -> sa.ColumnElement[Any]:
    told: sa.ColumnElement[Any] = sa.literal("", sa.Text())
    for name in _RATES:
        rate, least = _rates.c[name], _rates.c[f"{name}_required"]
        told = told + sa.case((sa.and_(rate.is_not(None), least.is_(None)), f", {name}Required"), else_="")
    for name in _RATES:
        rate, least = _rates.c[name], _rates.c[f"{name}_required"]
        told = told + sa.case((sa.and_(rate.is_(None), least.is_not(None)), f", {name}"), else_="")
    return sa.func.nullif(sa.func.substr(told, 3), "")


def downgrade() -> None:
    lacks = sa.or_(*(sa.and_(_rates.c[name].is_(None), _rates.c[f"{name}_required"].is_not(None)) for name in _RATES))
    op.execute(sa.update(_rates).where(_rates.c.meets_required.is_(None)).values(meets_required=sa.not_(lacks)))
    with op.batch_alter_table("recovery_rates") as table:
        table.alter_column("meets_required", existing_type=sa.Boolean(), nullable=False)
        table.drop_column("unstated")
    op.execute(sa.update(_uses).where(_uses.c.restored_on.is_not(None)).values(owed_since=sa.null()))
