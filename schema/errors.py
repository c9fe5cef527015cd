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
        self._payload = payload

    @property
    def payload(self) -> dict[str, Any]:
        return self._payload


#: A message that repeats what was sent must not repeat all of it.
_LONGEST = 500


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"


#: What clients that ask by ids know by its message alone (Apollo's protocol, which urql follows), in every language.
_OF_PROTOCOL = {
    ErrorCode.PERSISTED_QUERY_NOT_FOUND: "PersistedQueryNotFound",
    ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED: "PersistedQueryNotSupported",
}


def error_payloads(error: HubError) -> list[dict[str, Any]]:
    """All that an error tells."""
    if not isinstance(error, InvalidDocumentError):
        return [error.payload | ({"message": known} if (known := _OF_PROTOCOL.get(error.code)) else {})]
    return [
        _worded(error.code, worded(_short(one.message)))
        | ({"locations": [{"line": at.line, "column": at.column} for at in one.locations]} if one.locations else {})
        for one in error.errors
    ]


def _worded(code: ErrorCode, detail: tuple[str, str]) -> dict[str, Any]:
    """An error whose detail is in Chinese and in English, in the language of the request."""
    language = ASKED.get()
    message = told(code, detail, language=language)
    return {"message": message, "extensions": HubError(code).extensions | {"detail": detail[language is not Language.CHINESE]}}
