"""The calendar of working days: years that operators add, and deadlines that waited for their notice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date

from hub.domain.calendar.deadlines import Deadline
from hub.domain.calendar.moments import Clock, china_day, utc_now
from hub.domain.calendar.working_days import CALENDAR, Calendar, Notice
from hub.domain.declaring.fields import fields_of
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.rules.rule_set import reading
from hub.domain.words.errors import ErrorCode, HubError
from hub.storage.banks import portfolios
from hub.storage.engine.database import Connection, Database
from hub.storage.records import deadlines, notices
from hub.storage.timelines.keeping import keep
from hub.storage.timelines.locks import lock_mines
from hub.storage.timelines.reaching import mines_entered

#: Waits until whatever a process was posting has ended.
Passed = Callable[[], Awaitable[None]]


async def _nobody_posts() -> None:
    """Of a process that only adds a notice."""


#: How soon a process goes by a notice that was added elsewhere.
TICK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Provisional:
    """Records of a kind that stand with a provisional deadline, counted from days of one year."""

    kind: RecordKind
    field: str
    basis: str
    year: int
    records: int


def declared() -> Iterator[tuple[RecordKind, str, Deadline]]:
    """Every deadline in working days that a kind declares."""
    for kind, facts in KINDS.items():
        for field in fields_of(facts.payload):
            if isinstance(field.spec.derive, Deadline):
                yield kind, field.name, field.spec.derive


class Calendars:
    """Keeps a process's calendar as the database has it, and deadlines as the calendar has them."""

    def __init__(
        self, database: Database, calendar: Calendar = CALENDAR, clock: Clock = utc_now, *, passed: Passed = _nobody_posts
    ) -> None:
        self._database = database
        self._calendar = calendar
        self._clock = clock
        self._passed = passed
        self._known: list[Notice] | None = None

    async def work(self) -> bool:
        """One round of going by what the database has."""
        await self.refresh()
        return False

    async def refresh(self) -> int:
        """Go by the notices that are stored; where one is new or amended, count again what it may concern.

        Returns how many deadlines changed.  Each process counts again after it has taken a notice, and after what was on its
        way meanwhile is stored: what it had posted by its old calendar is mended by itself.  One that begins counts again only
        what is provisional: whoever added a notice has counted the rest.
        """
        async with self._database.connection() as connection:
            known = await notices.stored(connection)
        if known == self._known:
            return 0
        self._calendar.take(*known)
        before = known if self._known is None else self._known
        changed = {notice.year for notice in (*known, *before) if notice not in known or notice not in before}
        await self._passed()
        settled = await self._database.commit(lambda connection: self._settle(connection, changed))
        self._known = known
        return settled

    async def add(self, notice: Notice) -> int:
        """Keep a year's notice and count again what it may concern; returns how many deadlines changed.

        Raises INVALID_INPUT for a year that is not the next after those that are known: a gap would make everything beyond it
        look known.  A year that is known may be added again, as when a notice is amended.
        """
        await self.refresh()
        following = self._calendar.known_until.year + 1
        if notice.year > following:
            raise HubError(ErrorCode.INVALID_INPUT, f"先添加 / add first: {following}", field="FILE")
        async with self._database.transaction() as connection:
            await notices.put(connection, notice, self._clock())
        return await self.refresh()

    async def notices(self) -> list[Notice]:
        """The notices that operators have added."""
        async with self._database.connection() as connection:
            return await notices.stored(connection)

    async def provisional(self) -> list[Provisional]:
        """Which deadlines are provisional."""
        counted = []
        async with self._database.connection() as connection:
            for kind, name, deadline in declared():
                counts = await deadlines.provisional_by_year(connection, kind, deadline)
                counted += [Provisional(kind, name, deadline.basis, year, records) for year, records in counts.items()]
        return counted

    async def _settle(self, connection: Connection, years: set[int]) -> int:
        settled = 0
        for kind, name, deadline in declared():

            def due_on(day: date, deadline: Deadline = deadline) -> tuple[date, bool]:
                due = self._calendar.after(day, deadline.days)
                return due, self._calendar.is_provisional(day, due)

            settled += await deadlines.settle(connection, kind, name, deadline, years=years, due_on=due_on)
        changed = settled
        if entered := await mines_entered(connection, years):
            # How long mines stood in public notice is counted in working days too.
            await lock_mines(connection, entered)
            changed += await keep(connection, reading(RecordKind.DIRECTORY_ENTRY), entered, self._clock())
        if changed:
            # Banks are told of what follows from it, though nothing is posted.
            await portfolios.look_again(connection, china_day(self._clock()))
        return settled
