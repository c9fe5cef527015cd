"""How large an operation is, and what it may cost, told from its document alone, before validation.

The walk merges fields as execution does, goes through each fragment once for each set of fields it is spread into, and stops at
the first bound that is passed: it takes no longer for documents made to explode.

Cost is the greatest number of fields that the answer can hold, list sizes times nesting; what is long or worked out counts as
several.  Added to it is what counts beside the answer's size: counting or adding rows, posting an item, and reading the schema.
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
    GraphQLInt,
    GraphQLObjectType,
    GraphQLSchema,
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
from schema.limits import MOST_HITS, Limits
from schema.log import RecordEventConnection
from schema.planner.collect import Collector
from schema.planner.conditions import Conditions
from schema.planner.sizes import EVENTS, ROWS, BatchSize, Size
from schema.planner.values import Variables, read_value
from schema.planner.weights import weight

_COUNTING = 20
_POSTING = 10
_SEARCHING = 500
INTROSPECTION = 5_000
_BESIDE = {
    "totalCount": _COUNTING,
    "sum": _COUNTING,
    "search": _SEARCHING,
    "__schema": INTROSPECTION,
    "__type": INTROSPECTION,
    "_service": INTROSPECTION,
}
#: How long a list without pages is taken to be.
_LIST = 10
_LISTS = {"Division": 150, "DepartmentInfo": 20, "SearchHit": MOST_HITS}
#: … and one in a loan check: of each mine that is named there is one result, with some findings, and of a thousand all may be
#: asked at once.
_OF_EACH_MINE = {"MineCheck": 1, "Finding": 8, "FindingEvidence": 2, "LoanVerdict": 3, "LoanPenaltyClass": 4}
#: How many versions a record is taken to have.
_VERSIONS = 50
_OF_ALL_TIMES = "versions"
#: Lists of numbers by which a field is asked to tell of so many things.
_NAMED = ("licenceNos", "usccs")
#: The argument of a list that is told by keys.
_BY_KEYS = "representations"
_FILTER = "filter"
#: What belongs to a page is no object of its own.
_OF_PAGES = ("Connection", "Edge", "PageInfo")


@dataclass(frozen=True, slots=True)
class Times:
    """How often something is in the answer: a number times the sizes that variables will give."""

    number: int = 1
    sizes: tuple[Size, ...] = ()

    def by(self, size: Times) -> Times:
        return Times(self.number * size.number, (*self.sizes, *size.sizes))


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation may cost, as a function of its variables."""

    terms: tuple[Times, ...]

    def now(self, variables: Variables) -> int:
        total = 0
        for term in self.terms:
            product = term.number
            for size in term.sizes:
                product *= size.priced(variables)
            total += product
        return total


@dataclass(slots=True)
class _Tally:
    """What was met so far below one object: fields, aliases, filters, and the cost by the sizes that it depends on."""

    fields: int = 0
    aliases: int = 0
    terms: Counter[tuple[Size, ...]] = field(default_factory=Counter)
    filters: list[ValueNode] = field(default_factory=list)

    def add(self, other: _Tally) -> None:
        self.fields += other.fields
        self.aliases += other.aliases
        self.terms += other.terms
        self.filters += other.filters

    def widen(self, other: _Tally) -> None:
        """At least as much as the other: an object is of one type only."""
        self.fields = max(self.fields, other.fields)
        self.aliases = max(self.aliases, other.aliases)
        self.terms |= other.terms
        self.filters = max(self.filters, other.filters, key=len)


class Measure(Collector):
    """Walks the operations of one document; `walk` raises QUERY_TOO_COMPLEX and says which bound was passed."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], limits: Limits) -> None:
        super().__init__(schema, fragments, {})
        self._limits = limits
        self._steps = 0
        self._pairs = 0
        self._met: set[str] = set()
        self._within_versions = False

    def walk(self, operation: OperationDefinitionNode) -> tuple[Cost, Conditions]:
        """The cost of an operation that is within all bounds, and the conditions in its filters."""
        self._tally = _Tally()
        root = self.schema.get_root_type(operation.operation)
        self._object(root, [operation.selection_set], Times(), Times(_LIST), 0)
        cost = Cost(tuple(Times(number, sizes) for sizes, number in self._tally.terms.items()))
        return cost, Conditions.of(operation, self._tally.filters)

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
        field = getattr(parent, "fields", {}).get(name)
        sets = [below.selection_set for below in nodes if below.selection_set]
        self._add(times, _BESIDE.get(name) or (1 if sets or not field or not parent else weight(parent.name, name, field)))
        if not sets:
            return
        kind: Any = get_named_type(field.type) if field else None
        before = times
        if field and is_list_type(get_nullable_type(field.type)):
            times = times.by(self._long(parent, name, kind, inner))
        arguments = {argument.name.value: argument.value for argument in node.arguments or ()}
        if _FILTER in arguments:
            self._tally.filters.append(arguments[_FILTER])
        if _BY_KEYS in arguments:
            # As many as there are keys, and each is looked up.
            times = before.by(_batch(arguments[_BY_KEYS]))
        if "items" in arguments:
            inner = _batch(arguments["items"])
            self._add(times.by(inner), _POSTING)
        elif kind and kind.name.endswith("Connection"):
            inner = _page(arguments, kind.name)
        else:
            inner = Times(_LIST)
        if batches := [arguments[one] for one in _NAMED if one in arguments]:
            # So many objects are told of, each with what is in it.
            for batch in batches:
                times = times.by(_batch(batch))
        named = kind.name if kind else ""
        within = self._within_versions
        if name == _OF_ALL_TIMES and within:
            raise _too_much("versions within versions")
        self._within_versions = within or name == _OF_ALL_TIMES
        self._object(kind, sets, times, inner, depth + (not named.startswith("__") and not named.endswith(_OF_PAGES)))
        self._within_versions = within

    def _long(self, parent: GraphQLObjectType | None, name: str, kind: Any, inner: Times) -> Times:
        """How long a list is: as its page or batch says, or as such lists are taken to be."""
        if name == _OF_ALL_TIMES:
            return Times(_VERSIONS)
        if kind and kind.name in _OF_EACH_MINE:
            return Times(_OF_EACH_MINE[kind.name])
        return inner if parent and not _is_root(self.schema, parent) else Times(_LISTS.get(kind.name, _LIST))

    def _add(self, times: Times, number: int) -> None:
        self._tally.terms[times.sizes] += times.number * number

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


def _page(arguments: Mapping[str, ValueNode], connection: str) -> Times:
    """How many rows a page holds, by its arguments."""
    sort = EVENTS if connection == RecordEventConnection.__name__ else ROWS
    size = sort.of({name: read_value(arguments[name], GraphQLInt) for name in ("first", "last") if name in arguments})
    return Times(size.priced({})) if size.is_fixed else Times(1, (size,))


def _batch(items: ValueNode) -> Times:
    """How many items are posted."""
    match items:
        case VariableNode():
            return Times(1, (BatchSize(read_value(items, GraphQLInt)),))
        case ListValueNode():
            return Times(len(items.values))
    return Times()


def count_values(values: Iterable[Any], most: int) -> int:
    """How many values variables hold in all, with all that is in them; what is more than `most` is not looked at further."""
    waiting = list(values)
    seen = len(waiting)
    while waiting and seen <= most:
        value = waiting.pop()
        if isinstance(value, dict | list):
            seen += len(value)
            waiting.extend(value.values() if isinstance(value, dict) else value)
    return seen


def _too_much(detail: str) -> HubError:
    return HubError(ErrorCode.QUERY_TOO_COMPLEX, detail, field="query")
