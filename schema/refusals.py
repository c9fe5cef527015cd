"""What is refused of an operation as GraphQL tells it: where it would stand in the answer, and where in the document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    GraphQLObjectType,
    SelectionSetNode,
    get_location,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
)

from hub.domain.words.errors import ErrorCode, HubError
from schema.planner.collect import Collector

#: What is refused of the operation as a whole, wherever it is noticed.
_OF_ALL = frozenset(
    {
        ErrorCode.QUERY_TOO_COMPLEX,
        ErrorCode.RATE_LIMITED,
        ErrorCode.DEADLINE_EXCEEDED,
        ErrorCode.UNAVAILABLE,
        ErrorCode.INTERNAL,
    }
)


def is_of_field(error: HubError) -> bool:
    """Whether one field is refused, and not the operation."""
    return bool(error.at) and not error.is_of_all and error.code not in _OF_ALL


def may_lack(kind: GraphQLObjectType, node: FieldNode) -> bool:
    """Whether a field may be null, so that what is refused of it leaves the others as they are."""
    field = kind.fields.get(node.name.value)
    return field is not None and not is_non_null_type(field.type)


def refusal_of(error: HubError, collector: Collector, root: GraphQLObjectType, selected: SelectionSetNode) -> dict[str, Any]:
    """An error of one field: its path down to the first list, which has no place yet, and its places in the document."""
    path: list[str] = []
    nodes: list[FieldNode] = []
    kinds: list[GraphQLObjectType] = [root]
    fields = {key: (root, found) for key, found in collector.fields(root, [selected]).items()}
    is_in_list = False
    for key in error.at:
        if key not in fields:
            break
        kind, nodes = fields[key]
        if not is_in_list:
            path.append(key)
        field = kind.fields.get(nodes[0].name.value)
        if field is None:
            break
        is_in_list = is_in_list or is_list_type(get_nullable_type(field.type))
        kinds = list(_objects(collector, get_named_type(field.type)))
        fields = {key: (one, found) for one in kinds for key, found in collector.below(one, nodes).items()}
    places = [get_location(node.loc.source, node.loc.start) for node in nodes if node.loc]
    told = error.payload
    return {
        "message": told["message"],
        "locations": [{"line": place.line, "column": place.column} for place in places],
        "path": path,
        "extensions": told["extensions"],
    }


def _objects(collector: Collector, kind: Any) -> Iterator[GraphQLObjectType]:
    if isinstance(kind, GraphQLObjectType):
        yield kind
    elif is_abstract_type(kind):
        yield from collector.schema.get_possible_types(kind)
