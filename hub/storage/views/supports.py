"""Which supports each mine may have now, and why: looked up in what the rules say of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Condition
from hub.domain.record_kinds import RecordKind
from hub.domain.records.supports import SUPPORTS, Eligibility
from hub.domain.rules.bars import BARRED
from hub.domain.rules.conflicts import ConflictCode
from hub.domain.rules.doubts import BY_PENALTY
from hub.domain.rules.supports import SUPPORT
from hub.storage.records.versions import TABLES
from hub.storage.sql.json_text import literal
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Json, Plain, text
from hub.storage.timelines.table import timelines
from hub.storage.views.access_conditions import CALLER_SEES_ALL_PENALTIES, today
from hub.storage.views.following import BECAUSE, span
from hub.storage.views.made_public import made_public
from hub.storage.views.view import Day, Relation, Row, holding, in_force, worked_out_view


def _table() -> sa.Subquery:
    mine = TABLES[RecordKind.MINE].alias().c
    supports = (
        sa.union_all(
            *(
                sa.select(
                    sa.literal(support.value, sa.Text()).label("support"),
                    sa.literal(facts.section, sa.Text()).label("section"),
                    sa.literal(facts.terms, sa.Text()).label("terms"),
                )
                for support, facts in SUPPORTS.items()
            )
        )
        .subquery("supports")
        .c
    )
    told, bar = timelines.alias().c, timelines.alias().c

    def first_bar(value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        held = sa.select(value).where(bar.subject == mine.licence_no, *in_force(bar, BARRED, today()))
        # Of several lists the one that the mine has been on for longest; what was never told comes last.
        return held.order_by(bar.due_on.is_(None), bar.due_on, bar.about).limit(1).correlate(mine.id.table).scalar_subquery()

    return (
        sa.select(
            sa.type_coerce(mine.licence_no + "-" + supports.support, Plain()).label("id"),
            mine.licence_no,
            sa.type_coerce(supports.support, Plain()).label("support"),
            sa.type_coerce(supports.section, Plain()).label("section"),
            sa.type_coerce(supports.terms, text()).label("terms"),
            sa.type_coerce(_as_shown(told), Plain()).label("eligibility"),
            sa.type_coerce(_shown_doubts(told), Json()).label("reasons"),
            sa.type_coerce(first_bar(bar.state), Plain()).label("barred_by"),
            sa.type_coerce(first_bar(bar.due_on), sa.Date()).label("barred_since"),
            *_shown_span(told),
        )
        .select_from(mine.id.table.join(supports.support.table, sa.true()).join(told.id.table, told.subject == mine.licence_no))
        .where(*live(mine), *in_force(told, SUPPORT, today()))
        .subquery()
    )


def _shown_doubts(told: Row) -> sa.ColumnElement[Any]:
    """The doubts of a row of timelines, without those made by penalties of which the caller is shown none."""
    shown: sa.ColumnElement[Any] = sa.type_coerce(told.label, sa.Text())
    for code in BY_PENALTY:
        word = f'"{code.value}"'
        without = shown
        for cut in (f",{word}", f"{word},", word):
            without = sa.func.replace(without, literal(cut), literal(""))
        is_hidden = sa.and_(~_sees_all(), told.label.like(literal(f"%{word}%")), _none_is_published(told, code))
        shown = sa.case((is_hidden, without), else_=shown)
    return shown


def _as_shown(told: Row) -> sa.ColumnElement[Any]:
    """`hub.domain.rules.supports.as_shown`."""
    is_eligible = sa.and_(told.state == Eligibility.IN_DOUBT.value, _shown_doubts(told) == literal("[]"))
    return sa.case((is_eligible, literal(Eligibility.ELIGIBLE.value)), else_=sa.type_coerce(told.state, sa.Text()))


def _shown_span(told: Row) -> list[sa.ColumnElement[Any]]:
    """What is told of the days and the records of a row of timelines.  Another day on which it began or ended would tell of a
    penalty that is hidden, and so would the records of a doubt that is."""
    line, since, until = span(told)
    all_is_shown = sa.or_(_sees_all(), sa.type_coerce(told.label, sa.Text()) == _shown_doubts(told))
    return [
        sa.case((all_is_shown, line)).label("line_id"),
        *(sa.case((_sees_all(), day)).label(name) for name, day in (("since", since), ("until", until))),
    ]


def _sees_all() -> sa.ColumnElement[bool]:
    return sa.bindparam(CALLER_SEES_ALL_PENALTIES, None, type_=sa.Boolean())


def _none_is_published(told: Row, code: ConflictCode) -> sa.ColumnElement[bool]:
    """Whether of the penalties that make a doubt of a mine today none is in publication."""
    doubt, penalty = timelines.alias().c, TABLES[RecordKind.PENALTY].alias().c
    found: sa.Select[Any] = (
        sa.select(sa.literal_column("1"))
        .select_from(doubt.id.table, penalty.id.table)
        .where(
            doubt.subject == told.subject,
            doubt.rule == literal(code.value),
            *holding(doubt, today()),
            penalty.id == doubt.about,
            *live(penalty),
            made_public(Condition.IN_PUBLICATION, penalty, today()),
        )
    )
    # Less deep than NOT (EXISTS (…)), of which SQLite bears only so much.
    return found.correlate(told.id.table).limit(1).scalar_subquery().is_(None)


def _in_force(_: Row, policy: Row, day: Day) -> Sequence[sa.ColumnElement[bool]]:
    return [policy.effective_on <= day, sa.or_(policy.ends_on.is_(None), policy.ends_on >= day)]


eligibility = worked_out_view(
    "support_eligibility",
    _table(),
    tells_of=(RecordKind.PENALTY.value,),
    policies=Relation("support_policy", {"support": "support"}, where=_in_force),
    because=BECAUSE,
    grants=Relation("support_grant", {"licence_no": "licence_no", "support": "support"}),
)
