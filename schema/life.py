"""The life of the schema: whom a change would break, judged by the documents that clients have registered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    build_schema,
    get_named_type,
    is_input_object_type,
    parse,
    type_from_ast,
    validate,
    visit,
)
from graphql.utilities import BreakingChange, find_breaking_changes, find_dangerous_changes

from hub.domain.words.errors import ErrorCode, HubError

_MOST_ERRORS = 5
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
    and meet another type, or may send by a variable what is not taken any more."""
    changed = find_breaking_changes(old, new)
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


def _meets(parts: set[str], change: BreakingChange) -> bool:
    """Whether a change is of one of these parts of a schema."""
    named = _COORDINATE.search(change.description)
    return named is not None and not parts.isdisjoint((named[0], named[0].partition(".")[0]))


def _parts(schema: GraphQLSchema, document: DocumentNode) -> set[str]:
    """What a document uses of a schema: fields and arguments by coordinate, and the types that variables may hold."""
    parts: set[str] = set()
    types = TypeInfo(schema)

    class Using(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            if (parent := types.get_parent_type()) is not None:
                field = f"{parent.name}.{node.name.value}"
                parts.update((field, *(f"{field}({argument.name.value}:)" for argument in node.arguments or ())))

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
