"""The rules of standing and of duties (`hub.domain.records`) as SQL; tests/schema/test_standing.py holds the two together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Order
from hub.domain.record_kinds import RecordKind
from hub.domain.records.directory import DirectoryLevel, DirectoryStep
from hub.domain.records.duties import CLOSING_YEARS, CONTRACTING_SCALES, BuildDuty
from hub.domain.records.mines import LifeCycle
from hub.domain.records.standing import Standing
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Plain, Scaled
from hub.storage.views.view import Day, Expression, Relation, Row, Source

_LATEST = Order("effective_on", descending=True)


def _latest_step(mine: Row, level: DirectoryLevel, day: Day) -> sa.ScalarSelect[Any]:
    entry = TABLES[RecordKind.DIRECTORY_ENTRY].alias().c
    return (
        sa.select(entry.step)
        .where(entry.licence_no == mine.licence_no, entry.level == level.value, entry.effective_on <= day, *live(entry))
        .order_by(entry.effective_on.desc())
        .limit(1)
        .correlate(mine.licence_no.table)
        .scalar_subquery()
    )


def _open_on(_: Row, assessment: Row, day: Day) -> Sequence[sa.ColumnElement[bool]]:
    return [assessment.applied_on <= day, sa.or_(assessment.ended_on.is_(None), assessment.ended_on > day)]


def _in_force_on(_: Row, contract: Row, day: Day) -> Sequence[sa.ColumnElement[bool]]:
    return [contract.signed_on <= day, sa.or_(contract.terminated_on.is_(None), contract.terminated_on > day)]


def closing(mine: Row) -> sa.ColumnElement[bool]:
    """Whether so little is left that the mine is held to closure duties only."""
    return sa.func.coalesce(mine.remaining_years < sa.literal(CLOSING_YEARS, Scaled(2)), sa.false(), type_=sa.Boolean())


def in_good_order(provincial: sa.ColumnElement[Any], national: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Whether the latest steps of the two levels (empty where there is none) mean one of `records.standing.LISTED`."""
    out = [DirectoryStep.REMOVED.value, DirectoryStep.RECTIFICATION.value]
    return sa.and_(
        provincial.not_in(out),
        national != DirectoryStep.RECTIFICATION.value,
        sa.or_(provincial == DirectoryStep.LISTED.value, national == DirectoryStep.LISTED.value),
    )


def listed(mine: Row, day: Day) -> sa.ColumnElement[bool]:
    """Whether the mine is in the directory and in good order on a day: the same as its standing says, for less."""
    steps = (sa.func.coalesce(_latest_step(mine, level, day), "", type_=sa.Text()) for level in DirectoryLevel)
    return in_good_order(*steps)


def _exists(mine: Row, other: Row, conditions: Sequence[sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    found = sa.exists().where(other.licence_no == mine.licence_no, *conditions, *live(other))
    return found.correlate(mine.licence_no.table)


def standing(mine: Row, day: Day) -> sa.ColumnElement[Any]:
    """The mine's standing on a day."""
    levels = (DirectoryLevel.PROVINCIAL, DirectoryLevel.NATIONAL)
    # The limit keeps PostgreSQL from putting each look-up wherever its step is named: there are seven such places.
    steps = sa.select(*(_latest_step(mine, level, day).label(level.value) for level in levels)).limit(sa.literal_column("1"))
    provincial, national = steps.subquery().c
    assessment = TABLES[RecordKind.ASSESSMENT].alias().c
    contract = TABLES[RecordKind.CONTRACT].alias().c
    assessed = _exists(mine, assessment, _open_on(mine, assessment, day))
    contracted = _exists(mine, contract, _in_force_on(mine, contract, day))
    stands = sa.case(
        (provincial == DirectoryStep.REMOVED.value, Standing.REMOVED.value),
        (
            sa.or_(provincial == DirectoryStep.RECTIFICATION.value, national == DirectoryStep.RECTIFICATION.value),
            Standing.WARNED.value,
        ),
        (national == DirectoryStep.LISTED.value, Standing.LISTED_NATIONAL.value),
        (provincial == DirectoryStep.LISTED.value, Standing.LISTED_PROVINCIAL.value),
        (closing(mine), Standing.EXEMPT_CLOSING.value),
        (provincial == DirectoryStep.PUBLIC_NOTICE.value, Standing.PUBLIC_NOTICE.value),
        (provincial == DirectoryStep.PROPOSED.value, Standing.UNDER_ASSESSMENT.value),
        (assessed, Standing.UNDER_ASSESSMENT.value),
        (contracted, Standing.CONTRACTED.value),
        else_=Standing.NOT_STARTED.value,
    )
    return sa.select(stands).select_from(provincial.table).correlate(mine.licence_no.table).scalar_subquery()


def held_to_closure(mine: Row) -> sa.ColumnElement[bool]:
    """Whether a mine that is not closed is held to closure duties."""
    return sa.and_(mine.life_cycle != LifeCycle.CLOSED.value, sa.or_(mine.life_cycle == LifeCycle.CLOSING.value, closing(mine)))


def _build_duty(mine: Row, day: Day) -> sa.ColumnElement[Any]:
    stopped = sa.and_(
        mine.life_cycle != LifeCycle.NEW.value,
        sa.func.coalesce(mine.normal_production_3_years, sa.true(), type_=sa.Boolean()).is_(sa.false()),
    )
    return sa.case(
        (mine.life_cycle == LifeCycle.CLOSED.value, BuildDuty.CLOSED.value),
        (held_to_closure(mine), BuildDuty.CLOSURE_DUTIES.value),
        (
            sa.or_(mine.licence_valid_from > day, mine.licence_valid_until < day),
            BuildDuty.NO_VALID_LICENCE.value,
        ),
        (sa.or_(mine.life_cycle == LifeCycle.SUSPENDED.value, stopped), BuildDuty.NOT_PRODUCING.value),
        else_=BuildDuty.MUST_BUILD.value,
    )


def _must_contract(mine: Row, day: Day) -> sa.ColumnElement[Any]:
    scales = sorted(scale.value for scale in CONTRACTING_SCALES)
    return sa.and_(_build_duty(mine, day) == BuildDuty.MUST_BUILD.value, mine.scale.in_(scales))


def _entry_of(level: DirectoryLevel) -> Relation:
    def in_force(_: Row, entry: Row, day: Day) -> Sequence[sa.ColumnElement[bool]]:
        return [entry.level == level.value, entry.effective_on <= day]

    return Relation("directory_entry", {"licence_no": "licence_no"}, where=in_force, order=(_LATEST,))


#: What the database works out of a mine's place in the plan.
WORKED_OUT: dict[str, Source] = {
    "standing": Expression(standing, Plain()),
    "provincial_entry": _entry_of(DirectoryLevel.PROVINCIAL),
    "national_entry": _entry_of(DirectoryLevel.NATIONAL),
    "open_assessment": Relation(
        "assessment",
        {"licence_no": "licence_no"},
        where=_open_on,
        order=(Order("applied_on", descending=True), Order("id", descending=True)),
    ),
    "contract_in_force": Relation(
        "contract",
        {"licence_no": "licence_no"},
        where=_in_force_on,
        order=(Order("signed_on", descending=True), Order("id", descending=True)),
    ),
    "supports": Relation("support_eligibility", {"licence_no": "licence_no"}),
    "conflicts": Relation("conflict", {"licence_no": "licence_no"}),
    "closure_duties": Relation("closure_duty", {"licence_no": "licence_no"}),
    "build_duty": Expression(_build_duty, Plain()),
    "must_contract": Expression(_must_contract, sa.Boolean()),
}
