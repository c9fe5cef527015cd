"""How many conditions the filters of an operation hold together, told before anything is coerced, let alone planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import OperationDefinitionNode, ValueNode, value_from_ast_untyped

from hub.domain.words.errors import ErrorCode, HubError
from schema.planner.values import Variables

#: A flag of a filter that is no condition.
_FLAG = "withdrawn"
_GROUPS = ("and", "or", "not")


@dataclass(frozen=True, slots=True)
class Conditions:
    """The filters of an operation as its document gives them, each as often as it stands there, and variables' defaults."""

    filters: tuple[ValueNode, ...]
    defaults: Variables

    @classmethod
    def of(cls, operation: OperationDefinitionNode, filters: Iterable[ValueNode]) -> Conditions:
        """Those of an operation in which these filters stand."""
        given = {
            one.variable.name.value: value_from_ast_untyped(one.default_value)
            for one in operation.variable_definitions or ()
            if one.default_value is not None
        }
        return cls(tuple(filters), given)

    def check(self, variables: Mapping[str, Any], most: int) -> None:
        """INVALID_INPUT where they are more than `most`, under variables as they were sent; the rest is not counted."""
        if not self.filters:
            return
        given = {**self.defaults, **variables}
        left = most
        for one in self.filters:
            left = _rest(value_from_ast_untyped(one, given), left)
            if left < 0:
                raise HubError(ErrorCode.INVALID_INPUT, f"≤ {most} conditions", field="filter")


def _rest(group: Any, left: int) -> int:
    """How many are left of so many after a group and all in it; what is no group is not counted, and will be refused."""
    if not isinstance(group, dict):
        return left
    left -= 1
    for name, wanted in group.items():
        if name in _GROUPS:
            for one in wanted if isinstance(wanted, list) else (wanted,):
                left = _rest(one, left)
                if left < 0:
                    return left
        elif name != _FLAG and isinstance(wanted, dict):
            left -= len(wanted)
    return left
