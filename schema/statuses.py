"""HTTP status codes of GraphQL answers.

Two sets of rules differ over requests that were understood and refused, and over answers in part: what the graphql-http audit
suite holds servers to, and the GraphQL over HTTP draft of August 2026.
"""

from __future__ import annotations

from hub.domain.words.errors import ErrorCode
from schema.answers import Answer
from schema.negotiation import GRAPHQL, JSON

#: The same under both sets of rules and in both media types.
_ALWAYS: dict[ErrorCode, int] = {
    ErrorCode.MALFORMED_REQUEST: 400,
    ErrorCode.PURPOSE_REQUIRED: 400,
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.DOCUMENT_NOT_TRUSTED: 403,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.NOT_ACCEPTABLE: 406,
    ErrorCode.REQUEST_TIMEOUT: 408,
    ErrorCode.PAYLOAD_TOO_LARGE: 413,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: 415,
    ErrorCode.INTERNAL: 500,
    ErrorCode.DEADLINE_EXCEEDED: 503,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.RATE_LIMITED: 429,
}
_BAD_REQUEST = 400
_UNPROCESSABLE = 422
_PARTIAL = 294
_OK = 200


def status_of(code: ErrorCode) -> int:
    """The status code of what is refused as a whole, where nothing else is asked for."""
    return _ALWAYS.get(code, _BAD_REQUEST)


def status(answer: Answer, kind: str, *, draft: bool) -> tuple[int, str]:
    """The status code, and the media type to give with it, of an answer to a client that takes `kind`."""
    code = answer.request_error
    if code is None:
        return (_PARTIAL if draft and answer.partial and kind == GRAPHQL else _OK), kind
    if code in _ALWAYS:
        return _ALWAYS[code], JSON
    if draft:
        # The draft gives `application/json` to good answers only.
        return (_BAD_REQUEST if code is ErrorCode.DOCUMENT_UNREADABLE else _UNPROCESSABLE), GRAPHQL
    if code is ErrorCode.INVALID_REQUEST:
        return _BAD_REQUEST, JSON
    # Old clients take an answer in `application/json` for one only when its status is 200.
    return (_BAD_REQUEST if kind == GRAPHQL else _OK), kind
