"""Timelines of all mines: worked out anew when the rules change, and the proof that what is kept is what they say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from hub.domain.calendar.moments import Clock, utc_now
from hub.domain.rules.rule_set import RULES, VERSION
from hub.domain.words.errors import UnfitError
from hub.storage.engine.database import Connection, Database
from hub.storage.timelines import rebuilding
from hub.storage.timelines.keeping import keep
from hub.storage.timelines.locks import lock_mines

_AT_ONCE = 200
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many mines were looked at, how many spans changed, and some of the mines and rules that differ still."""

    mines: int
    changed: int
    differing: tuple[str, ...]


class Rules:
    """The timelines of one database.  A rebuild that is broken off is simply begun again: what is right already stays."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def check(self) -> None:
        """That what is kept was worked out by these rules, where anything is; raises UnfitError."""
        async with self._database.connection() as connection:
            kept = await rebuilding.kept_by(connection)
        if kept not in (None, VERSION):
            raise UnfitError(
                f"what follows from records was worked out by rules of version {kept}, not {VERSION}: run `hub rules rebuild`"
            )

    async def bring_up(self) -> Rebuilt | None:
        """Rebuild if what is kept was worked out by another rule set."""
        async with self._database.connection() as connection:
            kept = await rebuilding.kept_by(connection)
        return None if kept == VERSION else await self.rebuild()

    async def rebuild(self) -> Rebuilt:
        """Bring every line to what the rules say, a few hundred mines in each transaction, and prove it."""
        mines = changed = 0
        async for numbers in self._mines():

            async def bring(connection: Connection, numbers: list[str] = numbers) -> int:
                await lock_mines(connection, numbers)
                return await keep(connection, RULES, numbers, self._clock())

            changed += await self._database.commit(bring)
            mines += len(numbers)

        async def finish(connection: Connection) -> None:
            await rebuilding.drop_unknown(connection, self._clock())
            await rebuilding.note_version(connection, VERSION)

        await self._database.commit(finish)
        return Rebuilt(mines, changed, await self.differing())

    async def differing(self) -> tuple[str, ...]:
        """Some of the mines, with the rule, whose kept lines are not what the rules say; none is the proof that all are."""
        mines: list[str] = []
        async for numbers in self._mines():
            async with self._database.connection() as connection:
                mines += await rebuilding.differing(connection, numbers)
            if len(mines) >= _MOST_TOLD:
                break
        return tuple(mines[:_MOST_TOLD])

    async def _mines(self) -> AsyncIterator[list[str]]:
        last = ""
        while True:
            async with self._database.connection() as connection:
                numbers = await rebuilding.mines_after(connection, last, _AT_ONCE)
            if not numbers:
                return
            yield numbers
            last = numbers[-1]
