"""Every planned answer is what graphql-core gives field by field over the same rows: for every role, on both databases; and
no answer holds more fields than its operation was taken to cost.

A run has 400 operations on each; `pytest --hypothesis-profile=long` has 25,000.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import unified_diff
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from graphql import (
    GraphQLSchema,
    get_named_type,
    is_enum_type,
    is_leaf_type,
    parse,
    validate,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auth.principals import Principal, Role
from auth.rules import visibility_of
from auth.scopes import READ
from hub.domain.declaring.fields import snake
from hub.domain.read_plan import Condition, Visibility
from hub.domain.words.departments import Department
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from schema.answers import Operation
from schema.execution import Graph
from schema.limits import Limits
from schema.root import build_schema
from tests.conftest import NOW, SORTS, a_database
from tests.makers import BANK, CREDIT, CURSORS, ECOLOGY, FINANCE, LOAN, NATURAL_RESOURCES, OPERATOR, PUBLIC, caller
from tests.reference.afresh import Said
from tests.reference.edges import MOMENTS
from tests.reference.executor import LISTS, Reference, load
from tests.reference.hidden import masked, named_in, unseen
from tests.reference.operations import Pools, queries
from tests.reference.worked_out import NOUNS

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: Offices below the province: prefectures' and a county's, the leading department's among them.
LOCAL = [
    caller(Role.DEPARTMENT, Department.ECOLOGY, "530100"),
    caller(Role.DEPARTMENT, Department.FINANCE, "530112"),
    caller(Role.DEPARTMENT, Department.NATURAL_RESOURCES, "530400"),
]
CALLERS = [NATURAL_RESOURCES, ECOLOGY, FINANCE, BANK, CREDIT, OPERATOR, PUBLIC, *LOCAL]

#: Of which something hangs on the day of reading.
WEIGHED = {Role.DEPARTMENT: {*NOUNS, "case_transfer", "screening"}, Role.BANK: {"penalty"}}

#: A run is cut so that several processes share it.
PARTS = 4

#: Random queries may ask for more than clients may.
BOUNDLESS = Limits(fields=10**6, aliases=10**6, steps=10**7, pairs=10**7, cost=10**12, parts=10**9)


@dataclass
class Moment:
    """Both ways to answer at one moment."""

    graph: Graph
    reference: Reference


@dataclass
class Province:
    """One set of rows, asked at several moments."""

    moments: list[Moment]
    pools: Pools


@st.composite
def with_some_scopes(draw: st.DrawFn, who: Principal) -> Principal:
    """The caller with few scopes: what it may post changes nothing of what it reads, and one in twenty may not read."""
    posts = draw(st.sets(st.sampled_from(sorted(who.scopes - {READ}) or [READ]), max_size=3))
    return replace(who, scopes=frozenset(posts if draw(st.integers(0, 19)) == 13 else posts | {READ}))


def _same(at: datetime) -> datetime:
    return at


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SORTS)
async def province(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Province]:
    """Only read, so one serves all."""
    async with a_database(request, tmp_path_factory.mktemp("province"), filled=True) as url:
        database = Database(url, pool_size=5, read_seconds=60.0)
        await database.start()
        posting = Posting(database, clock=partial(_same, NOW))
        rows, schema = await load(database), build_schema()
        said = Said(rows)
        moments = [
            Moment(
                Graph(schema, Reading(database, clock=partial(_same, at), cursors=CURSORS), posting, limits=BOUNDLESS),
                Reference(rows, said, at),
            )
            for at in MOMENTS
        ]
        yield Province(moments, Pools(moments[0].reference.rows))
        await database.close()


@pytest.mark.parametrize("part", range(PARTS))
@settings(max_examples=max(400, settings().max_examples) // PARTS)
@given(data=st.data(), who=st.sampled_from(CALLERS), place=st.sampled_from(range(len(MOMENTS))))
async def test_any_query_is_answered_as_by_the_reference(
    province: Province, data: st.DataObject, who: Principal, place: int, part: int
) -> None:
    moment = province.moments[place]
    schema = moment.reference.schema
    who = data.draw(with_some_scopes(who))
    asked = data.draw(queries(schema, province.pools))
    assert validate(schema, parse(asked.document)) == [], asked.document
    answer = await moment.graph.run(Operation(asked.document, None, asked.variables, LOAN), who)
    found = json.loads(answer.body)
    if READ not in who.scopes or asked.forbidden_for(who.role):
        assert found["errors"][0]["extensions"]["code"] == "FORBIDDEN", asked.document
        return
    assume(not is_too_deep(found))
    assert "errors" not in found, (found["errors"], asked.document)
    assert answer.cost is not None
    assert answer.cost >= fields_of(found["data"], set(re.findall(r"\w+", asked.document))), asked.document
    wanted = moment.reference.answer(asked.document, asked.variables, who)
    assert same(found, wanted), f"{asked.document}\n{asked.variables}\n{apart(found, wanted)}"


async def test_everything_that_anyone_sees_is_what_the_reference_shows_them(province: Province) -> None:
    """Every list whole: its size, its sums, and every leaf of every row, on both sides of each edge in time.  None of it names
    a record that may not be looked up, and nowhere stands what is masked."""
    secrets, everything = set[str](), ""
    for moment in province.moments:
        first = moment is province.moments[0]
        for who in (NATURAL_RESOURCES, ECOLOGY, BANK, CREDIT, OPERATOR, PUBLIC, LOCAL[0]) if first else (ECOLOGY, BANK):
            sight, told, listed = visibility_of(who), "", set[str]()
            for name, noun in LISTS.items():
                if noun not in sight.nouns or not (first or noun in WEIGHED[who.role]):
                    continue
                document = whole(moment.reference.schema, name, sight)
                body = (await moment.graph.run(Operation(document, None, {}, LOAN), who)).body.decode()
                found = json.loads(body)
                assert "errors" not in found, f"{who.client_id} {document} {found['errors']}"
                wanted = moment.reference.answer(document, {}, who)
                assert same(found, wanted), f"{who.client_id} {moment.reference.now} {name}\n{apart(found, wanted)}"
                told += body
                listed |= {one.get("id") for one in found["data"][name].get("nodes", ())}
            if first:
                named, hidden = named_in(told), masked(moment.reference.rows, who)
                assert named, who.client_id
                assert not await unseen(moment.graph, who, named - listed), who.client_id
                assert not [one for one in hidden if f'"{one}"' in told], who.client_id
                secrets |= hidden
                everything += told
    # What is hidden from one is told to another: it would be found.
    assert [one for one in secrets if f'"{one}"' in everything]


async def test_every_list_is_filtered_and_ordered_by_each_of_its_fields_as_the_reference_does(province: Province) -> None:
    """Chance meets few of them in a run."""
    moment, sight = province.moments[0], visibility_of(OPERATOR)
    for name in (name for name, noun in LISTS.items() if noun in sight.nouns):
        document = by_each_field(moment.reference.schema, name, sight)
        found = json.loads((await moment.graph.run(Operation(document, None, {}, LOAN), OPERATOR)).body)
        assert "errors" not in found, f"{document} {found['errors']}"
        wanted = moment.reference.answer(document, {}, OPERATOR)
        assert same(found, wanted), f"{document}\n{apart(found, wanted)}"


def by_each_field(schema: GraphQLSchema, name: str, sight: Visibility) -> str:
    """How many rows of a list have no value of each field, how many its first word or yes; and the last rows in each order."""
    field, noun = schema.query_type.fields[name], LISTS[name]  # type: ignore[union-attr]
    conditions: Any = get_named_type(field.args["filter"].type)
    parts: list[str] = []

    def ask(given: str, leaves: str) -> None:
        parts.append(f"a{len(parts)}: {name}({given}) {{ {leaves} }}")

    for one, kind in ((one, get_named_type(inner.type)) for one, inner in conditions.fields.items()):
        if sight.fields.get((noun, snake(one)), Condition.ALWAYS) is not Condition.ALWAYS or not hasattr(kind, "fields"):
            continue
        for operator in (operator for operator in ("eq", "has", "isNull") if operator in kind.fields):
            named: Any = get_named_type(kind.fields[operator].type)
            words = [*named.values] if is_enum_type(named) else ["true"] if named.name == "Boolean" else []
            for word in words[:1]:
                ask(f"filter: {{{one}: {{{operator}: {word}}}}}", "totalCount")
    for key in get_named_type(get_named_type(field.args["orderBy"].type).fields["field"].type).values:
        if sight.fields.get((noun, key.lower()), Condition.ALWAYS) is Condition.ALWAYS:
            ask(f"first: 2, orderBy: {{field: {key}, direction: DESC}}", "nodes { id }")
    return "{ " + " ".join(parts) + " }"


def whole(schema: GraphQLSchema, name: str, sight: Visibility) -> str:
    """A list with all that its rows say of themselves, and the key of each row that they lead to."""
    connection: Any = get_named_type(schema.query_type.fields[name].type)  # type: ignore[union-attr]
    node: Any = get_named_type(connection.fields["nodes"].type)
    parts = []
    for field, definition in node.fields.items():
        kind: Any = get_named_type(definition.type)
        if is_leaf_type(kind):
            parts.append(field)
        elif snake(kind.name) in sight.nouns and field != "versions":
            leaves = [one for one, inner in kind.fields.items() if is_leaf_type(get_named_type(inner.type))]
            keys = [one for one in ("id", "code") if one in leaves]
            parts.append(f"{field} {{ {' '.join(keys[:1] or leaves)} }}")
    sums = ""
    if "sum" in connection.fields:
        sums = " ".join(
            f"{key.lower()}: sum(of: {key})" for key in get_named_type(connection.fields["sum"].args["of"].type).values
        )
    return f"{{ {name}(first: 500) {{ totalCount {sums} nodes {{ {' '.join(parts)} }} }} }}"


def is_too_deep(answer: Mapping[str, Any]) -> bool:
    """Whether chance has asked for more within one another than SQLite's parser takes, which is told as such."""
    return any("too deeply for SQLite" in str(one["extensions"].get("detail")) for one in answer.get("errors", []))


def fields_of(value: object, words: set[str]) -> int:
    """How many fields an answer holds; objects with keys that the document does not know are values of their own."""
    match value:
        case dict():
            return len(value) + sum(fields_of(one, words) for one in value.values()) if value.keys() <= words else 0
        case list():
            return sum(fields_of(one, words) for one in value)
    return 0


def same(one: object, other: object) -> bool:
    """Whether two answers say the same, as JSON has it."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def apart(one: object, other: object) -> str:
    """In which lines two answers differ."""
    told, wanted = (json.dumps(answer, ensure_ascii=False, sort_keys=True, indent=1).splitlines() for answer in (one, other))
    return "\n".join(unified_diff(told, wanted, "the hub", "the reference", lineterm=""))
