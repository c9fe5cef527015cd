"""Errors as GraphQL tells them: a message for people, where, and a code from the one list; never internals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from hub.domain.words.errors import ErrorCode, HubError, told
from hub.domain.words.languages import ASKED, Language
from schema.wording import worded


class InvalidDocumentError(HubError):
    """What graphql-core finds wrong with a document or its variables: several errors under one code."""

    def __init__(self, code: ErrorCode, errors: Sequence[GraphQLError]) -> None:
        super().__init__(code, "; ".join(_short(error.message) for error in errors))
        self.errors = errors


class FieldRefusedError(HubError):
    """What is refused of an operation's one field, as it is told."""

    def __init__(self, error: HubError, payload: dict[str, Any]) -> None:
        super().__init__(error.code, error.detail, field=error.field, retry_after=error.retry_after)
        self.payload = payload


def error_payload(error: HubError, detail: str | tuple[str, str] | None = None) -> dict[str, Any]:
    """A hub error in the shape of the GraphQL specification, in the language of the request; its detail may be in both."""
    language = ASKED.get()
    message = told(error.code, error.detail if detail is None else detail, language=language)
    if not isinstance(detail, tuple):
        return {"message": message, "extensions": error.extensions}
    return {"message": message, "extensions": error.extensions | {"detail": detail[language is not Language.CHINESE]}}


#: A message that repeats what was sent must not repeat all of it.
_LONGEST = 500


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"


def error_payloads(error: HubError) -> list[dict[str, Any]]:
    """All that an error tells."""
    if isinstance(error, FieldRefusedError):
        return [error.payload]
    if not isinstance(error, InvalidDocumentError):
        return [error_payload(error)]
    return [
        error_payload(HubError(error.code), worded(_short(one.message)))
        | ({"locations": [{"line": at.line, "column": at.column} for at in one.locations]} if one.locations else {})
        for one in error.errors
    ]
