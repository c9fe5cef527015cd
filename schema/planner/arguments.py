"""Arguments of connections: filter, order, page size and cursors, as parts of a read plan."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import partial
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLInputObjectType, get_named_type

from hub.domain.look_ups import sought
from hub.domain.read_plan import AllOf, AnyOf, Compare, Filter, IsNull, Negated, Operator, Order, Param, list_signature
from hub.domain.words.canonical import is_storable, storable
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.cursors import Cursors
from schema.limits import Limits
from schema.planner.sizes import ROWS
from schema.planner.values import Parameters, Value, Variables, plain, read_value

#: Under which the moment that is asked about stands among an operation's variables: no variable is written so.
MOMENT = ".moment"
_LIMITS = Limits()
_IN_PART = (Operator.CONTAINS, Operator.STARTS_WITH)


def python_name(definition: Any) -> str:
    """The Python name of a schema field or argument, which is its name in the noun's view."""
    return str(definition.extensions["strawberry-definition"].python_name)


def arguments_of(node: FieldNode, field: GraphQLField) -> dict[str, Value]:
    """The values that a document gives to a field's arguments, by Python name."""
    return {
        python_name(field.args[argument.name.value]): read_value(argument.value, field.args[argument.name.value].type)
        for argument in node.arguments or ()
    }


def data_of(node: FieldNode, field: GraphQLField, variables: Variables) -> dict[str, Any]:
    """The arguments of a field that no plan reads, as plain data by Python name.

    Raises INVALID_INPUT naming the argument that holds text which no database takes; of many things in a list it is refused as
    the one that it is of, and costs no other.
    """
    given = {}
    for argument in node.arguments or ():
        wire = argument.name.value
        value = plain(read_value(argument.value, field.args[wire].type).now(variables))
        if not all(map(is_storable, _texts_in(value))):
            if not isinstance(value, list):
                raise HubError(ErrorCode.INVALID_INPUT, "NUL, surrogate", field=wire)
            value = _stored(value)
        given[python_name(field.args[wire])] = value
    return given


def _stored(value: Any) -> Any:
    match value:
        case str() as text:
            return storable(text)
        case dict() as members:
            return {name: _stored(one) for name, one in members.items()}
        case list() as items:
            return [_stored(one) for one in items]
    return value


