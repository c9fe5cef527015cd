"""All timelines: worked out anew when the rules change, and the proof that what is kept is what they say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass

from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.rules.rule_set import VERSION, rules_of
from hub.domain.rules.timelines import Subject
from hub.domain.words.errors import UnfitError
from hub.storage.banks import portfolios
from hub.storage.engine.database import Connection, Database
from hub.storage.timelines import rebuilding
from hub.storage.timelines.keeping import keep
from hub.storage.timelines.locks import lock_decisions, lock_mines

_AT_ONCE = 200
#: The decisions are sorted for each list of their numbers.
_LISTED = 20_000
_MOST_TOLD = 20
_NOUNS = {Subject.MINE: "mines", Subject.DECISION: "decisions"}
_LOCKS: dict[Subject, Callable[[Connection, Iterable[str]], Awaitable[None]]] = {
    Subject.MINE: lock_mines,
    Subject.DECISION: lock_decisions,
}


#: Hears of how many more subjects what is done.
Told = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many mines and decisions were brought up, how many spans changed, and some, with rules, that differ still."""

    mines: int
    decisions: int
    changed: int
    differing: tuple[str, ...]


class Rules:
    """The timelines of one database.  A rebuild that is broken off goes on from where it was."""

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

    async def rebuild(self, told: Told = lambda _what, _more: None) -> Rebuilt:
        """Bring every line to what the rules say, a few hundred subjects in each transaction, and prove it."""
        changed = 0
        looked_at = dict.fromkeys(Subject, 0)
        async with self._database.connection() as connection:
            place = await rebuilding.place(connection, VERSION)
        async for sort, numbers in self._subjects(place):

            async def bring(connection: Connection, sort: Subject = sort, numbers: list[str] = numbers) -> int:
                await _LOCKS[sort](connection, numbers)
                spans = await keep(connection, rules_of(sort), numbers, self._clock())
                await rebuilding.note_place(connection, VERSION, sort, numbers[-1])
                return spans

            changed += await self._database.commit(bring)
            looked_at[sort] += len(numbers)
            told(f"{_NOUNS[sort]} worked out", len(numbers))

        async def finish(connection: Connection) -> None:
            await rebuilding.drop_unknown(connection, self._clock())
            if changed or await rebuilding.kept_by(connection) != VERSION:
                # Banks are told of what follows by these rules, though nothing is posted.
                await portfolios.look_again(connection, china_day(self._clock()))
            await rebuilding.note_version(connection, VERSION)

        await self._database.commit(finish)
        return Rebuilt(looked_at[Subject.MINE], looked_at[Subject.DECISION], changed, await self.differing(told))

    async def differing(self, told: Told = lambda _what, _more: None) -> tuple[str, ...]:
        """Some of the subjects, with the rule, whose kept lines are not what the rules say; none is the proof that all are."""
        found: list[str] = []
        async for sort, numbers in self._subjects():
            async with self._database.connection() as connection:
                found += await rebuilding.differing(connection, sort, numbers)
            told(f"{_NOUNS[sort]} proved", len(numbers))
            if len(found) >= _MOST_TOLD:
                break
        return tuple(found[:_MOST_TOLD])

    async def _subjects(self, place: tuple[Subject, str] | None = None) -> AsyncIterator[tuple[Subject, list[str]]]:
        """All subjects, or those after this place."""
        sorts = list(Subject)
        for sort in sorts[sorts.index(place[0]) :] if place else sorts:
            last = place[1] if place and place[0] is sort else ""
            while True:
                async with self._database.connection() as connection:
                    numbers = await rebuilding.subjects_after(connection, sort, last, _LISTED)
                if not numbers:
                    break
                for start in range(0, len(numbers), _AT_ONCE):
                    yield sort, numbers[start : start + _AT_ONCE]
                last = numbers[-1]
