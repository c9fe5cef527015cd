"""Every sentence of the plan is traced, and whatever the trace names is there."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLEnumType

import hub
from hub.domain.rules.rule_set import RULES
from schema.root import build_schema
from tests.near import PACKAGES, ROOT, modules

PAGE = "hub/docs/plan.md"
SCHEMA = build_schema()._schema
#: How many sentences each part of the plan has, headings left out; 5.7 closes the text, A is the annex.
SENTENCES = {
    **{"2.1": 3, "2.2": 4, "2.3.1": 5, "2.3.2": 3, "2.3.3": 3, "2.3.4": 2, "2.3.5": 2},
    **{"3.1": 2, "3.2": 1, "3.3": 2, "3.4": 4},
    **{"5.1": 5, "5.2": 1, "5.3": 2, "5.4": 3, "5.5": 2, "5.6": 3, "5.7": 1},
    **{"A.0": 3, "A.1": 2, "A.2": 1, "A.3": 1, "A.4": 1, "A.5": 1, "A.6": 1, "A.7": 2, "A.8": 1},
}


def rows() -> list[tuple[str, str, str]]:
    """Sentence, gist, and what carries it."""
    text = (Path(hub.__file__).parent / "docs" / "plan.md").read_text(encoding="utf-8")
    cells = ([part.strip() for part in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| "))
    return [(number, gist, carried) for number, gist, carried in cells if "/" in number]


def names(carried: str) -> list[str]:
    return re.findall(r"`([^`]+)`", carried)


ROWS = rows()
NAMED = sorted({name for _, _, carried in ROWS for name in names(carried)})


def test_every_sentence_has_its_row_in_the_plans_order() -> None:
    wanted = [f"{part}/{place}" for part, count in SENTENCES.items() for place in range(1, count + 1)]
    found = [number for number, _, _ in ROWS]
    assert not set(wanted) - set(found), f"{set(wanted) - set(found)} have no row in {PAGE}"
    assert found == wanted, f"the rows of {PAGE} follow the plan, each sentence once; see SENTENCES of this guard"


def test_every_row_says_what_it_is_about_in_the_plans_own_words_and_what_carries_it() -> None:
    for number, gist, carried in ROWS:
        assert re.search("[\u4e00-\u9fff]", gist), f"{number} in {PAGE} says nothing in the plan's own words"
        assert names(carried), f"{number} in {PAGE} names nothing that carries it, in backticks"
        twice = [one for one, same in groupby(sorted(names(carried))) if len(list(same)) > 1]
        assert not twice, f"{number} in {PAGE} names {twice} twice"


@pytest.mark.parametrize("name", [name for name in NAMED if not name.startswith("hub.")])
def test_what_the_graph_is_said_to_tell_is_in_the_schema(name: str) -> None:
    kind, _, member = name.partition(".")
    found = SCHEMA.get_type(kind)
    assert found is not None, f"{PAGE} names {name}, and there is no type {kind} in schema/schema.graphql"
    members: dict[str, Any] = found.values if isinstance(found, GraphQLEnumType) else getattr(found, "fields", {})
    assert member in members, f"{PAGE} names {name}, and {kind} has no {member} in schema/schema.graphql"


@pytest.mark.parametrize("name", [name for name in NAMED if name.startswith("hub.")])
def test_every_rule_can_be_imported_and_called(name: str) -> None:
    module, _, rule = name.rpartition(".")
    try:
        holder: Any = import_module(module)
    except ModuleNotFoundError:
        outer, _, kind = module.rpartition(".")
        holder = getattr(import_module(outer), kind)
        # What a kind does not say itself it has from `Payload`, which says nothing.
        assert rule in vars(holder), f"{PAGE} names {name}, and {kind} says no {rule} itself"
    found = getattr(holder, rule, None)
    assert callable(found) or found in RULES, f"{PAGE} names {name}, which is nothing that can be called"


@pytest.mark.parametrize("name", [name for name in NAMED if name.startswith("hub.")])
def test_every_rule_is_called_by_what_serves_and_not_by_tests_alone(name: str) -> None:
    module, _, rule = name.rpartition(".")
    of_a_kind = module.rpartition(".")[2][0].isupper()
    users = [file for file, used in _uses().items() if rule in used.names and (of_a_kind or module in used.modules)]
    assert users, (
        f"{PAGE} names {name}, which no module of {', '.join(PACKAGES)} calls: "
        "call it, or strike it and name in the page what carries the sentence"
    )


@dataclass(frozen=True)
class Used:
    """The names that a module reads, and the modules that it has them of: itself and those that it imports from."""

    names: set[str]
    modules: set[str]


@cache
def _uses() -> dict[str, Used]:
    found = {}
    for file in modules():
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        read |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)}
        of = {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        found[file] = Used(read, of | {file.removesuffix(".py").replace("/", ".")})
    return found
