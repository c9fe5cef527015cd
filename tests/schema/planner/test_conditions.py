"""How many conditions an operation holds: counted wherever they stand and each time that they are used, before all work."""

from __future__ import annotations

from typing import Any

import pytest

from hub.domain.words.errors import ErrorCode, HubError
from schema.limits import Limits
from schema.planner.documents import Documents
from schema.root import build_schema

DOCUMENTS = Documents(build_schema()._schema, Limits())
VARIABLE = "query ($f: MineFilter) {{ {} }}"
TWICE = "fragment F on MineConnection {{ nodes {{ opinions(filter: {}) {{ totalCount }} }} }} {{ a: {} b: {} }}"


@pytest.mark.parametrize(
    ("document", "variables", "count"),
    [
        ("{ mines { totalCount } }", {}, 0),
        ("{ mines(filter: {}) { totalCount } }", {}, 1),
        ('{ mines(filter: {name: {eq: "x", startsWith: "y"}, mineral: {eq: "z"}}) { totalCount } }', {}, 4),
        ('{ mines(filter: {or: [{name: {eq: "x"}}, {}], not: {and: {name: {eq: "x"}}}}) { totalCount } }', {}, 7),
        ("{ mines(filter: {withdrawn: true}) { totalCount } }", {}, 1),
        (VARIABLE.format("mines(filter: $f) { totalCount }"), {}, 0),
        (VARIABLE.format("mines(filter: $f) { totalCount }"), {"f": None}, 0),
        (VARIABLE.format("mines(filter: $f) { totalCount }"), {"f": {"or": [{"name": {"eq": "x"}}] * 3}}, 7),
        (VARIABLE.format("mines(filter: $f) { totalCount }"), {"f": {"or": {"name": {"eq": "x"}}}}, 3),
        (VARIABLE.format("a: mines(filter: $f) { totalCount } b: mines(filter: $f) { totalCount }"), {"f": {}}, 2),
        ('query ($f: MineFilter = {name: {eq: "x"}}) { mines(filter: $f) { totalCount } }', {}, 2),
        ('query ($f: MineFilter = {name: {eq: "x"}}) { mines(filter: $f) { totalCount } }', {"f": {}}, 1),
        ("query ($n: String) { mines(filter: {name: {eq: $n}}) { totalCount } }", {"n": "x"}, 2),
        (TWICE.format('{documentNumber: {eq: "x"}}', "mines { ...F }", "mines(first: 1) { ...F }"), {}, 4),
        ('{ node(id: "mine_0") { ... on Mine { opinions(filter: {}) { totalCount } } ... on Enterprise { name } } }', {}, 1),
    ],
)
def test_conditions_and_groups_are_counted(document: str, variables: dict[str, Any], count: int) -> None:
    read = DOCUMENTS.read(document, hints=True)
    assert not read.errors, read.errors
    conditions = read.conditions[None]
    conditions.check(variables, count)
    if count:
        with pytest.raises(HubError) as refused:
            conditions.check(variables, count - 1)
        assert (refused.value.code, refused.value.field) == (ErrorCode.INVALID_INPUT, "filter")


def test_what_is_no_filter_is_left_to_what_reads_it() -> None:
    conditions = DOCUMENTS.read(VARIABLE.format("mines(filter: $f) { totalCount }"), hints=True).conditions[None]
    wrong: tuple[Any, ...] = ("x", 7, [[]], {"or": [7, None, "x"], "name": "x", "and": None})
    for one in wrong:
        conditions.check({"f": one}, 1)


def test_each_operation_counts_its_own() -> None:
    read = DOCUMENTS.read("query A { mines(filter: {}) { totalCount } } query B { mines { totalCount } }", hints=True)
    read.conditions["B"].check({}, 0)
    with pytest.raises(HubError):
        read.conditions["A"].check({}, 0)
