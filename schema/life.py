"""The life of the schema: whom a change would break, judged by the documents that clients have registered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLOutputType,
    GraphQLSchema,
    NonNullTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_input_object_type,
    parse,
    type_from_ast,
    validate,
    visit,
)
from graphql.utilities import (
    BreakingChange,
    BreakingChangeType,
    DangerousChange,
    DangerousChangeType,
    find_breaking_changes,
    find_dangerous_changes,
)

from hub.domain.words.errors import ErrorCode, HubError

_MOST_ERRORS = 5
#: By which what is left out means something else.
_OF_DEFAULTS = (DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE, DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE)
#: By which a type of several kinds of things has one fewer.
_OF_MEMBERS = (BreakingChangeType.IMPLEMENTED_INTERFACE_REMOVED, BreakingChangeType.TYPE_REMOVED_FROM_UNION)
#: What a change is of, as its description names it.
_COORDINATE = re.compile(r"\b[_A-Za-z]\w*\.[_A-Za-z]\w*(?:\(\w+:\))?")


class Broken(NamedTuple):
    """A registered document that a schema would not answer any more, and why."""

    owner: str
    name: str
    reasons: Sequence[str]


def read_schema(text: str, name: str) -> GraphQLSchema:
    """A schema from its SDL; INVALID_INPUT for what is none."""
    try:
        return build_schema(text)
    except (GraphQLError, TypeError) as error:
        raise HubError(ErrorCode.INVALID_INPUT, f"{name}: {str(error)[:300]}") from None


def broken(old: GraphQLSchema, new: GraphQLSchema, documents: Iterable[tuple[str, str, str]]) -> list[Broken]:
    """Which documents (owner, name, text) are not answered any more as they were: those that are not valid, and those that are
    and meet another type or fewer members of one, leave to the schema what it takes otherwise, or may send by a variable what
    is not taken any more."""
    changed: list[BreakingChange | DangerousChange] = [*find_breaking_changes(old, new), *_defaults(old, new)]
    found = []
    for owner, name, text in documents:
        try:
            document = parse(text)
            reasons = [error.message for error in validate(new, document, max_errors=_MOST_ERRORS)]
            parts = _parts(old, document)
        except GraphQLError as error:
            reasons = [error.message]
        else:
            # What is not valid says by itself where it is hurt.
            reasons = reasons or [change.description for change in changed if _meets(parts, change)]
        if reasons:
            found.append(Broken(owner, name, reasons))
    return found


def _defaults(old: GraphQLSchema, new: GraphQLSchema) -> list[DangerousChange]:
    """Where what is left out means something else."""
    return [one for one in find_dangerous_changes(old, new) if one.type in _OF_DEFAULTS]


def _meets(parts: set[str], change: BreakingChange | DangerousChange) -> bool:
    """Whether a change is of one of these parts of a schema."""
    if change.type in _OF_MEMBERS:
        return change.description.rstrip(".").rpartition(" ")[2] in parts
    named = _COORDINATE.search(change.description)
    if named is None:
        return False
    part = _left_out(named[0]) if change.type in _OF_DEFAULTS else named[0]
    return not parts.isdisjoint((part, named[0].partition(".")[0]))


def _left_out(part: str) -> str:
    return f"without {part}"


def _parts(schema: GraphQLSchema, document: DocumentNode) -> set[str]:
    """What a document uses of a schema: fields and arguments by coordinate, those that it leaves out, or may, the types that
    variables may hold, and those of which it asks members."""
    parts: set[str] = set()
    types = TypeInfo(schema)
    #: Variables that have a value, whatever is sent.
    certain: set[str] = set()

    def may_be_missing(value: ValueNode | None) -> bool:
        return value is None or (isinstance(value, VariableNode) and value.name.value not in certain)

    def ask_members(of: GraphQLOutputType | None) -> None:
        if is_abstract_type(kind := get_named_type(of)):
            parts.add(kind.name)

    class Using(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            if (parent := types.get_parent_type()) is not None:
                field = f"{parent.name}.{node.name.value}"
                given = {argument.name.value: argument.value for argument in node.arguments or ()}
                parts.update((field, *(f"{field}({name}:)" for name in given)))
                definition = types.get_field_def()
                missing = (name for name in (definition.args if definition else ()) if may_be_missing(given.get(name)))
                parts.update(_left_out(f"{field}({name}:)") for name in missing)
            ask_members(types.get_type())

        def enter_inline_fragment(self, *_: Any) -> None:
            ask_members(types.get_type())

        def enter_fragment_definition(self, *_: Any) -> None:
            ask_members(types.get_type())

        def enter_object_value(self, node: ObjectValueNode, *_: Any) -> None:
            if is_input_object_type(held := get_named_type(types.get_input_type())):
                given = {field.name.value: field.value for field in node.fields}
                parts.update(_left_out(f"{held.name}.{name}") for name in held.fields if may_be_missing(given.get(name)))

        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            certain.clear()
            for variable in node.variable_definitions or ():
                if isinstance(variable.type, NonNullTypeNode) or variable.default_value is not None:
                    certain.add(variable.variable.name.value)

        def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
            waiting = [type_from_ast(schema, node.type)]
            while waiting:
                held = get_named_type(waiting.pop())
                if held is not None and held.name not in parts:
                    parts.add(held.name)
                    waiting += [field.type for field in held.fields.values()] if is_input_object_type(held) else ()

    visit(document, TypeInfoVisitor(types, Using()))
    return parts


def changes(old: GraphQLSchema, new: GraphQLSchema) -> tuple[list[str], list[str]]:
    """What of the new schema breaks what could be asked of the old one, and what may surprise."""
    breaking = [change.description for change in find_breaking_changes(old, new)]
    return breaking, [change.description for change in find_dangerous_changes(old, new)]
