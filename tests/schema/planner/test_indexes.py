"""Every list and relation is served by an index: with sequential scans priced out, PostgreSQL needs none of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from auth.principals import Principal
from hub.domain.record_kinds import PARTS
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from hub.storage.engine.database import Database
from schema.answers import Operation
from schema.execution import Graph
from schema.root import build_schema
from tests import postgres
from tests.makers import BANK, ECOLOGY, LOCAL, OPERATOR, a_province, licence, organ, uscc

SCHEMA = build_schema()._schema
#: Small tables that are read whole.
SMALL = ("departments", "divisions", "sources")


@pytest.fixture
async def graph(database_url: str, postgres_server: str) -> AsyncIterator[Graph]:
    if not database_url.startswith("postgres"):
        pytest.skip("SQLite names no such scans")
    name = database_url.partition("?")[0].rsplit("/", 1)[1]
    await postgres.statement(postgres_server, f"ALTER DATABASE {name} SET enable_seqscan = off")
    database = Database(database_url)
    await database.start()
    posting, reading = Posting(database), Reading(database)
    await a_province(posting)
    yield Graph(build_schema(), reading, posting)
    await database.close()


def connections() -> list[tuple[str, Any]]:
    """The lists of the root."""
    root = SCHEMA.query_type
    assert root is not None
    return [(name, field) for name, field in root.fields.items() if "orderBy" in field.args]


def lists() -> list[str]:
    """A query for every list of the root in every order that it offers."""
    found = []
    for name, field in connections():
        keys: GraphQLObjectType = get_named_type(field.args["orderBy"].type)
        choices: list[str] = sorted(keys.fields["field"].type.of_type.values)
        for order in ["", *(f"orderBy: [{{field: {c}, direction: {d}}}]" for c in choices for d in ("ASC", "DESC"))]:
            found.append(f"{{ {name}({', '.join(['first: 5', *([order] if order else [])])}) {{ nodes {{ id }} }} }}")
    return found


PART_TYPES = {part.__name__ for part in PARTS}


def relations() -> list[str]:
    """A query for every relation of every type, from a page of the type's rows."""
    found = []
    for name, field in connections():
        connection: GraphQLObjectType = get_named_type(field.type)
        node: GraphQLObjectType = get_named_type(connection.fields["nodes"].type)
        for inner, relation in node.fields.items():
            kind = get_named_type(relation.type)
            if isinstance(kind, GraphQLObjectType) and kind.name not in PART_TYPES:
                below = "{ nodes { __typename } }" if kind.name.endswith("Connection") else "{ __typename }"
                found.append(f"{{ {name}(first: 5) {{ nodes {{ {inner} {below} }} }} }}")
    return found


QUERIES = [
    *lists(),
    *relations(),
    f'{{ mine(licenceNo: "{licence(1)}") {{ standing logPosition }} }}',
    f'{{ enterprise(uscc: "{uscc(1)}") {{ name }} authority(code: "{organ()}") {{ name }} }}',
    '{ node(id: "penalty_1") { id } old: node(id: "mine_1.v2") { id } }',
    '{ mines(first: 50, filter: {prefectureCode: {eq: "530100"}}) { nodes { name standing } } }',
]


async def test_no_list_and_no_relation_scans_a_record_table(graph: Graph) -> None:
    scanned: dict[str, list[str]] = {}
    for query in QUERIES:
        for caller in (ECOLOGY, LOCAL, BANK, OPERATOR):
            try:
                _, plan = await graph.explain(Operation(query, None, {}), caller)
            except HubError as error:
                # Only departments see everything.
                if error.code is ErrorCode.FORBIDDEN and caller not in (ECOLOGY, LOCAL):
                    continue
                raise
            bad = [line for line in plan if "Seq Scan" in line and not any(f" on {table}" in line for table in SMALL)]
            if bad:
                scanned[query] = bad
    assert scanned == {}


async def test_what_a_rule_tells_is_counted_by_its_lines_and_looked_up_for_the_rows_that_are_walked(graph: Graph) -> None:
    for asked in ("eq: WARNED", "in: [WARNED, CONTRACTED]", "isNull: false"):
        filtered = f"filter: {{standing: {{{asked}}}}}"
        counted = await _plan(graph, f"{{ mines({filtered}) {{ totalCount }} }}", OPERATOR)
        assert not [line for line in counted if " on mines " in line], asked
        assert [line for line in counted if "Index Only Scan using ix_timelines_rule" in line]
        # An office that does not see all counts what it sees.
        assert [line for line in await _plan(graph, f"{{ mines({filtered}) {{ totalCount }} }}", LOCAL) if " on mines " in line]
    walked = await _plan(graph, "{ mines(first: 5, filter: {standing: {eq: WARNED}}) { nodes { id } } }", OPERATOR)
    assert [line for line in walked if "Index Cond" in line and "(subject = t1" in line]


async def test_what_is_stated_in_every_record_is_not_looked_for(graph: Graph) -> None:
    for asked, told in (("true", "One-Time Filter: false"), ("false", "Index Only Scan")):
        plan = await _plan(graph, f"{{ opinions(filter: {{department: {{isNull: {asked}}}}}) {{ totalCount }} }}", OPERATOR)
        assert [line for line in plan if told in line], asked
        assert not [line for line in plan if "department" in line]


async def test_what_is_about_mines_is_found_by_their_numbers(graph: Graph) -> None:
    for noun in ("opinions", "penalties"):
        plan = await _plan(graph, f'{{ {noun}(filter: {{prefectureCode: {{eq: "530100"}}}}) {{ totalCount }} }}', OPERATOR)
        assert [line for line in plan if "licence_no = ANY" in line], noun
        # Those that are counted beside them are the mines of a prefecture that has many.
        assert [line for line in plan if "prefecture_code = ANY" in line], noun
        # Where they are many the list is walked in its order, and sorts none of them.
        plan = await _plan(graph, f'{{ {noun}(filter: {{prefectureCode: {{eq: "530100"}}}}) {{ nodes {{ id }} }} }}', OPERATOR)
        assert [line for line in plan if "SubPlan" in line and "IS NOT NULL" in line], noun


async def test_conflicts_are_found_by_the_codes_of_who_should_act_and_since_when_without_their_lines(graph: Graph) -> None:
    for asked in ("eq: NATURAL_RESOURCES", "in: [NATURAL_RESOURCES]"):
        plan = await _plan(graph, f"{{ conflicts(filter: {{department: {{{asked}}}}}) {{ totalCount }} }}", OPERATOR)
        assert [line for line in plan if "rule = ANY ((InitPlan" in line], asked
    plan = await _plan(graph, '{ conflicts(filter: {since: {from: "2026-01-01"}}) { totalCount } }', OPERATOR)
    assert [line for line in plan if "Index Only Scan using ix_timelines_rule" in line]
    assert not [line for line in plan if "Index Scan using ix_timelines_rule" in line]


async def test_whether_a_screening_holds_is_asked_of_mines_that_came_after_another_version(graph: Graph) -> None:
    plan = await _plan(graph, "{ screenings(filter: {state: {eq: OUTDATED}}) { totalCount } }", OPERATOR)
    assert [line for line in plan if "ix_mines_changed" in line]
    assert [line for line in plan if "hashed SubPlan" in line]


async def _plan(graph: Graph, query: str, caller: Principal) -> list[str]:
    _, plan = await graph.explain(Operation(query, None, {}), caller)
    return plan
