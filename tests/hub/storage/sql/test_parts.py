"""What a statement is made of is walked through once, however often it is named."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from hub.storage.sql.dialects import dialect_of, fix_constants
from hub.storage.sql.parts import parts_of


def test_what_is_shared_is_walked_through_once() -> None:
    value = sa.literal("示例")
    built: sa.ColumnElement[str] = value
    for _ in range(12):
        built = sa.func.coalesce(built, built)
    statement = sa.select(built)
    parts = parts_of(statement)
    assert len({id(part) for part in parts}) == len(parts) < 100 < sum(1 for _ in visitors.iterate(statement))
    assert {id(value), id(statement)} <= {id(part) for part in parts}


def test_what_is_the_same_for_all_who_ask_stands_in_the_text_and_what_they_give_does_not() -> None:
    rows = sa.table("rows", sa.column("a", sa.Integer())).c
    within = sa.select(rows.a).where(rows.a == 5).subquery().c
    statement = sa.select(within.a).where(within.a > sa.bindparam("given", None, type_=sa.Integer()))
    fix_constants(statement)
    compiled = statement.compile(dialect=dialect_of("postgresql"), compile_kwargs={"render_postcompile": True})
    assert "= 5" in str(compiled)
    assert list(compiled.positiontup or ()) == ["given"]
