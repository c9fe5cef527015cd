"""Every field of the schema × every class of callers has its row in the committed matrix, and the hub keeps to it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graphql import GraphQLObjectType, is_leaf_type

import hub
from auth.principals import Principal
from auth.rules import CLASSES, visibility_of
from hub.domain.declaring.fields import camel, snake
from hub.domain.record_kinds import KINDS
from hub.storage.views.nouns import VIEWS
from schema.access import NO, YES, matrix, readable
from schema.root import build_schema
from tests.conftest import FILLED
from tests.guards.changes import changes
from tests.makers import AUDITOR, BANK, CREDIT, ECOLOGY, LOCAL, OPERATOR, PUBLIC, Ask

SCHEMA = build_schema()
DOCUMENT = (Path(hub.__file__).parent / "docs" / "access.md").read_text(encoding="utf-8")
CALLERS = (ECOLOGY, LOCAL, BANK, CREDIT, OPERATOR, PUBLIC, AUDITOR)
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
    assert not changes(DOCUMENT, matrix(SCHEMA)), (
        "`hub access matrix > hub/docs/access.md` writes it anew; read what has changed"
    )


def test_every_field_of_every_type_that_can_be_read_has_a_row_and_no_row_is_dead() -> None:
    fields = {
        (kind.name, name)
        for kind in SCHEMA._schema.type_map.values()
        if isinstance(kind, GraphQLObjectType) and snake(kind.name) in VIEWS
        for name in kind.fields
    }
    cure = "`hub access matrix > hub/docs/access.md` writes it anew"
    assert not fields - set(rows()), f"{fields - set(rows())} have no row in hub/docs/access.md: {cure}"
    assert not set(rows()) - fields, f"{set(rows()) - fields} have a row in hub/docs/access.md and are not there: {cure}"
    assert {len(cells) for cells in rows().values()} == {len(CLASSES)}, f"a column for each class of callers: {cure}"


def test_every_class_of_callers_is_somebody() -> None:
    asked, classes = [visibility_of(who).name for who in CALLERS], [one.name for one in CLASSES]
    assert asked == classes, "CALLERS of this file has a caller of each of CLASSES in auth/rules.py, in their order"


async def nodes(ask: Ask, who: Principal, noun: str, fields: Iterable[str]) -> dict[str, dict[str, Any]] | str:
    """All rows of a noun that a caller sees, by id; or the error code."""
    answer = await ask(who, f"{{ {camel(LISTS[noun])}(first: 500) {{ nodes {{ id {' '.join(fields)} }} }} }}")
    if "errors" in answer:
        return str(answer["errors"][0]["extensions"]["code"])
    (page,) = answer["data"].values()
    return {node["id"]: node for node in page["nodes"]}


@FILLED
async def test_the_hub_answers_each_field_as_the_matrix_says(ask: Ask) -> None:
    committed = rows()
    leaves: dict[str, dict[str, tuple[str, str]]] = {noun: {} for noun in LISTS}
    for kind, wire, name, target in readable(SCHEMA):
        if snake(kind.name) in LISTS and not target and is_leaf_type(_named(kind.fields[wire].type)):
            leaves[snake(kind.name)][wire] = (kind.name, name)
    for noun, fields in leaves.items():
        seen = [await nodes(ask, who, noun, fields) for who in CALLERS]
        for wire, (kind_name, name) in fields.items():
            # What some class sees of every row, or else all that the classes see together.
            cells = committed[kind_name, wire]
            visible = [found for found in seen if isinstance(found, dict)]
            whole = next(
                (found for found, said in zip(seen, cells, strict=True) if said == YES and isinstance(found, dict)), None
            ) or {key: node for found in visible for key, node in found.items() if node[wire] is not None}
            for who, found, said in zip(CALLERS, seen, cells, strict=True):
                told = f"{who.role} {who.division_code}: {kind_name}.{wire}: {said}"
                sight = visibility_of(who)
                if noun not in sight.nouns:
                    assert (found, said) == ("FORBIDDEN", NO), told
                    continue
                assert isinstance(found, dict), told
                if said == NO:
                    assert {node[wire] for node in found.values()} <= {None}, told
                    continue
                masked = (noun, name) in sight.fields
                same = [key in whole and node[wire] == whole[key][wire] for key, node in found.items()]
                empty = [node[wire] is None and (masked or said != YES) for node in found.values()]
                assert all(a or b for a, b in zip(same, empty, strict=True)), told
                if said == YES:
                    assert len(found) == len(whole), told


@FILLED
async def test_every_class_sees_only_a_part_of_what_it_sees_under_a_condition(ask: Ask) -> None:
    for noun in ("mine", "opinion", "penalty", "directory_entry"):
        seen = {who.client_id: await nodes(ask, who, noun, ()) for who in CALLERS}
        whole = seen[OPERATOR.client_id]
        for who in CALLERS:
            found = seen[who.client_id]
            if visibility_of(who).nouns.get(noun) is not None and visibility_of(who).rows(noun):
                assert 0 < len(found) < len(whole), f"{who.client_id}: {noun}"


def _named(kind: Any) -> Any:
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    return kind
