"""How far an operation leads: to records of mines and enterprises, or no further than what nobody need give a reason for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    get_named_type,
    is_leaf_type,
)

from auth.rules import WITHOUT_PURPOSE
from hub.domain.declaring.fields import snake


def tells_of_records(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> bool:
    """Whether a valid operation asks for anything but the schema and what is open, under whatever variables."""
    root: Any = schema.get_root_type(operation.operation)
    waiting: list[tuple[Any, Any]] = [(root, operation.selection_set)]
    spread: set[str] = set()
    while waiting:
        kind, selected = waiting.pop()
        for one in selected.selections:
            if isinstance(one, FieldNode):
                # What is asked of the schema is no field of the type at all.
                field = kind.fields.get(one.name.value)
                of: Any = get_named_type(field.type) if field else None
                if one.name.value == "_service" or of is None or (is_leaf_type(of) and kind is not root):
                    continue
                if snake(of.name) not in WITHOUT_PURPOSE:
                    return True
                waiting.append((of, one.selection_set))
            elif isinstance(one, InlineFragmentNode):
                waiting.append((kind, one.selection_set))
            elif isinstance(one, FragmentSpreadNode) and one.name.value not in spread:
                spread.add(one.name.value)
                waiting.append((kind, fragments[one.name.value].selection_set))
    return False
