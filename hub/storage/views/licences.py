"""The licence numbers of a mine by days: the one that it has, and those that it had before.

Of a mine that others went into theirs are told too, until that day; of one that went into another, or came out of one, that
other's from the day, or until it.
"""

from __future__ import annotations

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
from hub.storage.views.constant_rows import written_rows
from hub.storage.views.view import Relation, Row, View, worked_out_view

#: Whose numbers are told of a mine: its own, those of one that went into it, of the one that it went into or came out of.
_OWN, _CAME, _WENT, _LEFT = "OWN", "CAME", "WENT", "LEFT"


def _all() -> sa.Subquery:
    """One flat statement: SQLite hands the mine that is asked for down into no other."""
    mine, other = (TABLES[RecordKind.MINE].alias().c for _ in range(2))
    branch, left, joined = (branches.table.alias().c for _ in range(3))
    kept = table.alias().c
    side = written_rows("sides", {"side": Plain()}, [(_OWN,), (_CAME,), (_WENT,), (_LEFT,)]).side
    number = sa.func.coalesce(kept.licence_no, other.licence_no, type_=Plain())
    from_ = sa.func.coalesce(kept.from_day, left.day, type_=sa.Date())
    # What came before all that the hub knows comes first on both databases.
    since = sa.func.coalesce(from_, sa.literal(BEGINNING, sa.Date()), type_=sa.Date())
    goes_on, parts = leads(branch.goes_on), leads(branch.licence_no)
    meant = sa.or_(
        sa.and_(side == _word(_CAME), _is(branch, Way.JOINED), goes_on == mine.licence_no),
        sa.and_(side == _word(_WENT), _is(branch, Way.JOINED), parts == mine.licence_no),
        sa.and_(side == _word(_LEFT), _is(branch, Way.LEFT), parts == mine.licence_no),
    )
    whose = sa.case((side == _word(_OWN), mine.licence_no), (side == _word(_CAME), parts), else_=goes_on)
    source = (
        mine.id.table.join(side.table, sa.true())
        .outerjoin(branch.way.table, meant)
        .join(other.id.table, sa.and_(other.licence_no == whose, *live(other)))
        .outerjoin(kept.licence_no.table, kept.leads_to == other.licence_no)
        .outerjoin(left.way.table, sa.and_(left.licence_no == number, _is(left, Way.LEFT)))
        .outerjoin(joined.way.table, sa.and_(joined.licence_no == number, _is(joined, Way.JOINED)))
    )
    told = sa.or_(
        side == _word(_OWN),
        sa.and_(side == _word(_CAME), branch.day.is_not(None)),
        sa.and_(side == _word(_WENT), since >= branch.day),
        sa.and_(side == _word(_LEFT), since < branch.day),
    )
    return (
        sa.select(
            number.label("id"),
            mine.licence_no.label("leads_to"),
            other.licence_no.label("mine_no"),
            number.label("licence_no"),
            from_.label("from_"),
            sa.func.coalesce(kept.until_day, joined.day, type_=sa.Date()).label("until"),
            sa.func.coalesce(kept.succession_id, left.succession_id, type_=Plain()).label("succession_id"),
            since.label("since"),
        )
        .select_from(source)
        .where(*live(mine), told)
        .subquery()
    )


def _word(side: str) -> sa.ColumnElement[str]:
    return sa.literal(side, Plain())


def _is(branch: Row, way: Way) -> sa.ColumnElement[bool]:
    is_so: sa.ColumnElement[bool] = branch.way == sa.literal(way.value, Plain())
    return is_so


_told = worked_out_view(
    "licence_period",
    _all(),
    mine=Relation(RecordKind.MINE.value, {"mine_no": "licence_no"}),
    succession=Relation(RecordKind.LICENCE_SUCCESSION.value, {"succession_id": "id"}),
)
_ORDER = Order("since", descending=False), Order("id", descending=False)
view = View(noun=_told.noun, table=_told.table, fields=_told.fields, order=_ORDER)
