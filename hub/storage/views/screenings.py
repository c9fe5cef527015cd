"""What the database works out of screenings: whether what they compared is still so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.record_kinds import RecordKind
from hub.domain.records.screenings import ScreeningState
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Plain
from hub.storage.views.view import Day, Expression, Row, Source


def outdated(screening: Row, day: Day) -> sa.ColumnElement[Any]:
    """Whether the mine's boundary, or a zone whose extent meets the mine's, is another than when the screening was recorded.

    A zone that came, went, moved or came into force by the day counts where it was and where it is.
    """
    return sa.or_(_mine_changed(screening), _zone_changed(screening, day))


def _mine_changed(screening: Row) -> sa.ColumnElement[Any]:
    then, today = TABLES[RecordKind.MINE].alias().c, TABLES[RecordKind.MINE].alias().c
    changed = [
        today.licence_no == screening.licence_no,
        *_another_version(today),
        today.recorded_at > screening.recorded_at,
        # It may have had another number then.
        then.id == today.id,
        *_stood_then(then, screening),
        today.boundary.is_distinct_from(then.boundary),
    ]
    return sa.and_(_may_be_another(screening), _there_is([then, today], changed, screening))


def _may_be_another(screening: Row) -> sa.ColumnElement[Any]:
    """Whether the mine was told anew since the oldest screening that stands: such mines are read once for all screenings, and
    most are not among them."""
    mine, standing = TABLES[RecordKind.MINE].alias().c, TABLES[RecordKind.SCREENING].alias().c
    oldest = sa.select(sa.func.min(standing.recorded_at)).where(*live(standing)).scalar_subquery()
    since = [mine.licence_no == screening.licence_no, *_another_version(mine), mine.recorded_at > oldest]
    stands_no_more = sa.or_(screening.superseded_at.is_not(None), screening.withdrawn_at.is_not(None))
    return sa.or_(stands_no_more, _there_is([mine], since, screening))


def _another_version(mine: Row) -> list[sa.ColumnElement[bool]]:
    """That a mine as it stands comes after another version."""
    return [mine.superseded_at.is_(None), mine.version > sa.literal_column("1")]


def _zone_changed(screening: Row, day: Day) -> sa.ColumnElement[Any]:
    def then(zone: Row) -> list[sa.ColumnElement[bool]]:
        return [*_stood_then(zone, screening), zone.effective_on <= screening.screened_on]

    def today(zone: Row) -> list[sa.ColumnElement[bool]]:
        return [zone.superseded_at.is_(None), zone.effective_on <= day]

    return sa.and_(
        _may_have_changed(screening, day), sa.or_(_without_like(screening, then, today), _without_like(screening, today, then))
    )


def _may_have_changed(screening: Row, day: Day) -> sa.ColumnElement[Any]:
    """Whether any zone was recorded, replaced or came into force since: told once for all screenings, most of which are of a
    day on which all zones were as they are."""
    zone = TABLES[RecordKind.ZONE].alias().c
    recorded, replaced, in_force = (
        sa.select(sa.func.max(column)).scalar_subquery() for column in (zone.recorded_at, zone.superseded_at, zone.effective_on)
    )
    since = recorded > screening.recorded_at, replaced > screening.recorded_at, in_force > screening.screened_on, in_force > day
    # Where nothing is known the other condition would be asked as well.
    return sa.func.coalesce(sa.or_(*since), sa.false(), type_=sa.Boolean())


Standing = Callable[[Row], list[sa.ColumnElement[bool]]]


def _without_like(screening: Row, these: Standing, those: Standing) -> sa.ColumnElement[Any]:
    """Whether near the mine there is a zone as it stood at one time without the same boundary at the other."""
    mine, zone, like = (TABLES[kind].alias().c for kind in (RecordKind.MINE, RecordKind.ZONE, RecordKind.ZONE))
    same = [like.id == zone.id, like.boundary == zone.boundary, like.withdrawn_at.is_(None), *those(like)]
    near = [
        mine.licence_no == screening.licence_no,
        *live(mine),
        zone.zone_kind == screening.zone_kind,
        zone.withdrawn_at.is_(None),
        *these(zone),
        zone.west <= mine.east,
        zone.east >= mine.west,
        zone.south <= mine.north,
        zone.north >= mine.south,
        ~_there_is([like], same, zone, screening),
    ]
    return _there_is([mine, zone], near, screening)


def _there_is(rows: Sequence[Row], where: Sequence[sa.ColumnElement[bool]], *outer: Row) -> sa.Exists:
    """Whether there are such rows, looked for anew for each of the outer ones."""
    sought: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(*(row.id.table for row in rows)).where(*where)
    return sa.exists(sought.correlate(*(row.id.table for row in outer)))


def _stood_then(row: Row, screening: Row) -> list[sa.ColumnElement[bool]]:
    return [
        row.recorded_at <= screening.recorded_at,
        sa.or_(row.superseded_at.is_(None), row.superseded_at > screening.recorded_at),
    ]


def state(screening: Row, day: Day) -> sa.ColumnElement[Any]:
    """Whether the screening still holds."""
    return sa.case((outdated(screening, day), ScreeningState.OUTDATED.value), else_=ScreeningState.CURRENT.value)


WORKED_OUT: dict[str, Source] = {"state": Expression(state, Plain())}


def _behind(row: Row, after: tuple[datetime, str] | None) -> list[sa.ColumnElement[bool]]:
    if after is None:
        return []
    moment, record_id = after
    return [sa.or_(row.recorded_at > moment, sa.and_(row.recorded_at == moment, row.id > record_id))]


async def outdated_of(
    connection: AsyncConnection, source: str, on: date, *, after: tuple[datetime, str] | None = None, most: int
) -> Sequence[Any]:
    """The newest screenings of mines that came by a way and are outdated on a day: whose, in whose name, of which mine.

    In the order in which they were recorded, with the moment and the id, from behind such a pair on.
    """
    table, later = TABLES[RecordKind.SCREENING].c, TABLES[RecordKind.SCREENING].alias().c
    mine = TABLES[RecordKind.MINE].alias().c
    newer = [
        later.licence_no == table.licence_no,
        later.zone_kind == table.zone_kind,
        later.screened_on > table.screened_on,
        *live(later),
    ]
    bounded = [mine.licence_no == table.licence_no, mine.boundary.is_not(None), *live(mine)]
    rows = await connection.execute(
        sa.select(table.posted_by, table.authority_code, table.licence_no, table.recorded_at, table.id)
        .where(
            table.source == source,
            *live(table),
            ~_there_is([later], newer, table),
            _there_is([mine], bounded, table),
            outdated(table, sa.literal(on, sa.Date())),
            *_behind(table, after),
        )
        .order_by(table.recorded_at, table.id)
        .limit(most)
    )
    return rows.all()
