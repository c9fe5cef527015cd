"""Every field of the schema × every class of callers has its row in the committed matrix, and the hub keeps to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType, is_leaf_type

import hub
from auth.principals import Principal
from auth.rules import CLASSES, visibility_of
from hub.domain.fields import snake
from hub.domain.record_kinds import KINDS
from hub.services.posting import Posting
from hub.storage.database import Database
from hub.storage.nouns import VIEWS
from schema.access import NO, YES, cell, matrix, readable
from schema.root import build_schema
from tests.makers import BANK, CREDIT, ECOLOGY, LOCAL, OPERATOR, Ask
from tests.reference.data import fill

SCHEMA = build_schema()
DOCUMENT = (Path(hub.__file__).parent / "docs" / "access.md").read_text(encoding="utf-8")
CALLERS = (ECOLOGY, LOCAL, BANK, CREDIT, OPERATOR)
LISTS = {kind.value: facts.plural for kind, facts in KINDS.items()}


def rows() -> dict[tuple[str, str], list[str]]:
    """The committed matrix: the cells of every field, by type and name."""
    found: dict[tuple[str, str], list[str]] = {}
    kind = ""
    for line in DOCUMENT.splitlines():
        if line.startswith("### "):
            kind = line.removeprefix("### ")
        elif line.startswith("| `") and kind:
            name, *cells = (part.strip() for part in line.strip("|").split("|"))
            found[kind, name.strip("`")] = cells
        elif line.startswith("## "):
            kind = ""
    return found


def test_the_committed_matrix_is_what_the_rules_say() -> None:
    assert matrix(SCHEMA) == DOCUMENT, "hub access matrix > hub/docs/access.md, and read what has changed"


def test_every_field_of_every_type_that_can_be_read_has_a_row_and_no_row_is_dead() -> None:
    fields = {
        (kind.name, name)
        for kind in SCHEMA._schema.type_map.values()
        if isinstance(kind, GraphQLObjectType) and snake(kind.name) in VIEWS
        for name in kind.fields
    }
    assert set(rows()) == fields
    assert {len(cells) for cells in rows().values()} == {len(CLASSES)}


def test_every_class_of_callers_is_somebody() -> None:
    assert [visibility_of(who).name for who in CALLERS] == [one.name for one in CLASSES]


@pytest.fixture
async def province(database: Database, posting: Posting, ask: Ask) -> Ask:
    await fill(database, posting)
    return ask


async def values(ask: Ask, who: Principal, noun: str, wire: str) -> dict[str, Any] | str:
    """A field of all rows that a caller sees, by id; or the error code."""
    answer = await ask(who, f"{{ {_camel(LISTS[noun])}(first: 500) {{ nodes {{ id {wire} }} }} }}")
    if "errors" in answer:
        return str(answer["errors"][0]["extensions"]["code"])
    (page,) = answer["data"].values()
    return {node["id"]: node[wire] for node in page["nodes"]}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


async def test_the_hub_answers_each_field_as_the_matrix_says(province: Ask) -> None:
    committed = rows()
    walked = 0
    for kind, wire, name, target in readable(SCHEMA):
        noun = snake(kind.name)
        if noun not in LISTS or not is_leaf_type(_named(kind.fields[wire].type)) or target:
            continue
        # Nobody but the credit-disclosure system sees all fields of all rows.
        whole = await values(province, CREDIT, noun, wire)
        assert isinstance(whole, dict)
        for who, said in zip(CALLERS, committed[kind.name, wire], strict=True):
            found = await values(province, who, noun, wire)
            sight = visibility_of(who)
            walked += 1
            assert said == cell(sight, noun, name, target)
            if noun not in sight.nouns:
                assert found == "FORBIDDEN", f"{who.role}: {kind.name}.{wire}"
                continue
            assert isinstance(found, dict), f"{who.role}: {kind.name}.{wire}"
            if said == NO:
                assert set(found.values()) <= {None}, f"{who.role}: {kind.name}.{wire}"
            elif said == YES:
                assert found == whole, f"{who.role}: {kind.name}.{wire}"
            else:
                unmasked = (noun, name) not in sight.fields
                assert all(value == whole[key] or (value is None and not unmasked) for key, value in found.items())
                assert not sight.rows(noun) or len(found) < len(whole), f"{who.role}: {kind.name}.{wire}"
    assert walked > 100


def _named(kind: Any) -> Any:
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    return kind
