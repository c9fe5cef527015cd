"""The licence numbers of a mine by days: the one that it has, and those that it had before."""

from __future__ import annotations

import sqlalchemy as sa

from hub.domain.read_plan import Order
from hub.domain.record_kinds import RecordKind
from hub.domain.rules.timelines import BEGINNING
from hub.storage.records.licences import table
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Plain
from hub.storage.views.view import Relation, View, worked_out_view


def _all() -> sa.Subquery:
    mine, kept = TABLES[RecordKind.MINE].alias().c, table.alias().c
    source = mine.id.table.outerjoin(kept.licence_no.table, kept.leads_to == mine.licence_no)
    number = sa.func.coalesce(kept.licence_no, mine.licence_no, type_=Plain())
    # What came before all that the hub knows comes first on both databases.
    since = sa.func.coalesce(kept.from_day, sa.literal(BEGINNING, sa.Date()), type_=sa.Date())
    return (
        sa.select(
            number.label("id"),
            number.label("licence_no"),
            mine.licence_no.label("leads_to"),
            sa.type_coerce(kept.from_day, sa.Date()).label("from_"),
            sa.type_coerce(kept.until_day, sa.Date()).label("until"),
            sa.type_coerce(kept.succession_id, Plain()).label("succession_id"),
            since.label("since"),
        )
        .select_from(source)
        .where(*live(mine))
        .subquery()
    )


_told = worked_out_view(
    "licence_period", _all(), succession=Relation(RecordKind.LICENCE_SUCCESSION.value, {"succession_id": "id"})
)
view = View(noun=_told.noun, table=_told.table, fields=_told.fields, order=(Order("since", descending=False),))
