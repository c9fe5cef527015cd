"""Operation → read plan: what each selected field is follows from its type and its Python name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from hub.domain.declaring.fields import snake
from hub.domain.read_plan import (
    Child,
    Constant,
    Cursor,
    EdgeNode,
    Edges,
    Items,
    Leaf,
    Listing,
    Lookup,
    NodeLookup,
    Nodes,
    Object,
    Order,
    Page,
    PageFact,
    PageInfo,
    Param,
    Piece,
    ReadPlan,
    Root,
    Selected,
    Sum,
    TotalCount,
    Which,
    Whole,
)
from hub.domain.words.errors import HubError
from hub.domain.words.identifiers import read_version_id
from hub.services.cursors import Cursors
from schema.planner.arguments import PageArguments, arguments_of, python_name
from schema.planner.collect import Collector
from schema.planner.searching import SEARCH, search
from schema.planner.values import Parameters, Value, Variables, plain

_CONNECTION = "Connection"
T = TypeVar("T")


class Planner:
    """Plans one operation under the shape of its variables; `parameters` says how to bind their values."""

    def __init__(self, collector: Collector, orders: Mapping[str, tuple[Order, ...]], cursors: Cursors) -> None:
        self.parameters = Parameters()
        self._collector = collector
        self._orders = orders
        self._pages = PageArguments(self.parameters, collector.variables, cursors)

    def query(self, fields: dict[str, list[FieldNode]], known: dict[str, str]) -> ReadPlan:
        """The plan of a query's root fields; `known` gives the JSON text of those that are answered already."""
        root = self._collector.schema.query_type
        assert root is not None
        return ReadPlan(
            tuple(
                Constant(key, known[key]) if key in known else self._within(key, partial(self._root, key, nodes, root))
                for key, nodes in fields.items()
            )
        )

    def chosen(self, kind: GraphQLObjectType, nodes: Iterable[FieldNode]) -> Object:
        """The plan of what is asked of an object that a mutation or an event names."""
        return Object(snake(kind.name), self._fields(kind, nodes))

    def _within(self, key: str, make: Callable[[], T]) -> T:
        """What is made of a field under a key, which is named by what is refused within."""
        at = self.parameters.at
        at.append(key)
        try:
            return make()
        except HubError as error:
            error.at = error.at or tuple(at)
            raise
        finally:
            at.pop()

    def _root(self, key: str, nodes: list[FieldNode], root: GraphQLObjectType) -> Root:
        name = nodes[0].name.value
        if name == "__typename":
            return Constant(key, json.dumps(root.name))
        field = root.fields[name]
        kind: Any = get_named_type(field.type)
        if name == SEARCH:
            return search(key, arguments_of(nodes[0], field), self._fields(kind, nodes), self._pages, self._collector.variables)
        if kind.name.endswith(_CONNECTION):
            return Listing(key, self._page(kind, nodes, field))
        if is_list_type(get_nullable_type(field.type)) or is_list_type(getattr(field.type, "of_type", None)):
            return Whole(key, Items(snake(kind.name), self._fields(kind, nodes)))
        arguments = arguments_of(nodes[0], field)
        if not isinstance(kind, GraphQLObjectType):
            variants = tuple(self.chosen(one, nodes) for one in self._collector.schema.get_possible_types(kind))
            return NodeLookup(key, *self._node_id(arguments["id"]), variants)
        noun = snake(kind.name)
        where = tuple((name, self._pages.sought(noun, name, value)) for name, value in arguments.items())
        return Lookup(key, Object(noun, self._fields(kind, nodes)), where)

    def _node_id(self, value: Value) -> tuple[Param, Param]:
        """The record's id and the version that a global id names; None is the version that stands."""

        def named(variables: Variables) -> tuple[str, int | None]:
            return read_version_id(str(value.now(variables)))

        return (
            self._pages.computed(lambda v: named(v)[0], value, "record"),
            self._pages.computed(lambda v: named(v)[1], value, "version"),
        )

    def _fields(self, kind: GraphQLObjectType, nodes: Iterable[FieldNode]) -> tuple[Selected, ...]:
        return tuple(
            self._within(key, partial(self._selected, key, below, kind))
            for key, below in self._collector.below(kind, nodes).items()
        )

    def _selected(self, key: str, nodes: list[FieldNode], parent: GraphQLObjectType) -> Selected:
        name = nodes[0].name.value
        if name == "__typename":
            return Constant(key, json.dumps(parent.name))
        field = parent.fields[name]
        attribute = python_name(field)
        kind: Any = get_named_type(field.type)
        on = self._day(nodes[0], field) if "on" in field.args else None
        if is_leaf_type(kind):
            return Leaf(key, attribute, on)
        if kind.name.endswith(_CONNECTION):
            return Child(key, attribute, self._page(kind, nodes, field))
        target = Object(snake(kind.name), self._fields(kind, nodes))
        if is_list_type(get_nullable_type(field.type)):
            return Child(key, attribute, Items(target.noun, target.fields), on)
        return Child(key, attribute, target, on)

    def _day(self, node: FieldNode, field: GraphQLField) -> Param | None:
        value = arguments_of(node, field).get("on")
        return self._pages.param(value) if value is not None else None

    def _page(self, connection: GraphQLObjectType, nodes: list[FieldNode], field: GraphQLField) -> Page:
        noun = snake(connection.name.removesuffix(_CONNECTION))
        arguments = arguments_of(nodes[0], field)
        order = self._pages.order(arguments, self._orders[noun])
        size, backward = self._pages.size(arguments)
        wanted, withdrawn = self._pages.filter(arguments, field, noun)
        return Page(
            noun=noun,
            pieces=tuple(
                self._within(key, partial(self._piece, key, below, connection))
                for key, below in self._collector.below(connection, nodes).items()
            ),
            filter=wanted,
            order=order,
            size=size,
            backward=backward,
            after=self._pages.cursor("after", arguments, noun, order),
            before=self._pages.cursor("before", arguments, noun, order),
            withdrawn=withdrawn,
        )

    def _piece(self, key: str, nodes: list[FieldNode], connection: GraphQLObjectType) -> Piece:
        name = nodes[0].name.value
        if name == "__typename":
            return Constant(key, json.dumps(connection.name))
        if name == "totalCount":
            return TotalCount(key)
        if name == "sum":
            given = arguments_of(nodes[0], connection.fields[name]).get("of")
            choice = given.now(self._collector.variables) if given is not None else None
            return Constant(key, "null") if choice is None else Sum(key, str(plain(choice)).lower())
        kind: Any = get_named_type(connection.fields[name].type)
        if name == "nodes":
            return Nodes(key, self._fields(kind, nodes))
        below = self._collector.below(kind, nodes)
        if name == "edges":
            return Edges(
                key,
                tuple(self._within(part, partial(self._edge_part, part, inner, kind)) for part, inner in below.items()),
            )
        return PageInfo(
            key,
            tuple(
                Constant(fact, json.dumps(kind.name))
                if inner[0].name.value == "__typename"
                else PageFact(fact, Which(python_name(kind.fields[inner[0].name.value])))
                for fact, inner in below.items()
            ),
        )

    def _edge_part(self, key: str, nodes: list[FieldNode], edge: GraphQLObjectType) -> Cursor | EdgeNode | Constant:
        match nodes[0].name.value:
            case "cursor":
                return Cursor(key)
            case "__typename":
                return Constant(key, json.dumps(edge.name))
        kind: Any = get_named_type(edge.fields["node"].type)
        return EdgeNode(key, self._fields(kind, nodes))
