"""Sums under rules that no role has today: what is masked, and what is larger than a database's whole numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from auth.rules import visibility_of
from hub.domain.calendar.moments import china_day
from hub.domain.read_plan import Condition, Listing, Page, Param, ReadPlan, Sum, TotalCount
from hub.domain.record_kinds import RecordKind
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.pipeline import Posting
from hub.storage.engine.database import Database
from hub.storage.statements.composer import compile_plan
from tests.conftest import NOW
from tests.makers import ECOLOGY, FINANCE, NATURAL_RESOURCES, mine, penalty, posted

PAGE = Page("penalty", (TotalCount("n"), Sum("fine", "fine")), None, (), Param(0), backward=False)
ALONE = Page("penalty", (Sum("fine", "fine"),), None, (), Param(0), backward=False)


async def read(database: Database, rule: Condition | None = None, rows: Condition | None = None) -> Any:
    """What the department of ecology is told with a rule on `fine`, and another on the rows."""
    sight = visibility_of(ECOLOGY)
    fields: Mapping[tuple[str, str], Condition] = {("penalty", "fine"): rule} if rule else {}
    nouns = {**sight.nouns, "penalty": rows or Condition.ALWAYS}
    plan = ReadPlan((Listing("both", PAGE), Listing("alone", ALONE)))
    statement = compile_plan(plan, replace(sight, nouns=nouns, fields=fields), database.dialect_name)
    named = {"today": china_day(NOW), "caller_department": "ECOLOGY", "caller_client": ECOLOGY.client_id}
    found = json.loads(await database.fetch_json(statement.sql, statement.values([50], named)))["data"]
    assert found["alone"]["fine"] == found["both"]["fine"]
    return found["both"]


async def test_the_sum_of_what_may_not_be_seen_is_null(database: Database, posting: Posting) -> None:
    assert await read(database, Condition.OWN_DEPARTMENT) == {"n": 0, "fine": "0.00"}
    assert await read(database, Condition.NEVER) == {"n": 0, "fine": None}
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
    await posted(posting, ECOLOGY, RecordKind.PENALTY, penalty(1, fine="1.25"))
    assert await read(database, Condition.OWN_DEPARTMENT) == {"n": 1, "fine": "1.25"}
    await posted(posting, FINANCE, RecordKind.PENALTY, penalty(2, fine="1.00"))
    assert await read(database) == {"n": 2, "fine": "2.25"}
    assert await read(database, Condition.NEVER) == {"n": 2, "fine": None}
    # One row in which it is hidden hides the sum: a part of it would pass for the whole.
    assert await read(database, Condition.OWN_DEPARTMENT) == {"n": 2, "fine": None}
    assert await read(database, Condition.OWN_DEPARTMENT, rows=Condition.OWN_DEPARTMENT) == {"n": 1, "fine": "1.25"}


async def test_sums_past_64_bits_are_exact_or_refused(database: Database, posting: Posting) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, mine(1))
    await posted(posting, ECOLOGY, RecordKind.PENALTY, *(penalty(number) for number in range(3)))
    async with database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE penalties SET fine = 4611686018427387904")
    if database.is_sqlite:
        with pytest.raises(HubError) as refused:
            await read(database)
        assert refused.value.code is ErrorCode.INVALID_INPUT
    else:
        assert await read(database) == {"n": 3, "fine": "138350580552821637.12"}
