"""Deadlines in working days that wait for the calendar: which are empty, and filling them in once it has the year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.domain.calendar.deadlines import Deadline
from hub.domain.calendar.working_days import CALENDAR, Calendar
from hub.domain.declaring.fields import fields_of
from hub.domain.record_kinds import KINDS, RecordKind
from hub.storage.engine.database import Database
from hub.storage.records import deadlines


@dataclass(frozen=True, slots=True)
class Empty:
    """Records of a kind that stand without a deadline, counted from days of one year."""

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


class Deadlines:
    """The deadlines of one database."""

    def __init__(self, database: Database, calendar: Calendar = CALENDAR) -> None:
        self._database = database
        self._calendar = calendar

    async def empty(self) -> list[Empty]:
        """What lacks its deadline because a year's working days were not known."""
        found = []
        async with self._database.connection() as connection:
            for kind, name, deadline in declared():
                counted = await deadlines.empty_by_year(connection, kind, name, deadline)
                found += [Empty(kind, name, deadline.basis, year, records) for year, records in counted.items()]
        return found

    async def fill(self) -> int:
        """Work out what can be told by now; returns how many deadlines got their day."""
        filled = 0
        async with self._database.transaction() as connection:
            for kind, name, deadline in declared():
                filled += await deadlines.fill(
                    connection,
                    kind,
                    name,
                    deadline,
                    lambda day, one=deadline: one.on(day, self._calendar),  # type: ignore[misc]
                )
        return filled
