"""Filters and keyset bounds of a read plan as SQL conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import AllOf, AnyOf, Compare, Filter, IsNull, Negated, Operator, Param
from hub.domain.record_kinds import RecordKind
from hub.storage.records import branches, licences, takeovers
from hub.storage.sql.json_text import Expr, Writer, concat
from hub.storage.sql.metadata import Json, Listed, Plain, Scaled
from hub.storage.statements import few
from hub.storage.statements.few import Found, Lines
from hub.storage.statements.size import CONDITION, Size
from hub.storage.views.access_conditions import today
from hub.storage.views.view import Coded, Concerned, Kept, Row, View

ColumnOf = Callable[[View, Row, str], tuple[Expr, sa.types.TypeEngine[Any]]]

#: Whoever asks for a mine by a number of before means the mine.
LICENCE_NO = "licence_no"
_NUMBERED = Operator.EQ, Operator.IN
#: No text holds it: it is no character (Unicode 23.7), and comes after all others.
_LAST_CHARACTER = "\U0010ffff"


class Way(Enum):
    """How rows are found: all are looked at; or one after another, until enough have passed; or what they are about first."""

    ALL = auto()
    SOME = auto()
    FIRST = auto()


class Filters:
    """Composes conditions; plan parameter 3 becomes the bind `p3`."""

    def __init__(self, writer: Writer, column: ColumnOf, size: Size) -> None:
        self._writer = writer
        self._column = column
        self._size = size
        self._premises: list[Expr] = []

    def bind(self, value: Param, kind: sa.types.TypeEngine[Any]) -> sa.BindParameter[Any]:
        return sa.bindparam(f"p{value.index}", None, type_=kind)

    def condition(self, view: View, row: Row, wanted: Filter, way: Way = Way.ALL) -> Expr:
        """What must hold of a row, said so that rows are found in a way."""
        match wanted:
            case AllOf(conditions):
                return sa.and_(sa.true(), *(self.condition(view, row, one, way) for one in conditions))
            case AnyOf(conditions):
                return sa.or_(sa.false(), *(self.condition(view, row, one, way) for one in conditions))
            case Negated(one):
                return sa.not_(sa.func.coalesce(self.condition(view, row, one, way), sa.false()))
            case Compare():
                return self._compare(view, row, wanted, way)
            case IsNull():
                return self._is_null(view, row, wanted, way)

    def first(self, view: View, row: Row, wanted: Filter, where: Sequence[Expr]) -> Found:
        """What must hold of a row beside other conditions, said so that mines are looked for first, and what is about them by
        their numbers: where the mines are not too many."""
        self._premises = []
        return Found([*where, self.condition(view, row, wanted, Way.FIRST)], self._premises)

    def lines(self, view: View, row: Row, wanted: Filter | None) -> Lines | None:
        """The lines that a filter asks for, where it asks for nothing else."""
        match wanted:
            case AllOf((one,)):
                return self.lines(view, row, one)
            case Compare(field) | IsNull(field, is_null=False) if isinstance(source := view.fields[field], Kept):
                return Lines(row[source.subject], self._meant(view, row, source, wanted))
        return None

    def _meant(self, view: View, row: Row, source: Kept, wanted: Compare | IsNull) -> sa.Select[Any]:
        """The subjects of which a rule tells what is asked for, or anything at all."""
        if isinstance(wanted, IsNull):
            return source.subjects(today(), lambda state: state.is_not(None))
        _, kind = self._column(view, row, wanted.field)
        return source.subjects(today(), lambda state: self._holds(state, kind, wanted))

    def _compare(self, view: View, row: Row, wanted: Compare, way: Way) -> Expr:
        self._size.add(CONDITION)
        source = view.fields[wanted.field]
        if isinstance(source, Concerned):
            return self._of_mines(source, row, wanted, way)
        column, kind = self._column(view, row, wanted.field)
        if not isinstance(source, Kept):
            if wanted.operator in _NUMBERED and (view.noun, wanted.field) in takeovers.CODES:
                return self._of_enterprise(view, row, column, kind, wanted)
            if isinstance(source, Coded):
                return self._by_code(source, row, lambda word: self._holds(word, kind, wanted))
            holds = self._holds(column, kind, wanted)
            if way is Way.SOME and wanted.operator in few.RANGES:
                # Of a range that it does not know PostgreSQL expects few rows, and would find and sort them all by its index.
                return holds.is_(sa.true())
            if wanted.field == LICENCE_NO and wanted.operator in _NUMBERED and view.noun == RecordKind.MINE:
                # What is about a mine that went into another is found by its number; the mine is the one that carries it on.
                return sa.and_(holds, sa.not_(branches.has_gone(column)))
            return holds
        if way is Way.SOME:
            return source.looked_up(row, today(), lambda state: self._holds(state, kind, wanted))
        # Few rows of one index tell who is meant; a look-up for each row of the list would cost a walk over all of them.
        meant: Expr = row[source.subject].in_(self._meant(view, row, source, wanted))
        return meant

    def _by_code(self, source: Coded, row: Row, holds: Callable[[Expr], Expr]) -> Expr:
        """Whether a row has a code of which something holds: PostgreSQL knows how many rows have a code, and takes what is
        worked out of it for a two-hundredth of all."""
        code, words = row[source.code], source.words
        of_one = self._writer.in_few(code, sa.select(words.code).where(holds(words.word)))
        return sa.or_(of_one, sa.and_(code.in_(source.several), holds(source.build(row, today()))))

    def _of_enterprise(self, view: View, row: Row, column: Expr, kind: sa.types.TypeEngine[Any], wanted: Compare) -> Expr:
        """Whether a row names one of the enterprises that are asked for, or one that has taken it over; who is meant itself is
        the one that has."""
        if wanted.operator is Operator.EQ:
            given = self.bind(wanted.value, kind)
            holds: Expr = column.in_([given, takeovers.carries_on(given)])
        else:
            each = self._writer.each(self.bind(wanted.value, Json()))
            holds = sa.type_coerce(column, sa.Text()).in_(sa.union_all(each, takeovers.carried_on(each)))
        return sa.and_(holds, sa.not_(takeovers.has_gone(row))) if (view.noun, wanted.field) == takeovers.USCC else holds

    def _of_mines(self, source: Concerned, row: Row, wanted: Compare, way: Way) -> Expr:
        def holds(value: Expr) -> Expr:
            if way is Way.ALL and wanted.operator is Operator.EQ and wanted.field != LICENCE_NO:
                # Where they were few they were looked for by their numbers: PostgreSQL is not to take these for as few.
                return self._writer.in_few(value, sa.select(self.bind(wanted.value, source.type)))
            return self._holds(value, source.type, wanted)

        if way is Way.SOME:
            return source.looked_up(row, holds)
        # What a link leads to SQLite would look for anew with each of them.
        if way is not Way.FIRST or not (source.is_named or self._writer.has_arrays):
            return source.any_holds(row, holds)
        most: Expr = sa.literal_column(str(few.FEW_MINES + 1))
        mines = source.whose(holds).limit(most).cte().prefix_with("MATERIALIZED")
        self._premises.append(sa.select(sa.func.count() < most).select_from(mines).scalar_subquery())
        return source.any_of(row, lambda number: self._writer.in_few(number, sa.select(mines.c.licence_no)))

    def _is_null(self, view: View, row: Row, wanted: IsNull, way: Way) -> Expr:
        self._size.add(CONDITION)
        source = view.fields[wanted.field]
        if isinstance(source, Concerned):
            told = self._is_about_any(source, row)
        else:
            column, _ = self._column(view, row, wanted.field)
            if isinstance(source, Kept) and way is not Way.SOME:
                told = row[source.subject].in_(self._meant(view, row, source, wanted))
            else:
                always = isinstance(source, Coded) or (isinstance(source, sa.Column) and not source.nullable)
                told = sa.true() if always else column.is_not(None)
        return sa.not_(told) if wanted.is_null else told

    def _is_about_any(self, source: Concerned, row: Row) -> Expr:
        """Whether a record is about a mine of which a field tells something, as nearly all are."""
        names_one = source.names_one(row)
        if not source.may_be_untold:
            return names_one
        # Every number leads to a mine, and those of which it is not told are few: to look each mine up would take longer.
        untold = source.whose(lambda value: value.is_(None))
        told = source.any_of(row, lambda number: number.not_in(untold))
        return sa.and_(names_one, told if source.through is None else sa.or_(source.is_of_none(row, untold), told))

    def _holds(self, column: Expr, kind: sa.types.TypeEngine[Any], wanted: Compare) -> Expr:
        match wanted.operator:
            case Operator.EQ:
                given = self.bind(wanted.value, kind)
                if wanted.field != LICENCE_NO:
                    return column == given
                return column.in_([licences.leads(given), branches.carries_on(given)])
            case Operator.IN if wanted.field == LICENCE_NO:
                several = self.bind(wanted.value, Json())
                former = licences.table.alias().c
                led = sa.select(former.leads_to).where(self._writer.among(former.licence_no, several))
                on = branches.carried_on(self._writer.each(several))
                return sa.type_coerce(column, sa.Text()).in_(sa.union_all(self._writer.each(several), led, on))
            case Operator.IN if isinstance(kind, Listed) or not isinstance(column, sa.Column) or starts_an_index(column):
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
                before = kind.before if isinstance(kind, Json) else Json.before
                return self._writer.holds(column, concat([before, self.bind(wanted.value, Plain()), '"']))

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
