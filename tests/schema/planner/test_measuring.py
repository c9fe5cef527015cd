"""How large an operation is and what it may cost: exact for what is written out, bounded for what is made to explode."""

from __future__ import annotations

import sys

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from hub.domain.words.errors import ErrorCode
from schema.limits import Limits
from schema.planner.documents import Documents
from schema.planner.measuring import Measure, count_values
from schema.root import build_schema

SCHEMA = build_schema()._schema


def cost(text: str, **variables: object) -> int:
    document = parse(text)
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    told, _ = Measure(SCHEMA, fragments, Limits()).walk(operation)
    return told.now(variables)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("{ __typename }", 1),
        ('{ mine(licenceNo: "x") { name standing } }', 2 + 10),
        # mines, nodes, and one name for each of the rows
        ("{ mines(first: 7) { nodes { name } } }", 2 + 7),
        ("{ mines(last: 7) { edges { cursor node { name } } } }", 2 + 7 * (2 + 1)),
        ("{ mines { nodes { name } } }", 2 + 50),
        ("{ mines(first: 3) { nodes { opinions(first: 4) { nodes { id } } } } }", 2 + 3 * (2 + 4)),
        ("{ mines(first: 3) { pageInfo { endCursor } totalCount } }", 3 + 20),
        ("{ penalties(first: 3) { a: sum(of: FINE) b: sum(of: CONFISCATED_VALUE) nodes { fine } } }", 4 + 3 + 2 * 19),
        ("{ divisions { code } }", 1 + 150),
        ("{ departments { code } }", 1 + 20),
        ("{ mines(first: 3) { nodes { name ...F } } } fragment F on Mine { name a: name }", 2 + 3 * 2),
    ],
)
def test_the_cost_is_the_most_fields_that_the_answer_can_hold(query: str, fields: int) -> None:
    assert cost(query) == fields


def test_sizes_may_come_by_variables() -> None:
    query = "query ($a: Int, $b: Int) { mines(first: $a) { nodes { opinions(first: $b) { nodes { id } } } } }"
    assert cost(query, a=3, b=4) == 2 + 3 * (2 + 4)
    assert cost(query, a=500, b=500) == 2 + 500 * (2 + 500)
    assert cost(query) == 2 + 50 * (2 + 50)
    assert cost(query, a=-5, b=10**9) == 2


@pytest.mark.parametrize(
    ("arguments", "given", "rows"),
    [
        ("last: null, first: 500", {}, 500),
        ("last: $a, first: 500", {"a": None}, 500),
        ("last: $a, first: $b", {"a": None, "b": 400}, 400),
        ("last: $a, first: $b", {"b": 400}, 400),
        ("last: $a, first: $b", {"a": 300}, 300),
        ("last: $a, first: null", {}, 50),
        ("first: 2, last: 500", {}, 0),
    ],
)
def test_the_price_is_that_of_the_page_which_is_read(arguments: str, given: dict[str, object], rows: int) -> None:
    query = f"query ($a: Int, $b: Int) {{ mines({arguments}) {{ nodes {{ penalties({arguments}) {{ nodes {{ id }} }} }} }} }}"
    assert cost(query, **given) == 2 + rows * (2 + rows)


def test_a_long_text_counts_by_what_it_may_hold() -> None:
    assert cost("{ opinions(first: 30) { nodes { " + " ".join(f"t{n}: text" for n in range(60)) + " } } }") > 30 * 60 * 20


def test_versions_count_as_many_and_are_not_asked_for_within_versions() -> None:
    assert cost("{ penalties(first: 2) { nodes { versions { id } } } }") == 2 + 2 * (1 + 50)
    nested = "{ penalties { nodes { versions { licenceNos mines { penalties { nodes { ...F } } } } } } }"
    spread = nested + " fragment F on Penalty { versions { id } }"
    document = Documents(SCHEMA, Limits()).read(spread, hints=False)
    assert document.code is ErrorCode.QUERY_TOO_COMPLEX


def test_a_post_costs_by_its_items() -> None:
    query = "mutation ($i: [OpinionInput!]!) { postOpinions(items: $i) { accepted results { outcome } } }"
    assert cost(query, i=[{}] * 100) == 3 + 100 + 100 * 10
    assert cost("mutation { postOpinions(items: [{}, {}]) { accepted results { outcome } } }") == 3 + 2 + 2 * 10


def test_an_abstract_type_costs_what_the_costliest_of_its_types_does() -> None:
    assert cost('{ node(id: "x") { ... on Mine { name } ... on Penalty { id documentNumber } } }') == 1 + 2


