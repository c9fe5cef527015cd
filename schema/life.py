"""The life of the schema: whom a change would break, judged by the documents that clients have registered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from graphql import GraphQLError, GraphQLSchema, build_schema, parse, validate
from graphql.utilities import find_breaking_changes, find_dangerous_changes

from hub.domain.words.errors import ErrorCode, HubError

_MOST_ERRORS = 5


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


def broken(schema: GraphQLSchema, documents: Iterable[tuple[str, str, str]]) -> list[Broken]:
    """Which documents (owner, name, text) a schema breaks."""
    found = []
    for owner, name, text in documents:
        try:
            errors = validate(schema, parse(text), max_errors=_MOST_ERRORS)
        except GraphQLError as error:
            errors = [error]
        if errors:
            found.append(Broken(owner, name, [error.message for error in errors]))
    return found


def changes(old: GraphQLSchema, new: GraphQLSchema) -> tuple[list[str], list[str]]:
    """What of the new schema breaks what could be asked of the old one, and what may surprise."""
    breaking = [change.description for change in find_breaking_changes(old, new)]
    return breaking, [change.description for change in find_dangerous_changes(old, new)]
