"""How far the plan's targets are reached, and which yearly reports are due: worked out from what stands.

The figures of a year are counted on its last day, those of the running year today: of each mine as it was known on that day, so
that what is told of it afterwards leaves them as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from hub.domain.record_kinds import RecordKind
from hub.domain.records.duties import PRODUCING
from hub.domain.records.mines import MineScale
from hub.domain.records.standing import LISTED
from hub.domain.records.targets import TARGETS, YEARS
from hub.domain.rules.plan import REPORT_DUE
from hub.domain.rules.progress import REMINDER_DAYS, ReportState
from hub.domain.rules.standing import STANDING
from hub.domain.words.divisions import PREFECTURES
from hub.storage.records.versions import TABLES
from hub.storage.sql.china_day import ChinaDay
from hub.storage.sql.json_text import Elements, member_text
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Plain, Scaled
from hub.storage.timelines.table import timelines
from hub.storage.views.access_conditions import today
from hub.storage.views.constant_rows import written_rows
from hub.storage.views.standing import listed
from hub.storage.views.view import Day, Relation, Row, in_force, worked_out_view


def _quotient(units: sa.ColumnElement[Any], by: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The whole part of a quotient of whole numbers, on both databases."""
    return sa.Grouping(units).op("/", return_type=sa.BigInteger())(by)


def _years() -> Row:
    """The plan's years, each with the day that it is counted on."""
    ends = written_rows("ends", {"year": sa.Integer(), "ends_on": sa.Date()}, [(year, date(year, 12, 31)) for year in YEARS])
    counted = sa.case((ends.ends_on < today(), ends.ends_on), else_=today())
    return sa.select(ends.year, sa.type_coerce(counted, sa.Date()).label("day")).subquery("years").c


def _licensed(mine: Row, day: Day) -> list[sa.ColumnElement[bool]]:
    """持证在产: in production under a valid licence."""
    return [
        mine.life_cycle.in_(sorted(PRODUCING)),
        mine.licence_valid_from <= day,
        mine.licence_valid_until >= day,
    ]


def _counts_on(version: Row, day: Day) -> list[sa.ColumnElement[bool]]:
    """Whether a version of a mine is the one that was known on a day, and counts; the first one is true of all days before it
    (`hub.domain.rules.timelines`)."""
    was_known = sa.or_(version.version == sa.literal_column("1"), ChinaDay(version.recorded_at) <= day)
    still = sa.or_(version.superseded_at.is_(None), ChinaDay(version.superseded_at) > day)
    return [version.withdrawn_at.is_(None), was_known, still, *_licensed(version, day)]


def _in_good_order(stands: Row) -> sa.ColumnElement[bool]:
    """Whether a row of the standing's line tells that a mine is in the directory and in good order."""
    listed: sa.ColumnElement[bool] = stands.state.in_(sorted(word.value for word in LISTED))
    return listed


def _counted() -> Row:
    """Licensed producing mines by prefecture, scale and day of counting, and how many of them are in good order."""
    mine, now = (TABLES[RecordKind.MINE].alias().c for _ in range(2))
    # The running year and those to come are counted on one day, which is looked at once.
    days = sa.select(_years().day).distinct().subquery("days").c
    source = days.day.table.join(mine.id.table, sa.and_(*_counts_on(mine, days.day)))
    # A mine stands in the directory under the number that it has today; what was withdrawn never was.
    source = source.join(now.id.table, sa.and_(now.id == mine.id, *live(now)))
    stands = timelines.alias().c
    source = source.outerjoin(
        stands.state.table,
        sa.and_(stands.subject == now.licence_no, _in_good_order(stands), *in_force(stands, STANDING, days.day)),
    )
    return (
        sa.select(
            mine.prefecture_code,
            mine.scale,
            days.day,
            sa.func.count().label("producing"),
            sa.func.count(stands.state).label("at_standard"),
        )
        .select_from(source)
        .group_by(mine.prefecture_code, mine.scale, days.day)
        .subquery("counted")
        .c
    )