def _texts_in(value: Any) -> Iterator[str]:
    """Every text in data, however deep."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case dict() as members:
                waiting += [*members, *members.values()]
            case list() as items:
                waiting += items


def _known_as(source: Value, *how: Hashable) -> Hashable:
    """What tells a value worked out in a certain way from all others; None of lists and objects, which are each their own."""
    if source.members is not None or source.elements is not None or isinstance(source.literal, list | dict):
        return None
    return (source.variable, source.path, type(source.literal), source.literal, *how)


class PageArguments:
    """Reads the arguments of connections of one operation into parameters of its plan."""

    def __init__(self, parameters: Parameters, variables: Variables, cursors: Cursors) -> None:
        self._parameters = parameters
        self._cursors = cursors
        self._variables = variables

    def param(self, value: Value) -> Param:
        """A parameter that is this value."""
        return self.computed(lambda variables: plain(value.now(variables)), value, "plain")

    def computed(self, reader: Callable[[Variables], Any], source: Value, *how: Hashable) -> Param:
        """A parameter that is worked out from a value; `how` names the way, which is the same wherever it is."""
        return Param(self._parameters.add(reader, fixed=source.is_fixed, known_as=_known_as(source, *how)))

    def sought(self, noun: str, field: str, value: Value, *, part: bool = False) -> Param:
        """A parameter by which a noun's field is looked up."""
        return self.computed(lambda v: sought(noun, field, plain(value.now(v)), part=part), value, noun, field, part)

    def size(self, arguments: Mapping[str, Value]) -> tuple[Param, bool]:
        """How many rows, and whether they are counted from the end."""
        size = ROWS.of(arguments)
        known_as = (_known_as(size.first, "first"), _known_as(size.last, "last"))
        param = Param(self._parameters.add(size.rows, fixed=size.is_fixed, known_as=known_as))
        return param, size.is_backward(self._variables)

    def order(self, arguments: Mapping[str, Value], default: tuple[Order, ...]) -> tuple[Order, ...]:
        """The order asked for, or the noun's own."""
        orders = arguments.get("order_by")
        keys: list[Order] = []
        for one in orders.each(self._variables) if orders else []:
            if len(keys) == _LIMITS.order_keys:
                raise HubError(ErrorCode.INVALID_INPUT, f"≤ {_LIMITS.order_keys}", field="orderBy")
            key = one.now(self._variables)
            keys.append(Order(str(plain(key["field"])).lower(), plain(key.get("direction")) == "DESC"))
        if len({key.field for key in keys}) < len(keys):
            raise HubError(ErrorCode.INVALID_INPUT, field="orderBy")
        return tuple(keys) or default

    def cursor(self, name: str, arguments: Mapping[str, Value], noun: str, order: tuple[Order, ...]) -> tuple[Param, ...]:
        """One parameter for each part of a cursor: the order's keys and the id."""
        value = self._given(arguments, name)
        if value is None:
            return ()
        signature = list_signature(noun, order)

        def part(index: int) -> Param:
            # Not even a literal is the same at all times: it is good for one moment alone.
            read = partial(self._cursor_part, name, value, signature, index)
            return Param(self._parameters.add(read, fixed=False, known_as=_known_as(value, name, signature, index)))

        return tuple(map(part, range(len(order) + 1)))

    def _cursor_part(self, name: str, cursor: Value, signature: str, index: int, variables: Variables) -> Any:
        of, *parts = self._cursors.open(cursor.now(variables), name, variables.get(MOMENT, ""))
        if of != signature:
            raise HubError(ErrorCode.INVALID_INPUT, f"{name}: a cursor of another list or order", field=name)
        return parts[index]

    def filter(self, arguments: Mapping[str, Value], field: GraphQLField, noun: str) -> tuple[Filter | None, bool]:
        """The filter asked for, and whether withdrawn records are."""
        value = self._given(arguments, "filter")
        if value is None:
            return None, False
        kind = get_named_type(field.args["filter"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        withdrawn = value.given_members(self._variables).get("withdrawn")
        return self._all(value, kind, noun), bool(withdrawn and withdrawn.now(self._variables))

    def _given(self, arguments: Mapping[str, Value], name: str) -> Value | None:
        value = arguments.get(name)
        return value if value is not None and value.now(self._variables) is not None else None

    def _all(self, conditions: Value, kind: GraphQLInputObjectType, noun: str, depth: int = 0) -> Filter:
        if depth > _LIMITS.filter_depth:
            raise HubError(ErrorCode.INVALID_INPUT, f"≤ {_LIMITS.filter_depth} nested", field="filter")
        filters: list[Filter] = []
        for name, value in self._members(conditions, "filter"):
            match name:
                case "withdrawn":
                    continue
                case "and":
                    filters.append(AllOf(tuple(self._all(one, kind, noun, depth + 1) for one in value.each(self._variables))))
                case "or":
                    filters.append(AnyOf(tuple(self._all(one, kind, noun, depth + 1) for one in value.each(self._variables))))
                case "not":
                    filters.append(Negated(self._all(value, kind, noun, depth + 1)))
                case _:
                    field = python_name(kind.fields[name])
                    filters += [
                        self._compare(noun, field, operator, wanted)
                        for operator, wanted in self._members(value, f"filter.{name}")
                    ]
        return AllOf(tuple(filters))

    def _members(self, conditions: Value, field: str) -> Iterator[tuple[str, Value]]:
        """What is given in a filter, one by one; INVALID_INPUT for null, which is no condition and must not pass for none."""
        for name, value in conditions.given_members(self._variables).items():
            if value.now(self._variables) is None:
                raise HubError(ErrorCode.INVALID_INPUT, "null; isNull", field=f"{field}.{name}")
            yield name, value

    def _compare(self, noun: str, field: str, operator: str, wanted: Value) -> Compare | IsNull:
        if operator == "isNull":
            return IsNull(field, bool(wanted.now(self._variables)))
        compared = Operator(operator)
        return Compare(field, compared, self.sought(noun, field, wanted, part=compared in _IN_PART))