def calls(text: str) -> int:
    """How many calls of functions reading a document takes: its work, whatever else the machine is at."""
    documents = Documents(SCHEMA, Limits())
    counted = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        documents.read(text, hints=False)
    finally:
        sys.setprofile(None)
    return counted


def doubling(times: int) -> str:
    """Fragments that each spread the next twice."""
    return (
        "{ ...F0 } "
        + "".join(f"fragment F{n} on Query{{...F{n + 1}...F{n + 1}}}" for n in range(times))
        + f"fragment F{times} on Query{{__typename}}"
    )


def widening(times: int, width: int = 3) -> str:
    """The same through fields, so that the answer itself would be `width` times larger each time."""

    def fragment(n: int) -> str:
        fields = (f"{key}:enterprise{{mines{{nodes{{...F{n + 1}}}}}}}" for key in "abcdefgh"[:width])
        return f"fragment F{n} on Mine{{{' '.join(fields)}}}"

    fragments = "".join(map(fragment, range(times)))
    return f'{{ mine(licenceNo: "x") {{ ...F0 }} }} {fragments} fragment F{times} on Mine{{name}}'


@pytest.mark.parametrize("text", [doubling(20), widening(6)], ids=["doubling", "widening"])
def test_a_fragment_bomb_of_750_bytes_is_little_work(text: str) -> None:
    assert 700 < len(text) < 1000
    assert calls(text) < 75_000


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("{ divisions { " + "parent { " * 15 + "code" + " }" * 15 + " } }", "nested"),
        ("{ divisions { " + "parent { " * 150 + "code" + " }" * 150 + " } }", "nested"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(301)) + " }", "aliases"),
        ("{ " + " ".join(f"a{n}" for n in range(2001)) + " }", "fields"),
        ("{ " + "__typename " * 201 + "}", "same field"),
        ("{ mines " * 300 + "{ id }" + "}" * 300, "nested"),
        ("{ __typename } #" + "x" * 100_000, "bytes"),
        ("{ __typename " + " ".join(["..." + "F"] * 5000) + " }", "tokens"),
        (widening(6), "aliases"),
        ("{ __typename } fragment F on Query { " + "__typename " * 300 + "}", "same field"),
        ('{ mine(licenceNo: "x") { ...F } } fragment F on Mine { enterprise { mines { nodes { ...F } } } }', "nested"),
    ],
)
def test_what_is_past_a_bound_is_refused_before_it_is_validated(text: str, detail: str) -> None:
    document = Documents(SCHEMA, Limits()).read(text, hints=False)
    assert document.code is ErrorCode.QUERY_TOO_COMPLEX
    assert detail in document.errors[0].message
    assert not document.operations


def test_no_document_keeps_the_hub_busy_for_long() -> None:
    spread = "".join(
        f"fragment F{i} on Query{{{' '.join(f'...F{j}' for j in range(i + 1, 65))} __typename}}" for i in range(65)
    )
    pairs = " ".join(f"...F{n}" for n in range(300))
    hostile = [
        "{ " + "mines{nodes{opinions{nodes{mine{name}}}}} " * 300 + "}",
        f"{{ {pairs} }}" + "".join(f"fragment F{n} on Query {{ a: mines {{ totalCount }} }}" for n in range(300)),
        "{" + " ".join(f"a{n}:mines{{nodes{{id}}}}" for n in range(290)) + "}",
        "{...F0}" + spread,
        "{ mines(filter: {name: {in: [" + ",".join(['"a"'] * 4900) + "]}}) { totalCount } }",
        "{ mines(" + " ".join(f"a{n}:1" for n in range(1600)) + ") { totalCount } }",
        "{ divisions { code " + "@include(if:true)" * 800 + " } }",
    ]
    for text in hostile:
        assert calls(text) < 4_000_000, text[:60]


def test_values_are_counted_with_all_that_is_in_them_up_to_a_bound() -> None:
    assert count_values([], 100) == 0
    assert count_values([1, "a", None], 100) == 3
    assert count_values([[1] * 99], 100) == 100
    assert count_values([{"a": [[1, 2]], "b": {}}], 100) == 6
    for values in ([[1] * 100], [{"a": [[[1] * 99]]}], [1] * 101):
        assert count_values(values, 100) > 100


def test_documents_that_are_kept_take_room_by_their_size_those_that_were_registered_as_well() -> None:
    documents, text = Documents(SCHEMA, Limits()), "{ __typename }" + " " * 10_000
    document = documents.read(text, hints=False)
    for trusted, kept in ((True, documents._trusted), (False, documents._known)):
        documents.keep(text, document, hints=False, trusted=trusted)
        assert kept._seen >= 2 * len(text)
        assert kept._most_kept > 2**20
