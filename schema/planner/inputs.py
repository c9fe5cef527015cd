"""The variables of one operation: how their values are coerced, worked out once for all of its requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInputType,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    get_nullable_type,
    get_variable_values,
    is_leaf_type,
    is_non_null_type,
    type_from_ast,
)
from graphql.utilities import coerce_input_value

from hub.domain.words.errors import ErrorCode, HubError
from schema.planner.measuring import count_values
from schema.planner.values import Variables
from schema.posting import RAW_INPUTS

_MOST_ERRORS = 20
#: Whose values of a Python type are what they are sent as.
_AS_IT_IS: Mapping[Any, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
#: Of more values than these each takes the time of a small read.
_AT_ONCE = 100


class Inputs:
    """Coerces as graphql-core does.  Items to post stay as they were sent: posting validates each by itself, so that one bad
    item does not refuse the batch.

    Plain values that are right, which most are, are coerced one by one; all else is left to graphql-core as a whole, which
    looks at each type anew and finds the words for what is wrong.
    """

    def __init__(self, schema: GraphQLSchema, node: OperationDefinitionNode) -> None:
        self._schema = schema
        definitions = node.variable_definitions or ()
        self._raw = [d.variable.name.value for d in definitions if _named(d.type) in RAW_INPUTS]
        self._others = [d for d in definitions if d.variable.name.value not in self._raw]
        #: Of each its name, its type, whether it may lack, and of which Python type it is right as it is.
        self._plain: list[tuple[str, GraphQLInputType, bool, type | None]] | None = []
        for definition in self._others:
            kind: Any = type_from_ast(schema, definition.type)
            leaf = get_nullable_type(kind)
            if not is_leaf_type(leaf):
                self._plain = None
                break
            may_lack = not is_non_null_type(kind) and definition.default_value is None
            self._plain.append((definition.variable.name.value, kind, may_lack, _AS_IT_IS.get(leaf)))

    def coerced(self, given: Mapping[str, Any], most: int, *, hints: bool) -> Variables | list[GraphQLError]:
        """The variables, or what is wrong with them.  Raises INVALID_INPUT for more than `most` values in all."""
        variables = self._quickly(given)
        if variables is None:
            if self._count(given, most) > most:
                raise HubError(ErrorCode.INVALID_INPUT, f"≤ {most} values", field="variables")
            coerced = get_variable_values(
                self._schema, self._others, dict(given), max_errors=_MOST_ERRORS, hide_suggestions=not hints
            )
            if isinstance(coerced, list):
                return coerced
            variables = coerced.coerced
        for name in self._raw:
            variables[name] = given.get(name)
        return variables

    def is_long(self, given: Mapping[str, Any]) -> bool:
        """Whether coercing takes so long that others should not wait for it."""
        return self._plain is None and self._count(given, _AT_ONCE) > _AT_ONCE

    def _count(self, given: Mapping[str, Any], most: int) -> int:
        return count_values((given.get(d.variable.name.value) for d in self._others), most)

    def _quickly(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        if self._plain is None:
            return None
        variables: dict[str, Any] = {}
        for name, kind, may_lack, as_it_is in self._plain:
            if name not in given:
                if not may_lack:
                    return None
                continue
            value = given[name]
            if type(value) is as_it_is:
                variables[name] = value
                continue
            if isinstance(value, dict | list) or (value := coerce_input_value(value, kind)) is Undefined:
                return None
            variables[name] = value
        return variables


def _named(kind: Any) -> str:
    while hasattr(kind, "type"):
        kind = kind.type
    return str(kind.name.value)
