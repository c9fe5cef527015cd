"""Posts that their clients mark with a key: one whose answer was lost can be sent again, and is answered, not done, twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.words.errors import ErrorCode, HubError, Problem
from hub.domain.words.notation import instant, written
from hub.domain.words.outcomes import Outcome
from hub.services.posting.receipts import Result
from hub.storage.engine.database import Connection, Database
from hub.storage.records import kept_answers

#: How long an answer is kept.
KEPT = timedelta(days=7)
TICK_SECONDS = 3600.0
MOST_CHARACTERS = 100


@dataclass(slots=True)
class Once:
    """A client's key, and the digest of what is sent under it.  `repeated` tells, afterwards, that it was answered before."""

    client_id: str
    key: str
    digest: str
    repeated: bool = False

    def __post_init__(self) -> None:
        """Raises INVALID_INPUT for what is no key."""
        if not 0 < len(self.key) <= MOST_CHARACTERS or not self.key.isascii() or not self.key.isprintable():
            raise HubError(ErrorCode.INVALID_INPUT, f"1..{MOST_CHARACTERS} ASCII", field="idempotencyKey")

    async def do(
        self, connection: Connection, now: datetime, work: Callable[[Connection], Awaitable[list[Result]]]
    ) -> list[Result]:
        """What the work gives, or gave when the key came first; CONFLICT for a key that came with other content."""
        known = await kept_answers.claim(connection, self.client_id, self.key, self.digest, now)
        if known is None:
            done = await work(connection)
            await kept_answers.keep(connection, self.client_id, self.key, [_told(result) for result in done])
            return done
        if known.digest != self.digest:
            raise HubError(ErrorCode.CONFLICT, "the same key with other content", field="idempotencyKey")
        self.repeated = True
        return [_read(told) for told in known.answer]


class KeptAnswers:
    """Forgets what was kept for long enough."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def work(self) -> bool:
        """Forget what is old."""
        async with self._database.transaction() as connection:
            await kept_answers.forget(connection, self._clock() - KEPT)
        return False


def _told(result: Result) -> dict[str, Any]:
    told = asdict(result)
    told["recorded_at"] = written(result.recorded_at) if result.recorded_at else None
    return told


def _read(told: dict[str, Any]) -> Result:
    return Result(
        **told
        | {
            "outcome": Outcome(told["outcome"]),
            "recorded_at": instant(told["recorded_at"]) if told["recorded_at"] else None,
            "problems": [Problem(one["path"], ErrorCode(one["code"]), one["detail"]) for one in told["problems"]],
        }
    )
