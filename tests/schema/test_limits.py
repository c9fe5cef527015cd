"""What a query may not do: nest without end, ask for everything, or send text that no database takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.domain.record_kinds import RecordKind
from hub.services.posting.pipeline import Posting
from schema.limits import Limits
from tests.makers import CURSORS, ECOLOGY, NATURAL_RESOURCES, Ask, mine, posted


def parents(depth: int) -> str:
    return "{ divisions { " + "parent { " * depth + "code" + " }" * depth + " } }"


async def test_what_is_nested_too_deeply_is_refused_in_plain_words(ask: Ask) -> None:
    for depth in (15, 40, 5000):
        (error,) = (await ask(ECOLOGY, parents(depth)))["errors"]
        assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
        assert "nested" in error["message"]


async def test_seven_objects_within_one_another_are_answered_on_both_databases(ask: Ask) -> None:
    assert len((await ask(ECOLOGY, parents(6)))["data"]["divisions"]) > 100


async def test_what_asks_for_too_many_fields_is_refused(ask: Ask) -> None:
    fields = " ".join(f"f{n}: name" for n in range(1100))
    spread = "a: mines { nodes { ...F } } b: mines { nodes { ...F } }"
    (error,) = (await ask(ECOLOGY, f"{{ {spread} }} fragment F on Mine {{ {fields} }}"))["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"


async def test_a_search_tells_twenty_hits_and_up_to_fifty_where_more_are_wanted(ask: Ask, posting: Posting) -> None:
    await posted(posting, NATURAL_RESOURCES, RecordKind.MINE, *(mine(number) for number in range(1, 52)))
    for asked, count in (("", 20), (", first: 50", 50)):
        answer = await ask(ECOLOGY, f'{{ search(text: "示例", kinds: [MINE]{asked}) {{ id }} }}')
        assert len(answer["data"]["search"]) == count
    [error] = (await ask(ECOLOGY, '{ search(text: "示例", first: 51) { id } }'))["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID_INPUT", "first")


async def test_what_is_asked_of_an_interface_counts_once_not_for_each_of_its_types(ask: Ask) -> None:
    aliases = " ".join(f"t{n}: __typename" for n in range(100))
    assert "errors" not in await ask(ECOLOGY, f'{{ node(id: "mine_0") {{ {aliases} }} }}')


@pytest.mark.parametrize("text", ["\x00", "示\x00例", "\ud800", "a\udfff"])
async def test_text_that_no_database_takes_is_refused_wherever_it_stands(ask: Ask, text: str) -> None:
    queries = [
        "query ($t: String!) { mine(licenceNo: $t) { name } }",
        "query ($t: String) { mines(filter: {name: {eq: $t}}) { totalCount } }",
        "query ($t: String!) { mines(filter: {name: {in: [$t]}}) { totalCount } }",
        "query ($t: String) { mines(filter: {name: {contains: $t}}) { totalCount } }",
        "query ($t: String) { mines(filter: {name: {startsWith: $t}}) { totalCount } }",
        "query ($t: ID!) { node(id: $t) { id } }",
    ]
    for query in queries:
        answer = await ask(ECOLOGY, query, t=text)
        assert answer["errors"][0]["extensions"]["code"] in ("INVALID_INPUT", "BAD_LICENCE_NUMBER"), query


async def test_a_cursor_with_such_text_is_refused(ask: Ask) -> None:
    for values in ('"\\u0000","x"', '"\\ud800","x"', '{},"x"'):
        cursor = CURSORS.seal(f'["mine licence_no+",{values}]')
        answer = await ask(ECOLOGY, "query ($c: String) { mines(after: $c) { totalCount nodes { id } } }", c=cursor)
        assert "errors" in answer or answer["data"]["mines"]["nodes"] == []


def test_the_figures_are_those_that_are_promised() -> None:
    """Written out once more: a bound that grows tenfold by a slip is no bound."""
    assert Limits() == Limits(
        document_bytes=100_000,
        tokens=5_000,
        depth=15,
        fields=2_000,
        aliases=300,
        steps=20_000,
        pairs=20_000,
        values=10_000,
        conditions=1_000,
        filter_depth=10,
        order_keys=10,
        bound_values=20_000,
        parts=20_000,
        cost=500_000,
    )


def padded(size: int) -> str:
    return "{ plan { id } }".ljust(size)


def aliased(count: int) -> str:
    return f"{{ plan {{ {' '.join(f'a{n}: id' for n in range(count))} }} }}"


def negated(depth: int) -> str:
    return f"{{ mines(filter: {'{not: ' * depth}{{}}{'}' * depth}) {{ totalCount }} }}"


@pytest.mark.parametrize(
    ("asked", "most", "word"),
    [
        (padded, 100_000, "≤ 100000 bytes"),
        (aliased, 300, "≤ 300 aliases"),
        (negated, 10, "≤ 10 nested"),
        (parents, 14, "≤ 15 nested objects"),
    ],
)
async def test_what_stands_on_a_bound_is_within_it_and_one_more_is_not(
    ask: Ask, asked: Callable[[int], str], most: int, word: str
) -> None:
    for number, beyond in ((most, False), (most + 1, True)):
        answer = await ask(ECOLOGY, asked(number))
        told = " ".join(error["message"] for error in answer.get("errors", ()))
        assert (word in told) == beyond, told
