"""Every planned answer is what graphql-core gives field by field over the same rows: for every role, on both databases; and
no answer holds more fields than its operation was taken to cost.

A run has 1,000 operations on each; `pytest --hypothesis-profile=long` has 25,000.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest
from graphql import parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from auth.principals import Principal, Role
from hub.domain.words.departments import Department
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from schema.answers import Operation
from schema.execution import Graph
from schema.limits import Limits
from schema.root import build_schema
from tests.conftest import NOW
from tests.makers import BANK, CREDIT, ECOLOGY, FINANCE, LOAN, OPERATOR, caller
from tests.reference.data import fill
from tests.reference.executor import Reference, load
from tests.reference.operations import Pools, queries

#: Offices below the province: a prefecture's and a county's.
LOCAL = [caller(Role.DEPARTMENT, Department.ECOLOGY, "530100"), caller(Role.DEPARTMENT, Department.FINANCE, "530112")]
CALLERS = st.sampled_from([ECOLOGY, FINANCE, BANK, CREDIT, OPERATOR, *LOCAL])

#: A run is cut so that several processes share it.
PARTS = 4

#: Random queries may ask for more than clients may.
BOUNDLESS = Limits(fields=10**6, aliases=10**6, steps=10**7, pairs=10**7, cost=10**12, parts=10**9)


@dataclass
class Province:
    """One set of rows, and both ways to answer for it."""

    graph: Graph
    reference: Reference
    pools: Pools


@pytest.fixture
async def province(database: Database, posting: Posting, reading: Reading) -> Province:
    await fill(database, posting)
    reference = Reference(await load(database, NOW.date()), NOW)
    return Province(Graph(build_schema(), reading, posting, limits=BOUNDLESS), reference, Pools(reference.rows))


@pytest.mark.parametrize("part", range(PARTS))
@settings(max_examples=max(1000, settings().max_examples) // PARTS)
@given(data=st.data(), who=CALLERS)
async def test_any_query_is_answered_as_by_the_reference(
    province: Province, data: st.DataObject, who: Principal, part: int
) -> None:
    schema = province.reference.schema
    asked = data.draw(queries(schema, province.pools))
    assert validate(schema, parse(asked.document)) == [], asked.document
    answer = await province.graph.run(Operation(asked.document, None, asked.variables, LOAN), who)
    found = json.loads(answer.body)
    if asked.forbidden_for(who.role):
        assert found["errors"][0]["extensions"]["code"] == "FORBIDDEN", asked.document
        return
    assert answer.cost is not None
    assert answer.cost >= fields_of(found["data"], set(re.findall(r"\w+", asked.document))), asked.document
    wanted = province.reference.answer(asked.document, asked.variables, who)
    assert canonical(found) == canonical(wanted), f"{asked.document}\n{asked.variables}"


def fields_of(value: object, words: set[str]) -> int:
    """How many fields an answer holds; objects with keys that the document does not know are values of their own."""
    match value:
        case dict():
            return len(value) + sum(fields_of(one, words) for one in value.values()) if value.keys() <= words else 0
        case list():
            return sum(fields_of(one, words) for one in value)
    return 0


def canonical(answer: object) -> str:
    """The answer as text that is the same for the same answer."""
    return json.dumps(answer, ensure_ascii=False, sort_keys=True, indent=1)
