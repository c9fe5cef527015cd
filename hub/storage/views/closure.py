"""The closure duties of every mine held to them (plan, section 2.2), each with the record that tells it: looked up in what the
rules say."""

from __future__ import annotations

import sqlalchemy as sa

from hub.domain.record_kinds import RecordKind
from hub.domain.records.duties import CLOSURE_SECTION
from hub.domain.rules.closure import CLOSURE_DUTY
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Plain
from hub.storage.timelines.table import timelines
from hub.storage.views.access_conditions import today
from hub.storage.views.following import BECAUSE, span
from hub.storage.views.view import Relation, in_force, worked_out_view


def _all() -> sa.Subquery:
    mine, kept = TABLES[RecordKind.MINE].alias().c, timelines.alias().c
    # One record at the most tells a duty: what is kept of it is ["…"] or [].
    told_by = sa.func.nullif(sa.func.trim(sa.type_coerce(kept.because, sa.Text()), '[]"'), "")
    return (
        sa.select(
            sa.type_coerce(mine.licence_no + "-" + kept.about, Plain()).label("id"),
            mine.licence_no,
            mine.prefecture_code,
            kept.about.label("task"),
            sa.literal(CLOSURE_SECTION, Plain()).label("section"),
            kept.state,
            sa.type_coerce(kept.label, Plain()).label("why_unknown"),
            kept.due_on,
            sa.type_coerce(told_by, Plain()).label("told_by"),
            *span(kept),
        )
        .select_from(mine.id.table.join(kept.id.table, kept.subject == mine.licence_no))
        .where(*live(mine), *in_force(kept, CLOSURE_DUTY, today()))
        .subquery()
    )


view = worked_out_view("closure_duty", _all(), mine=Relation("mine", {"licence_no": "licence_no"}), because=BECAUSE)
