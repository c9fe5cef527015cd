"""What a client asks to run, and what it is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from hub.domain.as_of import KNOWN_AT, ON, PRESENT, Asked, AsOf
from hub.domain.log import Cursor
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.notation import written
from hub.domain.words.purposes import Purpose
from schema.errors import error_payloads


class Operation(NamedTuple):
    """What a client asks to run, why, and as of which moment.  `trusted` documents were registered beforehand; what is `safe`
    came in a way by which nothing may be changed; what is read stands on the place `after` in the log, or on a later one."""

    document: str
    name: str | None
    variables: Mapping[str, Any]
    purpose: Purpose | None = None
    trusted: bool = False
    safe: bool = False
    after: Cursor | None = None
    as_of: Asked = PRESENT


def as_of_extension(moment: AsOf) -> bytes:
    """What an answer says of the moment as of which it is."""
    told = {ON: moment.on.isoformat(), KNOWN_AT: written(moment.at) if moment.at else None}
    return b'"asOf":' + json.dumps(told).encode()


# The log grows less often than it is asked.
@lru_cache(maxsize=8)
def log_extension(at: Cursor) -> bytes:
    """What an answer says of the place in the log on which it stands."""
    return b'"log":{"position":%d,"cursor":"%s"}' % (at.position, str(at).encode())


class Answer(NamedTuple):
    """The response as JSON in UTF-8.  `request_error` says that nothing was run, and its code; `partial`, that it ran with
    errors.  `cost` is what the operation was taken to cost, once that is known; `log` says on which place in the log it
    stands, `as_of` as of which moment it is; `repeated`, which fields of it were answered before; `is_read`, that it tells what
    was read, and nothing that was sent along."""

    body: bytes
    request_error: ErrorCode | None = None
    partial: bool = False
    cost: int | None = None
    retry_after: int | None = None
    log: bytes = b""
    is_read: bool = False
    as_of: bytes = b""
    repeated: tuple[str, ...] = ()

    def extended(self, most: int) -> bytes:
        """The body with what is said of it; what the database wrote is not read for that."""
        said = []
        if self.cost is not None:
            said.append(b'"cost":{"operation":%d,"most":%d}' % (self.cost, most))
        if self.log:
            said.append(self.log)
        if self.as_of:
            said.append(self.as_of)
        if self.repeated:
            said.append(b'"repeated":' + json.dumps(self.repeated).encode())
        if not said:
            return self.body
        return b"".join((memoryview(self.body)[:-1], b',"extensions":{', b",".join(said), b"}}"))


def let_go(error: HubError) -> HubError:
    """An error that is about to be told, without where it was raised: a place that made it would hold it and itself for ever,
    with all that was planned until then."""
    return error.with_traceback(None)


def refused_by(error: HubError, cost: int | None = None) -> Answer:
    """The answer to what could not be run: errors, and no `data`."""
    let_go(error)
    body = json.dumps({"errors": error_payloads(error)}, ensure_ascii=False).encode()
    return Answer(body, error.code, cost=cost, retry_after=error.retry_after)
