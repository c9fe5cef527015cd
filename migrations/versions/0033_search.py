"""what is kept to be searched

`hub migrate` makes what stands findable after this: the declarations that it was made by are none yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_TERM = sa.text("matched <> 'TEXT'")
_TEXT = sa.text("matched = 'TEXT'")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql"), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "found_by",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True),
        _text("record_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("kind"),
        _text("matched"),
        _text("part"),
        _text("term"),
        sa.Column("grams", sa.Text().with_variant(postgresql.ARRAY(sa.Integer()), "postgresql"), nullable=True),
        _text("title", nullable=True),
        _text("number", nullable=True),
        _text("licence_nos", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_found_by")),
    )
    op.create_index("ix_found_by_record_id", "found_by", ["record_id"])
    op.create_index("ix_found_by_term", "found_by", ["matched", "term", "kind"], sqlite_where=_TERM, postgresql_where=_TERM)
    op.create_index(
        "ix_found_by_grams", "found_by", ["grams"], sqlite_where=_TEXT, postgresql_using="gin", postgresql_where=_TEXT
    )
    op.create_table("search_set", _text("version"), sa.PrimaryKeyConstraint("version", name=op.f("pk_search_set")))


def downgrade() -> None:
    op.drop_table("search_set")
    op.drop_table("found_by")
