"""What follows from a mine's records, as spans of days, and the records that decide it: looked up in what the rules say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from hub.domain.rules.timelines import BEGINNING, END
from hub.domain.rules.told import Followed
from hub.domain.words.identifiers import DIGEST_CHARACTERS
from hub.storage.sql.json_text import Elements
from hub.storage.sql.metadata import Plain
from hub.storage.timelines.table import timelines
from hub.storage.views.view import Day, Relation, Row, worked_out_view

#: From a row of a line to the records that decide it.
BECAUSE = Relation("reason", {"line_id": "line_id"})


def span(kept: Row) -> list[sa.ColumnElement[Any]]:
    """What tells of a line's row since when and until when it is so, and by which row its records are found."""
    begun, over = kept.from_day > _day(BEGINNING), kept.until_day < _day(END)
    return [
        sa.type_coerce(kept.id, sa.BigInteger()).label("line_id"),
        sa.case((begun, kept.from_day), else_=sa.null()).label("since"),
        sa.case((over, kept.until_day), else_=sa.null()).label("until"),
    ]


def _day(day: Any) -> sa.ColumnElement[Any]:
    # A date would stand there as mere text.
    return sa.func.date(sa.literal(day.isoformat(), sa.Text()), type_=sa.Date())


def _spans() -> sa.Subquery:
    kept = timelines.alias().c
    told = [sa.literal(word.value, Plain()) for word in Followed]
    return (
        sa.select(
            sa.type_coerce(kept.subject + "-" + kept.rule, Plain()).label("id"),
            sa.type_coerce(kept.subject, Plain()).label("licence_no"),
            kept.rule,
            kept.state,
            kept.from_day,
            kept.until_day,
            *span(kept),
        )
        .where(kept.superseded_at.is_(None), kept.rule.in_(told))
        .subquery()
    )


def _reasons() -> sa.Subquery:
    kept = timelines.alias().c
    items = Elements(sa.type_coerce(kept.because, sa.Text())).table_valued("value", name="reason")
    # The one database gives the element's text, the other its JSON.
    record = sa.func.trim(sa.cast(items.c.value, sa.Text()), '"')
    kind = sa.func.upper(sa.func.substr(record, 1, sa.func.length(record) - DIGEST_CHARACTERS - 1))
    told = sa.select(
        sa.type_coerce(record, Plain()).label("id"),
        sa.type_coerce(kept.id, sa.BigInteger()).label("line_id"),
        sa.type_coerce(record, Plain()).label("record_id"),
        sa.type_coerce(kind, Plain()).label("kind"),
    )
    # The list is of the row before it.
    return told.select_from(kept.id.table.join(items, sa.true())).subquery()


def _on(_: Row, found: Row, day: Day) -> Sequence[sa.ColumnElement[bool]]:
    return [found.from_day <= day, found.until_day > day]


#: From a mine to what follows of it on a day.
OF_A_MINE = Relation("timeline_span", {"licence_no": "licence_no"}, where=_on)

spans = worked_out_view("timeline_span", _spans(), because=BECAUSE)
reasons = worked_out_view("reason", _reasons())
