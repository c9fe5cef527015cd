"""Collecting fields as the GraphQL specification says (CollectFields): fragments, conditions, and merging by response key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLBoolean,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)

from schema.planner.values import Variables, read_value

Fields: TypeAlias = dict[str, list[FieldNode]]


class Collector:
    """Collects the fields of one operation under its variables."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Variables) -> None:
        self.schema = schema
        self.variables = variables
        self._fragments = fragments

    def fields(self, kind: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> Fields:
        """The fields asked for of an object of type `kind`, in order, by response key."""
        fields: Fields = {}
        spread: set[str] = set()
        for one in sets:
            self._collect(kind, one, fields, spread)
        return fields

    def below(self, kind: GraphQLObjectType, nodes: Iterable[FieldNode]) -> Fields:
        """The fields asked for below fields that share a response key."""
        return self.fields(kind, (node.selection_set for node in nodes if node.selection_set))

    def variables_below(self, nodes: Iterable[FieldNode]) -> dict[str, Any]:
        """The variables on which it depends what is asked for below fields, with what they are."""
        names: set[str] = set()
        spread: set[str] = set()
        waiting: list[Node] = [node.selection_set for node in nodes if node.selection_set]
        while waiting:
            node = waiting.pop()
            if isinstance(node, VariableNode):
                names.add(node.name.value)
            elif isinstance(node, FragmentSpreadNode) and (name := node.name.value) not in spread and name in self._fragments:
                spread.add(name)
                waiting.append(self._fragments[name])
            for key in node.keys:
                value = getattr(node, key)
                waiting += [one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Node)]
        return {name: self.variables[name] for name in names if name in self.variables}

    def _collect(self, kind: GraphQLObjectType, one: SelectionSetNode, fields: Fields, spread: set[str]) -> None:
        for selection in one.selections:
            if not self._included(selection):
                continue
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                fields.setdefault(key, []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                if self._applies(selection.type_condition, kind):
                    self._collect(kind, selection.selection_set, fields, spread)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                spread.add(selection.name.value)
                fragment = self._fragments.get(selection.name.value)
                if fragment and self._applies(fragment.type_condition, kind):
                    self._collect(kind, fragment.selection_set, fields, spread)

    def _applies(self, condition: NamedTypeNode | None, kind: GraphQLObjectType) -> bool:
        if condition is None or condition.name.value == kind.name:
            return True
        wanted = self.schema.get_type(condition.name.value)
        return wanted is not None and is_abstract_type(wanted) and self.schema.is_sub_type(wanted, kind)

    def _included(self, selection: SelectionNode) -> bool:
        for directive in selection.directives or ():
            if directive.name.value in ("skip", "include"):
                holds = bool(read_value((directive.arguments or ())[0].value, GraphQLBoolean).now(self.variables))
                if holds == (directive.name.value == "skip"):
                    return False
        return True


def names(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> frozenset[str]:
    """The names of all fields that an operation asks for, whatever they are asked of, and whether they apply or not."""
    found: set[str] = set()
    spread: set[str] = set()
    waiting = [operation.selection_set]
    while waiting:
        for selection in waiting.pop().selections:
            match selection:
                case FieldNode():
                    found.add(selection.name.value)
                    waiting += [selection.selection_set] if selection.selection_set else []
                case InlineFragmentNode():
                    waiting.append(selection.selection_set)
                case FragmentSpreadNode() if selection.name.value not in spread and selection.name.value in fragments:
                    spread.add(selection.name.value)
                    waiting.append(fragments[selection.name.value].selection_set)
    return frozenset(found)
