"""Errors as GraphQL tells them: a message for people, where, and a code from the one list; never internals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from hub.domain.words.errors import ErrorCode, HubError


class InvalidDocumentError(HubError):
    """What graphql-core finds wrong with a document or its variables: several errors under one code."""

    def __init__(self, code: ErrorCode, errors: Sequence[GraphQLError]) -> None:
        super().__init__(code, "; ".join(_short(error.message) for error in errors))
        self.errors = errors


def error_payload(error: HubError, path: Sequence[str | int] = ()) -> dict[str, Any]:
    """A hub error in the shape of the GraphQL specification."""
    payload: dict[str, Any] = {"message": error.message, "extensions": error.extensions}
    return payload | {"path": list(path)} if path else payload


#: A message that repeats what was sent must not repeat all of it.
_LONGEST = 500


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"


def error_payloads(error: HubError) -> list[dict[str, Any]]:
    """All that an error tells."""
    if not isinstance(error, InvalidDocumentError):
        return [error_payload(error)]
    return [
        error_payload(HubError(error.code, _short(one.message)))
        | ({"locations": [{"line": at.line, "column": at.column} for at in one.locations]} if one.locations else {})
        for one in error.errors
    ]
