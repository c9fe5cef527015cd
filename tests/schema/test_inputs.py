"""What comes back from clients is checked like what comes in: cursors, numbers, days, null, and how deep values are nested."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, OperationDefinitionNode, get_named_type, get_variable_values, parse

from auth.principals import Role
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.posting.pipeline import Posting
from hub.services.reading import Reading
from schema.answers import Operation
from schema.execution import Graph
from schema.planner.inputs import Inputs
from schema.requests import read_request
from schema.root import build_schema
from tests.makers import BANK, CURSORS, ECOLOGY, LOAN, Ask, a_province


def refused(answer: dict[str, Any]) -> bool:
    codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
    return codes == ["INVALID_INPUT"]


@pytest.mark.parametrize(
    "parts",
    [
        '["penalty decided_on+","2026-13-45","x"]',
        '["penalty decided_on+","20260101","x"]',
        '["penalty decided_on+",7,"x"]',
        '["penalty decided_on+",{},"x"]',
        '["penalty decided_on+",["2026-01-01"],"x"]',
        '["penalty decided_on+",true,"x"]',
        '["penalty decided_on+","9999999999-01-01","x"]',
    ],
)
async def test_a_cursor_of_other_values_than_its_list_has_is_refused(ask: Ask, parts: str) -> None:
    query = "query ($c: String) { penalties(orderBy: [{field: DECIDED_ON}], after: $c) { nodes { id } } }"
    assert refused(await ask(ECOLOGY, query, c=CURSORS.seal(parts)))
    assert refused(await ask(ECOLOGY, query.replace("after", "last: 1, before"), c=CURSORS.seal(parts)))


@pytest.mark.parametrize(
    "given", ["NaN", "sNaN", "-Infinity", "1e999999", "1e30", "9" * 500, "1e400", "1_0", "１２", " 1 ", "+1", ".5", "1."]
)
async def test_a_number_as_text_is_in_plain_decimal_notation(ask: Ask, given: str) -> None:
    query = "query ($n: Decimal) { penalties(filter: {fine: {from: $n}}) { totalCount } }"
    assert refused(await ask(ECOLOGY, query, n=given))
    literal = json.dumps(given, ensure_ascii=False)
    answer = await ask(ECOLOGY, f"{{ penalties(filter: {{fine: {{to: {literal}}}}}) {{ totalCount }} }}")
    assert "errors" in answer
    assert answer["errors"][0]["extensions"]["code"] in ("INVALID_INPUT", "DOCUMENT_INVALID")


@pytest.mark.parametrize("given", [1e30, -1e30, 1e300, 10**400, True])
async def test_a_number_past_all_records_is_refused(ask: Ask, given: object) -> None:
    query = "query ($n: Decimal) { penalties(filter: {fine: {from: $n}}) { totalCount } }"
    assert refused(await ask(ECOLOGY, query, n=given))


@pytest.mark.parametrize("given", ["-0", "0", "0.00", "1234567890123456789012345.67", 5, 0.5])
async def test_plain_numbers_are_taken(ask: Ask, given: object) -> None:
    query = "query ($n: Decimal) { penalties(filter: {fine: {from: $n}}) { totalCount } }"
    assert (await ask(ECOLOGY, query, n=given))["data"] == {"penalties": {"totalCount": 0}}


@pytest.mark.parametrize(
    "given", ["20260101", "2026-W01-1", "２０２６-01-01", "2026-02-30", "2026-1-1", " 2026-01-01", 20260101]
)
async def test_a_day_is_written_in_one_way(ask: Ask, given: object) -> None:
    query = "query ($d: Date) { penalties(filter: {decidedOn: {from: $d}}) { totalCount } }"
    assert refused(await ask(ECOLOGY, query, d=given))


@pytest.mark.parametrize("given", ["2026-01-01", "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "20260101T000000Z"])
async def test_an_instant_names_its_offset(ask: Ask, given: str) -> None:
    query = "query ($t: DateTime) { penalties(filter: {recordedAt: {from: $t}}) { totalCount } }"
    assert refused(await ask(ECOLOGY, query, t=given))


@pytest.mark.parametrize(
    ("condition", "variables"),
    [
        ("{name: {eq: null}}", {}),
        ("{name: {eq: $t}}", {"t": None}),
        ("{name: {contains: $t}}", {"t": None}),
        ("{name: null}", {}),
        ("{and: null}", {}),
        ("{not: {name: {in: null}}}", {}),
        ("{withdrawn: null}", {}),
        ("$f", {"f": {"name": {"eq": None}}}),
        ("$f", {"f": {"or": [{"scale": None}]}}),
    ],
)
async def test_null_in_a_filter_is_not_everything(ask: Ask, condition: str, variables: dict[str, Any]) -> None:
    kinds = {"$t": "String", "$f": "MineFilter"}
    used = ", ".join(f"{name}: {kind}" for name, kind in kinds.items() if name in condition)
    query = f"query {f'({used})' if used else ''} {{ mines(filter: {condition}) {{ totalCount }} }}"
    answer = await ask(ECOLOGY, query, **variables)
    assert refused(answer), answer
    assert answer["errors"][0]["extensions"]["field"].startswith("filter.")


async def test_what_is_not_given_is_no_condition(ask: Ask) -> None:
    lists = "a: mines(filter: {name: {eq: $t}}) { totalCount } b: mines(filter: $f) { totalCount }"
    query = f"query ($t: String, $f: MineFilter) {{ {lists} }}"
    assert (await ask(ECOLOGY, query, f=None))["data"] == {"a": {"totalCount": 0}, "b": {"totalCount": 0}}


async def test_what_has_no_value_is_asked_for_by_is_null(ask: Ask, posting: Posting) -> None:
    await a_province(posting, mines=2)
    query = "query ($no: Boolean) { mines(filter: {name: {isNull: $no}}) { totalCount } }"
    assert (await ask(ECOLOGY, query, no=True))["data"] == {"mines": {"totalCount": 0}}
    assert (await ask(ECOLOGY, query, no=False))["data"] == {"mines": {"totalCount": 2}}


@pytest.mark.parametrize(
    ("of", "counts"),
    [
        (("opinions", "Opinion", "verdict"), (1, 1)),
        (("penalties", "Penalty", "publishedOn"), (1, 1)),
        (("penalties", "Penalty", "repairedOn"), (2, 0)),
        (("penalties", "Penalty", "fine"), (0, 2)),
        (("mines", "Mine", "standing"), (0, 2)),
    ],
)
async def test_rows_without_a_value_are_told_from_those_with_one(
    ask: Ask, posting: Posting, of: tuple[str, str, str], counts: tuple[int, int]
) -> None:
    (noun, kind, field), (without, with_one) = of, counts
    await a_province(posting, mines=2)
    query = f"""query ($no: Boolean, $f: {kind}Filter) {{
        none: {noun}(filter: {{{field}: {{isNull: true}}}}) {{ totalCount }}
        some: {noun}(filter: {{{field}: {{isNull: false}}}}) {{ totalCount }}
        asked: {noun}(filter: {{or: [{{{field}: {{isNull: $no}}}}]}}) {{ totalCount }}
        turned: {noun}(filter: {{not: {{{field}: {{isNull: true}}}}}}) {{ totalCount }}
        given: {noun}(filter: $f) {{ totalCount }} }}"""
    data = (await ask(ECOLOGY, query, no=True, f={"and": [{field: {"isNull": False}}]}))["data"]
    assert {name: told["totalCount"] for name, told in data.items()} == {
        "none": without,
        "some": with_one,
        "asked": without,
        "turned": with_one,
        "given": with_one,
    }


def test_every_field_that_can_be_filtered_can_be_asked_for_by_is_null() -> None:
    kinds = [kind for kind in build_schema()._schema.type_map.values() if isinstance(kind, GraphQLInputObjectType)]
    conditions = [
        (kind.name, name, of)
        for kind in kinds
        if kind.name.endswith("Filter")
        for name, field in kind.fields.items()
        if isinstance(of := get_named_type(field.type), GraphQLInputObjectType) and of is not kind
    ]
    assert len(conditions) > 300
    assert not [(kind, name) for kind, name, of in conditions if "isNull" not in of.fields]


def test_variables_are_nested_so_deep_and_no_deeper() -> None:
    with pytest.raises(HubError) as deep:
        read_request('{"query": "{__typename}", "variables": {"i": [{"text": ' + "[" * 200 + "]" * 200 + "}]}}")
    assert (deep.value.code, deep.value.field) == (ErrorCode.INVALID_REQUEST, "variables")
    geometry = {"i": [{"boundary": {"type": "MultiPolygon", "coordinates": [[[[1, 2], [3, 4]]]]}}]}
    assert read_request(json.dumps({"query": "{__typename}", "variables": geometry})).variables == geometry


@pytest.mark.parametrize("part", ["[]", "{}", "1", '"a, b"'])
def test_of_lists_objects_and_commas_a_request_holds_so_many(part: str) -> None:
    """Reading is one piece of work: 4 MiB of nothing but objects would keep all others waiting for seconds."""

    def request(parts: int) -> str:
        each = sum(map(part.count, "[{,")) + 1
        frame = '{"query": "{__typename}", "variables": {"x": [%s]}}'
        # The frame has five of its own, and there is no comma behind the last.
        return frame % ",".join([part] * ((parts - 4) // each))

    assert read_request(request(100_000)).document == "{__typename}"
    with pytest.raises(HubError) as refused:
        read_request(request(100_002))
    assert refused.value.code is ErrorCode.INVALID_REQUEST


async def test_costs_and_guesses_are_told_to_those_who_may_ask_for_the_schema(reading: Reading, posting: Posting) -> None:
    graph = Graph(build_schema(), reading, posting, introspects={Role.DEPARTMENT})
    query, misspelt = "{ mines(first: 1) { totalCount } }", "{ mins { totalCount } }"
    for who, knows in ((ECOLOGY, True), (BANK, False)):
        answer = await graph.run(Operation(query, None, {}, LOAN), who)
        assert (answer.cost is not None) is knows
        assert (b"extensions" in answer.extended(500)) is knows
        told = await graph.run(Operation(misspelt, None, {}, LOAN), who)
        assert ("mines" in told.body.decode()) is knows
        refused_one = await graph.run(Operation("{ mines(first: 501) { totalCount } }", None, {}, LOAN), who)
        assert (refused_one.cost is not None) is knows
        much = "{ mines(first: 500) { nodes { opinions(first: 500) { nodes { id text } } } } }"
        too_much = await graph.run(Operation(much, None, {}, LOAN), who)
        assert (too_much.request_error, too_much.cost is not None) == (ErrorCode.QUERY_TOO_COMPLEX, knows)
        assert (re.search(r"cost \d", too_much.body.decode()) is not None) is knows
        done = await graph.run(Operation('mutation { withdrawRecord(id: "x", reason: "x") { version } }', None, {}, LOAN), who)
        assert (b'"cost"' in done.extended(500)) is knows


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{ nope }", "查询文本无效（类型 Query 没有字段 nope"),
        (
            "{ mines(nope: 1) { totalCount } }",
            "查询文本无效（Query.mines 没有参数 nope） / The GraphQL document is not valid (Unknown",
        ),
        ("{", "查询文本无法解析（语法错误：应为 Name，却是 <EOF>） / The GraphQL document cannot be parsed (Syntax Error"),
        ("{ " + "a" * 200_000 + " }", "查询过于复杂 / The query asks for more than is allowed (≤ "),
    ],
)
async def test_what_is_wrong_with_a_document_is_told_once_in_both_languages(ask: Ask, document: str, told: str) -> None:
    message = (await ask(ECOLOGY, document))["errors"][0]["message"]
    assert message.startswith(told)
    assert message.count(" / ") == 1


@pytest.mark.parametrize("kind", ["String", "ID", "Boolean", "Int", "Float", "Date", "MineScale"])
def test_plain_variables_are_what_graphql_makes_of_them(kind: str) -> None:
    schema = build_schema()._schema
    values: list[Any] = ["x", "", "2026-01-01", "LARGE", 1, True, 1.5, 10**400, None, [], ["x"], {}]
    for needed, value in product(("", "!"), values):
        [operation] = parse(f"query ($v: {kind}{needed}) {{ __typename }}").definitions
        assert isinstance(operation, OperationDefinitionNode)
        expected = get_variable_values(schema, operation.variable_definitions or (), {"v": value})
        found = Inputs(schema, operation).coerced({"v": value}, 100, hints=True)
        if isinstance(expected, list):
            assert isinstance(found, list)
            assert [one.message for one in found] == [one.message for one in expected]
        else:
            assert found == expected.coerced
