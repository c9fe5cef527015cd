"""What services tell whole: fields of the root that are no rows of a noun, and the parts of them that are asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLObjectType, get_named_type, get_nullable_type, is_leaf_type, is_list_type

from auth.principals import Principal
from hub.domain.words.purposes import Purpose
from hub.services.evidence.asked import Found
from schema.planner.arguments import arguments_of
from schema.planner.collect import Collector
from schema.planner.values import plain


@dataclass(frozen=True, slots=True)
class Teller:
    """How a field of the root is told: the whole value, under the names of its type, and what it was about, for the ledger."""

    tell: Callable[[Mapping[str, Any], Principal, Purpose | None], Awaitable[Any]]
    found: Callable[[Any], tuple[Found, ...]] = lambda _value: ()


#: By the wire names of the fields.
Tellers = Mapping[str, Teller]


def given_to(node: FieldNode, root: GraphQLObjectType, collector: Collector) -> dict[str, Any]:
    """The arguments of a field of the root, by Python name; those that are null are not given."""
    read = arguments_of(node, root.fields[node.name.value])
    values = {name: plain(value.now(collector.variables)) for name, value in read.items()}
    return {name: value for name, value in values.items() if value is not None}


def selected(kind: Any, nodes: list[FieldNode], value: Any, collector: Collector) -> Any:
    """What the nodes ask of a value; a list that is not there is empty."""
    if isinstance(value, list | tuple):
        return [selected(kind, nodes, one, collector) for one in value]
    if value is None or is_leaf_type(kind):
        return value
    found: dict[str, Any] = {}
    for key, below in collector.below(kind, nodes).items():
        name = below[0].name.value
        if name == "__typename":
            found[key] = kind.name
            continue
        of = kind.fields[name].type
        part = value.get(name)
        if part is None and is_list_type(get_nullable_type(of)):
            part = []
        found[key] = selected(get_named_type(of), below, part, collector)
    return found
