"""Records that somebody could see and may see no more: by what was posted, or because a day has passed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.moments import CHINA, china_day
from hub.domain.declaring.fields import restored
from hub.domain.log import Action, Posted
from hub.domain.read_plan import Condition, Visibility
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.rules.publication import why_hidden
from hub.domain.words.gone import Gone
from hub.storage.records import log
from hub.storage.records.commitments import Commitment
from hub.storage.records.envelope import Envelope
from hub.storage.records.versions import TABLES
from hub.storage.sql.china_day import ChinaDay
from hub.storage.sql.json_text import one_of
from hub.storage.sql.live import live
from hub.storage.views.access_conditions import condition
from hub.storage.views.view import Row

#: By which way, and from whom, an entry of the log comes that nobody posted.
_SOURCE = "hub"
#: Of which kind records go from sight by the passing of a day, by the word under which they are seen, and the last day.
BY_DAY: Mapping[Condition, tuple[RecordKind, str]] = {
    Condition.IN_PUBLICATION: (RecordKind.PENALTY, "publication_latest_end"),
}


async def gone_from(
    connection: AsyncConnection,
    visibility: Visibility,
    named: Mapping[str, Any],
    entries: Collection[Posted],
    since: datetime | None,
) -> dict[int, Gone]:
    """Of these entries those by which their record went from the caller's sight, by position, and why.

    `named` are the values of the caller that conditions use.  Who is known only `since` a moment could see nothing before it.
    """
    found: dict[int, Gone] = {}
    by_kind: dict[tuple[RecordKind, bool], list[Posted]] = {}
    for entry in entries:
        by_day = entry.action is Action.GONE
        word = visibility.nouns.get(entry.kind.value)
        if word is not None and (not by_day or word in BY_DAY):
            by_kind.setdefault((entry.kind, by_day), []).append(entry)
    for (kind, by_day), some in by_kind.items():
        ids = sorted({entry.record_id for entry in some})
        statement = (_ended_by_day if by_day else _ended_by_post)(kind, visibility)
        rows = await connection.execute(statement.where(one_of(connection, statement.selected_columns.id, ids)), dict(named))
        told = {(row["id"], row["version"]): row for row in rows.mappings()}
        for entry in some:
            row = told.get((entry.record_id, entry.version))
            if row is not None and (since is None or since <= _seen_until(kind, row, entry)):
                found[entry.position] = _why(kind, visibility, row, entry)
    return found


def _ended_by_post(kind: RecordKind, visibility: Visibility) -> sa.Select[Any]:
    """Versions that may not be seen, each after one that could be, and that no passing of a day had hidden before."""
    before, version = TABLES[kind].alias(), TABLES[kind].alias()
    hidden = sa.not_(sa.func.coalesce(sa.and_(sa.true(), *_seen(kind, version.c, visibility)), sa.false()))
    return (
        sa.select(version)
        .join(before, sa.and_(before.c.id == version.c.id, before.c.version == version.c.version - 1))
        .where(hidden, *_seen(kind, before.c, visibility), ~_is_told(before.c))
    )


def _ended_by_day(kind: RecordKind, visibility: Visibility) -> sa.Select[Any]:
    """Versions that could be seen when they were recorded."""
    version = TABLES[kind].alias()
    return sa.select(version).where(*_seen(kind, version.c, visibility))


def _seen(kind: RecordKind, version: Row, visibility: Visibility) -> Iterator[Any]:
    """What held of a version that could be seen on the day on which it was recorded: it could until another came, or its last
    day was over."""
    if not visibility.withdrawn:
        yield version.withdrawn_at.is_(None)
    for word in visibility.rows(kind.value):
        yield condition(word, version, kind.value, ChinaDay(version.recorded_at))


def _is_told(version: Row) -> Any:
    told = log.log.alias().c
    of_it = told.record_id == version.id, told.version == version.version, told.action == Action.GONE.value
    return sa.exists(sa.select(sa.literal_column("1")).select_from(told.entry.table).where(*of_it).correlate(version.id.table))


def _seen_until(kind: RecordKind, version: Mapping[str, Any], entry: Posted) -> datetime:
    """The moment from which on nobody could see it."""
    if entry.action is not Action.GONE:
        return entry.recorded_at
    last: date = next(version[name] for of, name in BY_DAY.values() if of is kind)
    return datetime.combine(last + timedelta(1), time.min, CHINA)


def _why(kind: RecordKind, visibility: Visibility, version: Mapping[str, Any], entry: Posted) -> Gone:
    if version["withdrawn_at"] is not None and not visibility.withdrawn:
        return Gone.WITHDRAWN
    if visibility.nouns[kind.value] is Condition.IN_PUBLICATION:
        record = restored(KINDS[kind].payload, dict(version))
        return why_hidden(record, china_day(entry.recorded_at)) or Gone.RESTRICTED
    return Gone.RESTRICTED


async def note_ended(connection: AsyncConnection, since: date, today: date, now: datetime, most: int) -> int:
    """Write an entry of the log for each record whose last day in sight was `since` a day and is over; how many there were."""
    entries = []
    for word, (kind, last) in BY_DAY.items():
        table = TABLES[kind]
        ended = (
            sa.select(table)
            .where(
                *live(table.c),
                table.c[last] >= since,
                table.c[last] < today,
                condition(word, table.c, kind.value, ChinaDay(table.c.recorded_at)),
                ~_is_told(table.c),
            )
            .order_by(table.c[last], table.c.id)
            .limit(most)
            # Nobody revises it meanwhile: either this tells that it went, or the revision does.
            .with_for_update()
        )
        for row in (await connection.execute(ended)).mappings():
            record = restored(KINDS[kind].payload, dict(row))
            envelope = Envelope(
                record_id=row["id"],
                version=row["version"],
                department=row["department"],
                source=_SOURCE,
                posted_by=_SOURCE,
                recorded_at=now,
                commitment=Commitment(row["salt"], row["payload_hash"]),
            )
            entries.append(log.Entry(envelope, kind, Action.GONE, KINDS[kind].mines(record)))
    if entries:
        await log.append(connection, entries)
    return len(entries)
