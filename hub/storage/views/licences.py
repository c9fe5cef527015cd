"""The licence numbers of a mine by days: the one that it has, and those that it had before.

Of a mine that others went into theirs are told too, until that day; of one that went into another, or came out of one, that
other's from the day, or until it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import Order
from hub.domain.record_kinds import RecordKind
from hub.domain.records.successions import Way
from hub.domain.rules.timelines import BEGINNING
from hub.storage.records import branches
from hub.storage.records.licences import leads, table
from hub.storage.records.versions import TABLES
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Plain
from hub.storage.views.view import Relation, Row, View, worked_out_view


def _own() -> sa.Select[Any]:
    """Those of each mine itself."""
    mine, kept = TABLES[RecordKind.MINE].alias().c, table.alias().c
    number = sa.func.coalesce(kept.licence_no, mine.licence_no, type_=Plain())
    left, joined = (branches.table.alias().c for _ in range(2))
    source = (
        mine.id.table.outerjoin(kept.licence_no.table, kept.leads_to == mine.licence_no)
        .outerjoin(left.way.table, sa.and_(left.licence_no == number, _is(left, Way.LEFT)))
        .outerjoin(joined.way.table, sa.and_(joined.licence_no == number, _is(joined, Way.JOINED)))
    )
    from_ = sa.func.coalesce(kept.from_day, left.day, type_=sa.Date())
    return (
        sa.select(
            mine.licence_no.label("leads_to"),
            mine.licence_no.label("mine_no"),
            number.label("licence_no"),
            from_.label("from_"),
            sa.func.coalesce(kept.until_day, joined.day, type_=sa.Date()).label("until"),
            sa.func.coalesce(kept.succession_id, left.succession_id, type_=Plain()).label("succession_id"),
            # What came before all that the hub knows comes first on both databases.
            sa.func.coalesce(from_, sa.literal(BEGINNING, sa.Date()), type_=sa.Date()).label("since"),
        )
        .select_from(source)
        .where(*live(mine))
    )


def _of_others(way: Way, *, told_of_it: bool) -> sa.Select[Any]:
    """Those of a mine on the other side of a branch: `told_of_it` where the mine of the branch's number is told of."""
    branch, other = branches.table.alias().c, _own().subquery().c
    goes_on = leads(branch.goes_on)
    number = leads(branch.licence_no)
    told_of, others = (number, goes_on) if told_of_it else (goes_on, number)
    before = sa.true() if not told_of_it else other.since >= branch.day if way is Way.JOINED else other.since < branch.day
    columns = (other[name] for name in ("mine_no", "licence_no", "from_", "until", "succession_id", "since"))
    return (
        sa.select(sa.type_coerce(told_of, Plain()).label("leads_to"), *columns)
        .select_from(branch.way.table.join(other.since.table, other.leads_to == others))
        .where(_is(branch, way), before)
    )


def _is(branch: Row, way: Way) -> sa.ColumnElement[bool]:
    is_so: sa.ColumnElement[bool] = branch.way == sa.literal(way.value, Plain())
    return is_so


def _all() -> sa.Subquery:
    parts = [_own(), _of_others(Way.JOINED, told_of_it=False)]
    parts += [_of_others(way, told_of_it=True) for way in Way]
    found = sa.union_all(*parts).subquery().c
    kinds = {"from_": sa.Date(), "until": sa.Date(), "since": sa.Date()}
    told = [sa.type_coerce(column, kinds.get(column.name, Plain())).label(column.name) for column in found]
    return sa.select(found.licence_no.label("id"), *told).subquery()


_told = worked_out_view(
    "licence_period",
    _all(),
    mine=Relation(RecordKind.MINE.value, {"mine_no": "licence_no"}),
    succession=Relation(RecordKind.LICENCE_SUCCESSION.value, {"succession_id": "id"}),
)
_ORDER = Order("since", descending=False), Order("id", descending=False)
view = View(noun=_told.noun, table=_told.table, fields=_told.fields, order=_ORDER)
