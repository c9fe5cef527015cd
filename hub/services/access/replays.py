"""Using things once: whoever shows an assertion or a proof first, in whichever process, is the only one whom it serves."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.access import replays
from hub.storage.engine.database import Connection, Database, Unreachable

_SWEEP = timedelta(minutes=1)
#: SQLite takes 999 values in one statement, two for each digest.
_MOST_AT_ONCE = 400
_CLAIM_SECONDS = 10.0

#: Where nobody can tell what was used, nobody is let in.
_AWAY = (HubError, Unreachable, OSError, TimeoutError, asyncio.CancelledError)


class Replays:
    """The register of used things.  Those that come while a transaction runs share the next one."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock
        self._waiting: dict[str, tuple[datetime, asyncio.Future[bool]]] = {}
        self._worker: asyncio.Task[None] | None = None
        self._swept = clock()

    async def first_use(self, *names: str, until: float) -> bool:
        """Whether what these names name has not been used before.  `until` is when it ends, in seconds since 1970.

        Raises UNAVAILABLE where nobody can tell.
        """
        digest = hashlib.sha256("\0".join(names).encode("utf-8", "surrogatepass")).hexdigest()
        if digest in self._waiting:
            return False
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[digest] = (datetime.fromtimestamp(until, UTC), answer)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            batch = dict(list(self._waiting.items())[:_MOST_AT_ONCE])
            try:
                fresh = await self._claim({digest: until for digest, (until, _) in batch.items()})
            except (Exception, asyncio.CancelledError) as error:
                # Whatever it was: who waits must not wait for ever.
                for digest, (_, answer) in batch.items():
                    del self._waiting[digest]
                    if not answer.done():
                        answer.set_exception(HubError(ErrorCode.UNAVAILABLE) if isinstance(error, _AWAY) else error)
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise
                continue
            for digest, (_, answer) in batch.items():
                del self._waiting[digest]
                if not answer.done():
                    answer.set_result(digest in fresh)

    async def _claim(self, used: dict[str, datetime]) -> set[str]:
        now = self._clock()
        sweeping = abs(now - self._swept) >= _SWEEP

        async def store(connection: Connection) -> set[str]:
            fresh = await replays.claim(connection, used)
            if sweeping:
                await replays.forget(connection, now)
            return fresh

        async with asyncio.timeout(_CLAIM_SECONDS):
            fresh = await self._database.commit(store)
        if sweeping:
            self._swept = now
        return fresh
