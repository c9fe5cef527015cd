"""What a client asks to run, and what it is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.purposes import Purpose
from schema.errors import error_payloads


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asks to run, and why.  `trusted` documents were registered beforehand."""

    document: str
    name: str | None
    variables: Mapping[str, Any]
    purpose: Purpose | None = None
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The response as JSON in UTF-8.  `request_error` says that nothing was run, and its code; `partial`, that it ran with
    errors.  `cost` is what the operation was taken to cost, once that is known."""

    body: bytes
    request_error: ErrorCode | None = None
    partial: bool = False
    cost: int | None = None
    retry_after: int | None = None

    def with_cost(self, most: int) -> bytes:
        """The body with what the operation was taken to cost; what the database wrote is not read for it."""
        if self.cost is None:
            return self.body
        extensions = b',"extensions":{"cost":{"operation":%d,"most":%d}}}' % (self.cost, most)
        return b"".join((memoryview(self.body)[:-1], extensions))


def refused_by(error: HubError, cost: int | None = None) -> Answer:
    """The answer to what could not be run: errors, and no `data`."""
    body = json.dumps({"errors": error_payloads(error)}, ensure_ascii=False).encode()
    return Answer(body, error.code, cost=cost, retry_after=error.retry_after)
