"""What clients mark with a key is done once: sent again, because its answer was lost, it is answered as it was and not done.

The key, the effect and the answer are stored by one transaction.  An answer may hold secrets that are shown once, and is kept
sealed.  What is refused as a whole, or ends before it is stored, leaves its key free.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import orjson

from auth.principals import Principal
from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.words.errors import ErrorCode, HubError
from hub.services.bells import Bell
from hub.services.sealing import Sealing
from hub.storage.engine.database import Connection, Database
from hub.storage.records import kept_answers
from hub.storage.records.kept_answers import KeptAnswer

#: How long an answer is kept.
KEPT = timedelta(days=7)
MOST_CHARACTERS = 100
_SEALED = "sealed"


class Answered(NamedTuple):
    """What is answered, and whether that was answered before."""

    value: Any
    repeated: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A caller's key, and the digest of what is sent under it."""

    caller: Principal
    key: str
    digest: str

    @classmethod
    def read(cls, caller: Principal, key: str, name: str, given: Mapping[str, Any]) -> Marked:
        """What is asked of `name` under a key; INVALID_INPUT for what is no key."""
        if not 0 < len(key) <= MOST_CHARACTERS or not key.isascii() or not key.isprintable():
            raise HubError(ErrorCode.INVALID_INPUT, f"1..{MOST_CHARACTERS} ASCII", field="idempotencyKey")
        content = [name, {argument: value for argument, value in given.items() if value is not None}]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
        return cls(caller, key, hashlib.sha256(text.encode()).hexdigest())

    @property
    def _of(self) -> str:
        return f"{self.caller.client_id} {self.key}"

    def sealed(self, value: Any, sealing: Sealing) -> dict[str, str]:
        """What is answered, as it is kept."""
        return {_SEALED: sealing.seal(orjson.dumps({"rights": _rights(self.caller), "value": value}), self._of)}

    def opened(self, known: KeptAnswer, sealing: Sealing) -> Any:
        """What was answered.  Raises CONFLICT for other content, and where it cannot be read any more; FORBIDDEN to who was
        told by rights that it has not now."""
        if known.digest != self.digest:
            raise HubError(ErrorCode.CONFLICT, "the same key with other content", field="idempotencyKey")
        content = sealing.open(known.answer[_SEALED], self._of) if isinstance(known.answer, dict) else None
        if content is None:
            raise HubError(ErrorCode.CONFLICT, "it was done, and its answer cannot be read any more", field="idempotencyKey")
        told = orjson.loads(content)
        (*office, scopes), (*office_now, scopes_now) = told["rights"], _rights(self.caller)
        if office != office_now or not set(scopes) <= set(scopes_now):
            raise HubError(ErrorCode.FORBIDDEN, "answered by other rights", field="idempotencyKey")
        return told["value"]


class _AnsweredMeanwhile(Exception):  # noqa: N818  Ends what another has done first.
    def __init__(self, known: KeptAnswer) -> None:
        super().__init__()
        self.known = known


class KeptAnswers:
    """Keeps answers, and forgets what was kept for long enough.  `posted` is rung when something was stored."""

    def __init__(self, database: Database, sealing: Sealing, clock: Clock = utc_now, *, posted: Bell | None = None) -> None:
        self._database = database
        self._sealing = sealing
        self._clock = clock
        self._posted = posted or Bell()

    async def once(self, marked: Marked, act: Callable[[], Awaitable[Any]], *, in_steps: bool = False) -> Answered:
        """What an act answers (JSON), or answered when its key came first.

        What it writes is one transaction, with the key.  What is done `in_steps`, each stored by itself, may be done again
        without harm: its key is taken when all of it was done.  Raises what `Marked.opened` and the act raise.
        """
        async with self._database.connection() as connection:
            known = await kept_answers.find(connection, marked.caller.client_id, marked.key)
        if known is not None:
            return Answered(marked.opened(known, self._sealing), repeated=True)
        try:
            if in_steps:
                value = await act()
                async with self._database.transaction() as connection:
                    await self._claim(marked, connection)
                    await self._keep(marked, value, connection)
                return Answered(value, repeated=False)
            async with self._database.as_one(partial(self._claim, marked)) as one:
                value = await act()
                await self._keep(marked, value, await one.connection())
        except _AnsweredMeanwhile as meanwhile:
            return Answered(marked.opened(meanwhile.known, self._sealing), repeated=True)
        self._posted.ring()
        return Answered(value, repeated=False)

    async def _claim(self, marked: Marked, connection: Connection) -> None:
        known = await kept_answers.claim(connection, marked.caller.client_id, marked.key, marked.digest, self._clock())
        if known is not None:
            raise _AnsweredMeanwhile(known)

    async def _keep(self, marked: Marked, value: Any, connection: Connection) -> None:
        sealed = marked.sealed(value, self._sealing)
        await kept_answers.keep(connection, marked.caller.client_id, marked.key, sealed)

    async def forget(self, now: datetime) -> None:
        """Forget what was kept for long enough at a moment."""
        async with self._database.transaction() as connection:
            await kept_answers.forget(connection, now - KEPT)


def _rights(caller: Principal) -> list[Any]:
    office = (caller.role, caller.department, caller.division_code, caller.bank, caller.office)
    return [*office, sorted(caller.scopes)]
