"""A moment of before is read by the statement of the present itself, over what was known then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auth.rules import visibility_of
from hub.domain.read_plan import Compare, Listing, Operator, Order, Page, Param, Past, ReadPlan, Sum, TotalCount
from hub.storage.statements.composer import compile_plan
from tests.makers import OPERATOR

BY_ID = (Order("id", descending=False),)
NAMED = Compare("name", Operator.EQ, Param(1))
FIELDS = (TotalCount("n"), Sum("fine", "fine"))
PLAN = ReadPlan(
    (
        Listing("penalties", Page("penalty", FIELDS, None, BY_ID, Param(0), backward=False)),
        Listing("mines", Page("mine", (TotalCount("n"),), NAMED, BY_ID, Param(0), backward=False)),
    )
)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_statement_of_the_present_stands_in_that_of_the_past_unchanged(dialect: str) -> None:
    sight = visibility_of(OPERATOR)
    present, on_a_day, *known = [
        compile_plan(replace(PLAN, past=past), sight, dialect)
        for past in (Past.NONE, Past.DAY, Past.KNOWN, Past.KNOWN_RENUMBERED, Past.KNOWN_IN_PART)
    ]
    assert on_a_day.sql == present.sql
    assert "NOT MATERIALIZED" not in present.sql
    bounded = present.sql.partition("FROM (")[2].rpartition(" OFFSET 0)")[0] if dialect == "postgresql" else present.sql
    assert bounded.startswith("SELECT ")
    for statement in known:
        assert f"({bounded}) AS told" in statement.sql
    assert len({statement.sql for statement in known}) == len(known)
