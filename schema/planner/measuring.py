"""How large an operation is, and what it may cost, told from its document alone, before validation.

The walk merges fields as execution does, goes through each fragment once for each set of fields it is spread into, and stops at
the first bound that is passed: it takes no longer for documents made to explode.

Cost is the greatest number of fields that the answer can hold: list sizes times nesting.  Added to it is what counts beside the
answer's size: counting or adding rows, posting an item, and reading the schema.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
)

from hub.domain.words.errors import ErrorCode, HubError
from schema.graph import DEFAULT_SIZE, MOST_SIZE
from schema.limits import Limits
from schema.planner.collect import Collector
from schema.planner.values import Variables

_COUNTING = 20
_POSTING = 10
_SCHEMA = 5_000
#: How long a list without pages is taken to be.
_LIST = 10
_LISTS = {"Division": 150, "DepartmentInfo": 20}
#: What belongs to a page is no object of its own.
_OF_PAGES = ("Connection", "Edge", "PageInfo")


@dataclass(frozen=True, slots=True)
class Times:
    """How often something is in the answer: a number times the sizes that variables will give."""

    number: int = 1
    variables: tuple[str, ...] = ()

    def by(self, size: Times) -> Times:
        return Times(self.number * size.number, (*self.variables, *size.variables))


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation may cost, as a function of its variables."""

    terms: tuple[Times, ...]

    def now(self, variables: Variables) -> int:
        total = 0
        for term in self.terms:
            product = term.number
            for name in term.variables:
                product *= _size_now(variables.get(name))
            total += product
        return total


@dataclass(slots=True)
class _Tally:
    """What was met so far below one object: fields, aliases, and the cost by the variables that it depends on."""

    fields: int = 0
    aliases: int = 0
    terms: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def add(self, other: _Tally) -> None:
        self.fields += other.fields
        self.aliases += other.aliases
        self.terms += other.terms

    def widen(self, other: _Tally) -> None:
        """At least as much as the other: an object is of one type only."""
        self.fields = max(self.fields, other.fields)
        self.aliases = max(self.aliases, other.aliases)
        self.terms |= other.terms


def _size_now(value: Any) -> int:
    if value is None:
        return DEFAULT_SIZE
    if isinstance(value, list):
        return len(value)
    return min(max(value, 0), MOST_SIZE) if isinstance(value, int) else 1