def _rounded_up(target: sa.ColumnElement[Any], producing: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """How many mines a share is: nine tenths of eleven mines are ten."""
    return _quotient(target * producing + 9999, sa.literal_column("10000"))


def _planned(scale: MineScale, year: int) -> int | None:
    """What the plan sets, in hundredths of a percent."""
    share = TARGETS.get(scale, {}).get(year)
    return None if share is None else share * 100


def _reported(report: Row, scale: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[Any]:
    """A figure of a report for a scale; NULL where it tells none, or there is no report."""
    figure = Elements(sa.type_coerce(report.figures, sa.Text())).table_valued("value", name="figure").c.value
    told: sa.Select[Any] = (
        sa.select(sa.cast(member_text(figure, name), sa.BigInteger()))
        .where(member_text(figure, "scale") == sa.type_coerce(scale, sa.Text()))
        .correlate(report.id.table, scale.table)
    )
    return told.scalar_subquery()


def _progress() -> sa.Subquery:
    places = written_rows("places", {"prefecture_code": Plain()}, [(code,) for code in PREFECTURES])
    cells = written_rows(
        "cells",
        {"scale": Plain(), "year": sa.Integer(), "planned": sa.BigInteger(), "planned_next": sa.BigInteger()},
        [(scale.value, year, _planned(scale, year), _planned(scale, year + 1)) for scale in MineScale for year in YEARS],
    )
    years, counted = _years(), _counted()
    own, following = (TABLES[RecordKind.PREFECTURE_TARGET].alias().c for _ in range(2))
    source = (
        places.prefecture_code.table.join(cells.scale.table, sa.true())
        .join(years.year.table, years.year == cells.year)
        .outerjoin(
            counted.day.table,
            sa.and_(counted.prefecture_code == places.prefecture_code, counted.scale == cells.scale, counted.day == years.day),
        )
    )
    for one, year in ((own, cells.year), (following, cells.year + 1)):
        its = [one.prefecture_code == places.prefecture_code, one.year == year, cells.scale == MineScale.SMALL.value]
        source = source.outerjoin(one.id.table, sa.and_(*its, *live(one)))
    report = TABLES[RecordKind.PROGRESS_REPORT].alias().c
    source = source.outerjoin(
        report.id.table,
        sa.and_(report.prefecture_code == places.prefecture_code, report.year == cells.year, *live(report)),
    )
    target = sa.func.coalesce(cells.planned, sa.type_coerce(own.share, sa.BigInteger()), type_=sa.BigInteger())
    next_target = sa.func.coalesce(cells.planned_next, sa.type_coerce(following.share, sa.BigInteger()), type_=sa.BigInteger())
    producing = sa.func.coalesce(counted.producing, 0, type_=sa.BigInteger())
    at_standard = sa.cast(sa.func.coalesce(counted.at_standard, 0), sa.BigInteger())
    counts = (
        sa.select(
            (places.prefecture_code + "-" + cells.scale + "-" + sa.cast(cells.year, sa.Text())).label("id"),
            places.prefecture_code,
            cells.scale,
            cells.year,
            years.day.label("counted_on"),
            target.label("target"),
            producing.label("producing"),
            at_standard.label("at_standard"),
            _rounded_up(target, producing).label("needed"),
            _rounded_up(next_target, producing).label("needed_next"),
            _reported(report, cells.scale, "producing").label("reported_producing"),
            _reported(report, cells.scale, "atStandard").label("reported_at_standard"),
        )
        .select_from(source)
        .subquery()
        .c
    )
    short = counts.needed - counts.at_standard
    differs = sa.or_(counts.reported_producing != counts.producing, counts.reported_at_standard != counts.at_standard)
    share = _quotient(counts.at_standard * 10_000, counts.producing)
    return sa.select(
        sa.type_coerce(counts.id, Plain()).label("id"),
        sa.type_coerce(counts.prefecture_code, Plain()).label("prefecture_code"),
        sa.type_coerce(counts.scale, Plain()).label("scale"),
        counts.year,
        sa.type_coerce(counts.counted_on, sa.Date()).label("counted_on"),
        sa.type_coerce(counts.target, Scaled(2)).label("target"),
        counts.producing,
        counts.at_standard,
        sa.type_coerce(sa.case((counts.producing > 0, share), else_=sa.null()), Scaled(2)).label("share"),
        counts.needed,
        counts.needed_next,
        sa.case((short > 0, short), (short <= 0, 0), else_=sa.null()).label("gap"),
        counts.reported_producing,
        counts.reported_at_standard,
        sa.case((counts.reported_producing.is_not(None), differs), else_=sa.null()).label("differs"),
    ).subquery()


def _candidate(_: Row, mine: Row, day: Day) -> Sequence[sa.ColumnElement[bool]]:
    return [*_licensed(mine, day), ~listed(mine, day)]


def _at_standard(progress: Row, mine: Row, _: Day) -> Sequence[sa.ColumnElement[bool]]:
    day, stands = progress.counted_on, timelines.alias().c
    was = TABLES[RecordKind.MINE].alias().c
    of_its_scale = was.prefecture_code == progress.prefecture_code, was.scale == progress.scale
    counted = sa.select(was.id).where(*of_its_scale, *_counts_on(was, day)).correlate(progress.counted_on.table)
    # Looked up for each mine: as a condition that there is such a row, PostgreSQL reads all standings for each cell.
    on_it = sa.select(_in_good_order(stands)).where(stands.subject == mine.licence_no, *in_force(stands, STANDING, day))
    return [mine.id.in_(counted), on_it.correlate_except(stands.id.table).scalar_subquery()]


def _set_by_it(progress: Row, _: Row, __: Day) -> Sequence[sa.ColumnElement[bool]]:
    return [progress.scale == sa.literal(MineScale.SMALL.value, Plain())]


_OF_ITS_SCALE = {"prefecture_code": "prefecture_code", "scale": "scale"}
_OF_ITS_YEAR = {"prefecture_code": "prefecture_code", "year": "year"}

target_progress = worked_out_view(
    "target_progress",
    _progress(),
    prefecture=Relation("division", {"prefecture_code": "code"}),
    at_standard_mines=Relation("mine", where=_at_standard),
    candidates=Relation("mine", _OF_ITS_SCALE, where=_candidate),
    prefecture_target=Relation("prefecture_target", _OF_ITS_YEAR, where=_set_by_it),
    report=Relation("progress_report", _OF_ITS_YEAR),
)


def _duties() -> sa.Subquery:
    places = written_rows("places", {"prefecture_code": Plain()}, [(code,) for code in PREFECTURES])
    due = [(year, date(year, *REPORT_DUE), date(year, *REPORT_DUE) - timedelta(REMINDER_DAYS)) for year in YEARS]
    years = written_rows("years", {"year": sa.Integer(), "due_on": sa.Date(), "reminded_from": sa.Date()}, due)
    report = TABLES[RecordKind.PROGRESS_REPORT].alias().c
    source = places.prefecture_code.table.join(years.year.table, sa.true()).outerjoin(
        report.id.table,
        sa.and_(report.prefecture_code == places.prefecture_code, report.year == years.year, *live(report)),
    )
    state = sa.case(
        (report.signed_off_on > years.due_on, ReportState.LATE.value),
        (report.id.is_not(None), ReportState.SIGNED_OFF.value),
        (years.due_on < today(), ReportState.OVERDUE.value),
        (years.reminded_from <= today(), ReportState.DUE_SOON.value),
        else_=ReportState.NOT_YET_DUE.value,
    )
    return (
        sa.select(
            sa.type_coerce(places.prefecture_code + "-" + sa.cast(years.year, sa.Text()), Plain()).label("id"),
            sa.type_coerce(places.prefecture_code, Plain()).label("prefecture_code"),
            years.year,
            sa.type_coerce(years.due_on, sa.Date()).label("due_on"),
            sa.type_coerce(state, Plain()).label("state"),
            sa.type_coerce(report.id, Plain()).label("report_id"),
        )
        .select_from(source)
        .subquery()
    )


report_duty = worked_out_view(
    "report_duty",
    _duties(),
    prefecture=Relation("division", {"prefecture_code": "code"}),
    report=Relation("progress_report", {"report_id": "id"}),
    progress=Relation("target_progress", _OF_ITS_YEAR),
)
