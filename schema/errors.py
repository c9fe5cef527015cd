"""Errors as GraphQL tells them: a message for people, where, and a code from the one list; never internals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from hub.domain.words.errors import ErrorCode, HubError


def error_payload(error: HubError, path: Sequence[str | int] = ()) -> dict[str, Any]:
    """A hub error in the shape of the GraphQL specification."""
    extensions: dict[str, Any] = {"code": error.code.value}
    if error.field:
        extensions["field"] = error.field
    found: dict[str, Any] = {"message": error.message, "extensions": extensions}
    return found | {"path": list(path)} if path else found


#: A message that repeats what was sent must not repeat all of it.
_LONGEST = 500


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"


def error_payloads(errors: Sequence[GraphQLError], code: ErrorCode) -> list[dict[str, Any]]:
    """Errors of graphql-core about a document or its variables."""
    return [
        {
            "message": _short(error.message),
            **({"locations": [{"line": at.line, "column": at.column} for at in error.locations]} if error.locations else {}),
            "extensions": {"code": code.value},
        }
        for error in errors
    ]