class Measure(Collector):
    """Walks the operations of one document; `walk` raises QUERY_TOO_COMPLEX and says which bound was passed."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], limits: Limits) -> None:
        super().__init__(schema, fragments, {})
        self._limits = limits
        self._steps = 0
        self._pairs = 0
        self._met: set[str] = set()

    def walk(self, operation: OperationDefinitionNode) -> Cost:
        """The cost of an operation that is within all bounds."""
        self._tally = _Tally()
        root = self.schema.get_root_type(operation.operation)
        self._object(root, [operation.selection_set], Times(), Times(_LIST), 0)
        return Cost(tuple(Times(number, names) for names, number in self._tally.terms.items()))

    def rest(self) -> None:
        """Walk the fragments that no operation spreads: validation looks at them before it says that they are not used."""
        for name in self._fragments.keys() - self._met:
            self._tally = _Tally()
            kind = self.schema.get_type(self._fragments[name].type_condition.name.value)
            self._object(kind, [self._fragments[name].selection_set], Times(), Times(_LIST), 0)

    def _object(self, kind: Any, sets: list[SelectionSetNode], times: Times, inner: Times, depth: int) -> None:
        """What is asked of an object; lists in it have the size `inner`.  A kind that is not known is None."""
        if depth > self._limits.depth:
            raise _too_much(f"≤ {self._limits.depth} nested objects")
        if not is_abstract_type(kind):
            self._fields_of(kind, sets, times, inner, depth)
            return
        before, most = self._tally, _Tally()
        for one in self.schema.get_possible_types(kind):
            self._tally = _Tally()
            self._fields_of(one, sets, times, inner, depth)
            most.widen(self._tally)
        self._tally = before
        self._tally.add(most)

    def _fields_of(self, kind: Any, sets: list[SelectionSetNode], times: Times, inner: Times, depth: int) -> None:
        for nodes in self.fields(kind, sets).values():
            self._pairs += len(nodes) * (len(nodes) - 1) // 2
            if self._pairs > self._limits.pairs:
                raise _too_much("the same field too often")
            self._field(kind, nodes, times, inner, depth)
            if self._tally.fields > self._limits.fields:
                raise _too_much(f"≤ {self._limits.fields} fields")
            if self._tally.aliases > self._limits.aliases:
                raise _too_much(f"≤ {self._limits.aliases} aliases")

    def _field(self, parent: GraphQLObjectType | None, nodes: list[FieldNode], times: Times, inner: Times, depth: int) -> None:
        node = nodes[0]
        self._tally.fields += 1
        self._tally.aliases += node.alias is not None
        name = node.name.value
        self._add(times, {"totalCount": _COUNTING, "sum": _COUNTING, "__schema": _SCHEMA, "__type": _SCHEMA}.get(name, 1))
        sets = [below.selection_set for below in nodes if below.selection_set]
        if not sets:
            return
        field = getattr(parent, "fields", {}).get(name)
        kind: Any = get_named_type(field.type) if field else None
        if field and is_list_type(get_nullable_type(field.type)):
            times = times.by(inner if parent and not _is_root(self.schema, parent) else Times(_LISTS.get(kind.name, _LIST)))
        arguments = {argument.name.value: argument.value for argument in node.arguments or ()}
        if "items" in arguments:
            inner = _size(arguments["items"])
            self._add(times.by(inner), _POSTING)
        elif kind and kind.name.endswith("Connection"):
            inner = _size(arguments.get("last") or arguments.get("first"))
        else:
            inner = Times(_LIST)
        named = kind.name if kind else ""
        self._object(kind, sets, times, inner, depth + (not named.startswith("__") and not named.endswith(_OF_PAGES)))

    def _add(self, times: Times, number: int) -> None:
        self._tally.terms[times.variables] += times.number * number

    def _applies(self, condition: NamedTypeNode | None, kind: GraphQLObjectType) -> bool:
        return kind is None or super()._applies(condition, kind)

    def _included(self, selection: SelectionNode) -> bool:
        """Conditions are taken to hold: the measure is of the most that may be asked."""
        self._steps += 1
        if self._steps > self._limits.steps:
            raise _too_much("fragments are spread too often")
        if isinstance(selection, FragmentSpreadNode):
            self._met.add(selection.name.value)
        return True


def _is_root(schema: GraphQLSchema, kind: GraphQLObjectType) -> bool:
    return kind is schema.query_type


def _size(given: ValueNode | None) -> Times:
    """How many rows a page holds or how many items are posted, by an argument."""
    match given:
        case IntValueNode():
            return Times(min(max(int(given.value[:9]), 0), MOST_SIZE))
        case VariableNode():
            return Times(1, (given.name.value,))
        case ListValueNode():
            return Times(len(given.values))
        case None:
            return Times(DEFAULT_SIZE)
    return Times()


def count_values(values: Iterable[Any], most: int) -> None:
    """INVALID_INPUT when variables hold more than `most` values in all."""
    waiting = list(values)
    seen = len(waiting)
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            seen += len(value)
            # What is too much already is not looked at further.
            if seen > most:
                break
            waiting.extend(value.values() if isinstance(value, dict) else value)
    if seen > most:
        raise HubError(ErrorCode.INVALID_INPUT, f"≤ {most} values", field="variables")


def _too_much(detail: str) -> HubError:
    return HubError(ErrorCode.QUERY_TOO_COMPLEX, detail, field="query")
