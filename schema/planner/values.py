"""Argument values that are known now by shape and again later by value, so that one plan serves many variables."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from graphql import (
    GraphQLInputType,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
)
from graphql.utilities import coerce_input_literal

from hub.domain.words.errors import ErrorCode, HubError
from schema.limits import Limits

Variables = Mapping[str, Any]
_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Value:
    """A value in an operation: a literal, a variable (or a part of one), or an object or list of such values."""

    literal: Any = None
    variable: str | None = None
    path: tuple[str | int, ...] = ()
    members: Mapping[str, Value] | None = None
    elements: tuple[Value, ...] | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same under all variables."""
        parts = [*(self.members or {}).values(), *(self.elements or ())]
        return self.variable is None and all(part.is_fixed for part in parts)

    def now(self, variables: Variables) -> Any:
        """The value under these variables; None where it is absent."""
        if self.variable is not None:
            value = variables.get(self.variable)
            for step in self.path:
                value = value[step] if value is not None else None
            return value
        if self.members is not None:
            return {name: value.now(variables) for name, value in self.members.items()}
        if self.elements is not None:
            return [value.now(variables) for value in self.elements]
        return self.literal

    def given_members(self, variables: Variables) -> dict[str, Value]:
        """The members of an input object that are given, be it as null."""
        if self.members is not None:
            return {name: value for name, value in self.members.items() if value._is_given(variables)}
        return {name: self._part(name) for name in self.now(variables) or {}}

    def _is_given(self, variables: Variables) -> bool:
        return self.variable is None or self.variable in variables

    def each(self, variables: Variables) -> list[Value]:
        """The elements of a list; a single value stands for a list of one."""
        if self.elements is not None:
            return list(self.elements)
        known = self.now(variables)
        if isinstance(known, list):
            return [self._part(index) for index in range(len(known))]
        return [] if known is None else [self]

    def _part(self, step: str | int) -> Value:
        if self.variable is not None:
            return Value(variable=self.variable, path=(*self.path, step))
        return Value(literal=self.literal[step])


def read_value(node: ValueNode, kind: GraphQLInputType) -> Value:
    """The value that a document gives at a place of type `kind`."""
    if isinstance(node, VariableNode):
        return Value(variable=node.name.value)
    nullable = get_nullable_type(kind)
    if isinstance(node, NullValueNode):
        return Value()
    if is_list_type(nullable):
        # A single value stands for a list of one.
        items = node.values if isinstance(node, ListValueNode) else (node,)
        return Value(elements=tuple(read_value(item, nullable.of_type) for item in items))
    named: Any = get_named_type(nullable)
    if is_input_object_type(named) and isinstance(node, ObjectValueNode):
        return Value(members={f.name.value: read_value(f.value, named.fields[f.name.value].type) for f in node.fields})
    return Value(literal=coerce_input_literal(node, named))


def plain(value: Any) -> Any:
    """A coerced value as data: enum members by their word."""
    if isinstance(value, Enum):
        return value.value
    return [plain(item) for item in value] if isinstance(value, list) else value


def shape(value: Any) -> Hashable:
    """What of a value decides the plan: presence, members, and the words and flags; other scalars are bound later."""
    if type(value) is str:
        return "*"
    match value:
        case None | bool():
            return value
        case Enum():
            return str(value.value)
        case dict():
            return tuple([(name, shape(member)) for name, member in sorted(value.items())])
        case list() if value and isinstance(value[0], dict | list):
            return tuple(shape(item) for item in value)
        case _:
            return "*"


class Parameters:
    """The parameters of a plan, each with how to get its value from an operation's variables.

    `fixed` holds those, by number, that are the same under all variables.
    """

    def __init__(self) -> None:
        self.fixed: dict[int, Any] = {}
        #: The keys of the answer under which what is planned now stands.
        self.at: list[str] = []
        self._places: list[tuple[str, ...]] = []
        self._readers: list[Callable[[Variables], Any]] = []
        self._known: dict[Hashable, int] = {}

    def add(self, reader: Callable[[Variables], Any], *, fixed: bool, known_as: Hashable = None) -> int:
        """The number of a parameter; those that are known as the same are one."""
        number = len(self._readers)
        if known_as is not None and (known := self._known.setdefault(known_as, number)) < number:
            return known
        if fixed:
            value = reader({})
            self.fixed[number] = value
            reader = lambda _: value  # noqa: E731
        self._readers.append(reader)
        self._places.append(tuple(self.at))
        return number

    def locate(self, error: HubError) -> None:
        """Let an error say under which keys the parameter stands that it is about."""
        if error.parameter is not None and not error.at:
            error.at = self._places[error.parameter]

    def values(self, variables: Variables) -> list[Any]:
        """The values under these variables; INVALID_INPUT for lists that are too long, each time that they are used."""
        values: list[Any] = []
        length = 0
        try:
            for read in self._readers:
                value = read(variables)
                if isinstance(value, list):
                    length += len(value)
                    if length > _LIMITS.bound_values:
                        refused = HubError(ErrorCode.INVALID_INPUT, f"≤ {_LIMITS.bound_values} values", field="filter")
                        refused.is_of_all = True
                        raise refused
                values.append(value)
        except HubError as error:
            error.parameter = len(values)
            self.locate(error)
            raise
        return values
