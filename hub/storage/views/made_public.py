"""What is made public by the plan and the law, as SQL over a row: to the public, and of penalties to banks as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Condition
from hub.domain.record_kinds import RecordKind
from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.records.penalties import PartyCategory
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live
from hub.storage.views.view import Day, Row


def made_public(word: Condition, row: Row, today: Day) -> Any:
    """Whether a row is public today, by the word for its noun."""
    match word:
        case Condition.ANSWERED:
            return row.answered_on.is_not(None)
        case Condition.IN_FORCE:
            return _is_in_force(row, today)
        case Condition.LISTED:
            entry = _entries()
            # No mine is in the national directory alone.
            of_it = [entry.licence_no == row.licence_no, *live(entry), _is_in_force(entry, today)]
            return _there_is(entry, of_it, row)
    # A dispute never hides a penalty (Administrative Penalty Law, art. 73).
    published = sa.and_(
        row.published_on.is_not(None),
        # A repair that came too early hides nothing: the last day of publication is that of the shortest then.
        sa.func.coalesce(row.repaired_on < row.publication_earliest_end, row.repaired_on.is_(None)),
        row.annulled_on.is_(None),
        row.publication_latest_end >= today,
    )
    if word is Condition.IN_PUBLICATION:
        return published
    return sa.and_(published, row.party_category != PartyCategory.NATURAL_PERSON.value)


def _is_in_force(entry: Row, today: Day) -> Any:
    """`hub.domain.records.standing.by_the_directory` of a single entry: whether its mine is in the directory by it."""
    later, removal = _entries(), _entries()
    of_its_level = [later.licence_no == entry.licence_no, later.level == entry.level, *live(later)]
    since = [later.effective_on > entry.effective_on, later.effective_on <= today]
    of_its_mine = [removal.licence_no == entry.licence_no, removal.level == DirectoryLevel.PROVINCIAL.value, *live(removal)]
    removed = [
        removal.step == DirectoryStep.REMOVED.value,
        removal.effective_on >= entry.effective_on,
        removal.effective_on <= today,
    ]
    return sa.and_(
        entry.step.in_([DirectoryStep.LISTED.value, DirectoryStep.RECTIFICATION.value]),
        entry.effective_on <= today,
        ~_there_is(later, [*of_its_level, *since], entry),
        # No national listing outlives a provincial removal.
        ~_there_is(removal, [*of_its_mine, *removed], entry),
    )


def _entries() -> Row:
    return TABLES[RecordKind.DIRECTORY_ENTRY].alias().c


def _there_is(sought: Row, where: Sequence[sa.ColumnElement[bool]], row: Row) -> sa.Exists:
    """Whether there is such a row, looked for anew for each `row`."""
    found: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(sought.id.table).where(*where)
    return sa.exists(found.correlate(row.id.table))
