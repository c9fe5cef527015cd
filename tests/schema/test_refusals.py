"""A refused field is told by its path and its place, in queries as in mutations; the others are answered where they may be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auth.scopes import READ
from hub.services.posting.pipeline import Posting
from schema.answers import Operation
from schema.limits import Limits
from tests.makers import BANK, ECOLOGY, LOAN, Ask, a_province, caller, licence

GOOD = licence(1)


def told(answer: dict[str, Any]) -> list[tuple[str, list[str], list[tuple[int, int]]]]:
    return [
        (one["extensions"]["code"], one["path"], [(place["line"], place["column"]) for place in one["locations"]])
        for one in answer["errors"]
    ]


async def test_of_several_aliases_those_that_are_refused_are_named(ask: Ask) -> None:
    answer = await ask(
        BANK, "{ a: mines { totalCount }\n  b: rejections { totalCount }\n  c: rejections { nodes { id } } d: __typename }"
    )
    # A list may not be null, so all of the answer is, and nothing more is looked at.
    assert told(answer) == [("FORBIDDEN", ["b"], [(2, 3)])]
    assert answer["data"] is None


@pytest.mark.parametrize(("bad", "told_of"), [(1, 1), (5, 5), (6, 6), (7, 6)])
async def test_so_many_are_left_out_one_by_one(ask: Ask, posting: Posting, bad: int, told_of: int) -> None:
    await a_province(posting)
    wrong = " ".join(f'w{n}: mine(licenceNo: "C53") {{ name }}' for n in range(bad))
    answer = await ask(ECOLOGY, f'{{ {wrong} good: mine(licenceNo: "{GOOD}") {{ name }} }}')
    assert [path for _, path, _ in told(answer)] == [[f"w{n}"] for n in range(told_of)]
    # With one more, it is no longer looked for what is good.
    assert answer["data"] == (
        None if bad > 5 else dict.fromkeys(f"w{n}" for n in range(bad)) | {"good": {"name": "示例1号磷矿"}}
    )


@pytest.mark.parametrize("bad", ["C53", "x\x00"])
async def test_what_may_be_null_is_null_alone(ask: Ask, posting: Posting, bad: str) -> None:
    await a_province(posting)
    for given in ({"no": bad}, {}):
        query = (
            "query ($no: String!) { a: mine(licenceNo: $no) { name } ...B } "
            if given
            else f"{{ a: mine(licenceNo: {json.dumps(bad)}) {{ name }} ...B }} "
        )
        answer = await ask(ECOLOGY, query + f'fragment B on Query {{ b: mine(licenceNo: "{GOOD}") {{ name }} }}', **given)
        assert answer["data"] == {"a": None, "b": {"name": "示例1号磷矿"}}
        ((_, path, places),) = told(answer)
        assert path == ["a"]
        assert places == [(1, query.index("a: mine") + 1)]


@pytest.mark.parametrize(
    ("query", "code", "path", "word"),
    [
        ("{ mines { nodes { name x: rejections } } }", None, None, None),
        (
            "{ opinions { nodes { id mine { ...M } } } } fragment M on Mine { y: caseTransfers { totalCount } }",
            *["FORBIDDEN"],
            ["opinions", "nodes"],
            "y:",
        ),
        ("{ mines { edges { node { z: caseTransfers { totalCount } } } } }", "FORBIDDEN", ["mines", "edges"], "z:"),
        ("{ mines { nodes { p: penalties(first: 501) { totalCount } } } }", "INVALID_INPUT", ["mines", "nodes"], "p:"),
        ('{ mines(filter: {name: {eq: "x\\u0000"}}) { totalCount } }', "INVALID_INPUT", ["mines"], "mines"),
        ('{ mines(after: "x") { nodes { id } } }', "INVALID_INPUT", ["mines"], "mines"),
        (f'{{ mine(licenceNo: "{GOOD}") {{ t: caseTransfers {{ totalCount }} }} }}', "FORBIDDEN", ["mine", "t"], "t:"),
        ('{ node(id: "mine_1") { ... on Mine { t: caseTransfers { totalCount } } } }', "FORBIDDEN", ["node", "t"], "t:"),
    ],
)
async def test_however_deep_it_stands(ask: Ask, query: str, code: str | None, path: list[str] | None, word: str | None) -> None:
    answer = await ask(BANK, query)
    if code is None:
        # What is no field at all is told of the document.
        assert "data" not in answer
        return
    assert word is not None
    assert told(answer) == [(code, path, [(1, query.index(word) + 1)])]
    assert "data" in answer


async def test_what_is_refused_together_is_refused_as_a_whole(ask: Ask) -> None:
    lists = " ".join(f"{one}(filter: {{name: {{in: $n}}}}) {{ totalCount }}" for one in ("mines", "enterprises", "authorities"))
    query = f"query ($n: [String!]) {{ {lists} }}"
    # Each alone is within the bound, and the three together are past it.
    answer = await ask(ECOLOGY, query, n=["x"] * (Limits().bound_values // 3 + 1))
    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_a_mutations_field_is_named_as_well(ask: Ask) -> None:
    fields = (f'{name}: withdrawRecord(id: "opinion_1", reason: "x") {{ outcome }}' for name in "ab")
    mutation = f"mutation {{\n {next(fields)}\n {next(fields)} }}"
    answer = await ask(ECOLOGY, mutation)
    assert told(answer) == [("NOT_FOUND", ["a"], [(2, 2)])]
    assert answer["data"] is None
    scopeless = caller(ECOLOGY.role, ECOLOGY.department)
    scopeless = type(scopeless)(scopeless.client_id, scopeless.role, scopeless.scopes - {READ}, scopeless.department, "530000")
    query = 'mutation { __typename w: withdrawRecord(id: "opinion_1", reason: "x") { record { id } } }'
    assert told(await ask(scopeless, query)) == [("FORBIDDEN", ["w"], [(1, query.index("w:") + 1)])]


async def test_what_everybody_must_not_do_is_refused_before_anything_is_run(ask: Ask) -> None:
    scopeless = type(BANK)(BANK.client_id, BANK.role, frozenset(), None, "530000")
    answer = await ask.graph.run(Operation("{ mines { totalCount } }", None, {}, LOAN), scopeless)
    assert answer.request_error == "FORBIDDEN"
    assert "data" not in json.loads(answer.body)
