"""Filters and keyset bounds of a read plan as SQL conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING
from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import AllOf, AnyOf, Compare, Filter, Negated, Operator, Param
from hub.storage.records import licences
from hub.storage.sql.json_text import Expr, Writer, concat
from hub.storage.sql.metadata import Json, Listed, Plain, Scaled
from hub.storage.statements.size import CONDITION, Size
from hub.storage.views.access_conditions import today
from hub.storage.views.view import Concerned, Kept, Row, View

ColumnOf = Callable[[View, Row, str], tuple[Expr, sa.types.TypeEngine[Any]]]

#: Whoever asks for a mine by a number of before means the mine.
LICENCE_NO = "licence_no"
#: No text holds it: it is no character (Unicode 23.7), and comes after all others.
_LAST_CHARACTER = "\U0010ffff"


class Filters:
    """Composes conditions; plan parameter 3 becomes the bind `p3`."""

    def __init__(self, writer: Writer, column: ColumnOf, size: Size) -> None:
        self._writer = writer
        self._column = column
        self._size = size

    def bind(self, value: Param, kind: sa.types.TypeEngine[Any]) -> sa.BindParameter[Any]:
        return sa.bindparam(f"p{value.index}", None, type_=kind)

    def condition(self, view: View, row: Row, wanted: Filter) -> Expr:
        match wanted:
            case AllOf(conditions):
                return sa.and_(sa.true(), *(self.condition(view, row, one) for one in conditions))
            case AnyOf(conditions):
                return sa.or_(sa.false(), *(self.condition(view, row, one) for one in conditions))
            case Negated(one):
                return sa.not_(sa.func.coalesce(self.condition(view, row, one), sa.false()))
            case Compare():
                return self._compare(view, row, wanted)

    def _compare(self, view: View, row: Row, wanted: Compare) -> Expr:
        self._size.add(CONDITION)
        source = view.fields[wanted.field]
        if isinstance(source, Concerned):
            return self._of_mines(source, row, wanted)
        column, kind = self._column(view, row, wanted.field)
        if isinstance(source, Kept) and wanted.operator is not Operator.IS_NULL:
            # Few rows of one index tell who is meant; a look-up for each row of the list would cost a walk over all of them.
            meant: Expr = row[source.subject].in_(source.subjects(today(), lambda state: self._holds(state, kind, wanted)))
            return meant
        return self._holds(column, kind, wanted)

    def _of_mines(self, source: Concerned, row: Row, wanted: Compare) -> Expr:
        if wanted.operator is Operator.IS_NULL:
            none: Expr = sa.not_(source.any_holds(row, lambda value: value.is_not(None)))
            return none == self.bind(wanted.value, sa.Boolean())
        meant: Expr = source.any_holds(row, lambda value: self._holds(value, source.type, wanted))
        return meant

    def _holds(self, column: Expr, kind: sa.types.TypeEngine[Any], wanted: Compare) -> Expr:
        match wanted.operator:
            case Operator.EQ:
                given = self.bind(wanted.value, kind)
                return column == (licences.leads(given) if wanted.field == LICENCE_NO else given)
            case Operator.IN if wanted.field == LICENCE_NO:
                several = self.bind(wanted.value, Json())
                former = licences.table.alias().c
                led = sa.select(former.leads_to).where(self._writer.among(former.licence_no, several))
                return sa.type_coerce(column, sa.Text()).in_(sa.union_all(self._writer.each(several), led))
            case Operator.IN if isinstance(kind, Listed) or starts_an_index(column):
                return self._writer.among_few(column, self.bind(wanted.value, Json()))
            case Operator.IN:
                return self._writer.among(column, self.bind(wanted.value, Json()))
            case Operator.FROM:
                # Of what is finer than what is kept the next that is kept is the first that is not below.
                least = Scaled(kind.places, ROUND_CEILING) if isinstance(kind, Scaled) else kind
                return column >= self.bind(wanted.value, least)
            case Operator.TO:
                return column <= self.bind(wanted.value, kind)
            case Operator.CONTAINS:
                return self._writer.holds(column, self.bind(wanted.value, sa.Text()))
            case Operator.STARTS_WITH:
                prefix = self.bind(wanted.value, sa.Text())
                if isinstance(column, sa.Column):
                    # Columns are ordered by code point (`text()`): what lies in this range begins so, and an index finds it.
                    return sa.and_(column >= prefix, column <= concat([prefix, _LAST_CHARACTER]))
                return sa.func.substr(column, 1, sa.func.length(prefix)) == prefix
            case Operator.HAS:
                return self._writer.holds(column, concat(['"', self.bind(wanted.value, Plain()), '"']))
            case Operator.IS_NULL:
                return column.is_(None) == self.bind(wanted.value, sa.Boolean())

    def beyond(self, keys: Sequence[tuple[Expr, bool]], bound: Sequence[Expr]) -> Expr:
        """Rows after a position in an order of (column, descending) keys; plain row comparison where all keys run one way."""
        if len({descending for _, descending in keys}) == 1:
            left, right = sa.tuple_(*(column for column, _ in keys)), sa.tuple_(*bound)
            return left < right if keys[0][1] else left > right
        (column, descending), *rest = keys
        first = column < bound[0] if descending else column > bound[0]
        return sa.or_(first, sa.and_(column == bound[0], self.beyond(rest, bound[1:]))) if rest else first


def starts_an_index(column: Expr) -> bool:
    """Whether an index begins with a column of a table, whatever the table is called in the statement."""
    if not isinstance(column, sa.Column):
        return False
    table = column.table.element if isinstance(column.table, sa.Alias) else column.table
    return isinstance(table, sa.Table) and any(next(iter(index.columns)).name == column.name for index in table.indexes)
