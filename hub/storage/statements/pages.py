"""Relay pages: a window of rows by keyset, and the pieces of a connection that were asked for, in one sub-select."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from hub.domain.read_plan import (
    Constant,
    Cursor,
    EdgeNode,
    Edges,
    Filter,
    Nodes,
    Order,
    Page,
    PageFact,
    PageInfo,
    Piece,
    Selected,
    Sum,
    TotalCount,
    Which,
    list_signature,
)
from hub.storage.sql.json_text import Expr, Writer, concat
from hub.storage.sql.json_text import Piece as TextPiece
from hub.storage.sql.projection import narrow
from hub.storage.statements import marks
from hub.storage.statements.few import Few, Found, is_served, own
from hub.storage.statements.filters import ColumnOf, Filters, Way
from hub.storage.statements.places import under
from hub.storage.statements.size import AHEAD, ROW, Size
from hub.storage.views.view import Row, View

Members = Callable[[View, Row, Sequence[Selected]], list[TextPiece]]
#: The sum of a field over rows, as JSON text.
Total = Callable[[View, Row, str], Expr]
#: The number of the mine that a row speaks of, or the list of them, as JSON text; None where its noun speaks of none.
Numbers = Callable[[View, Row], Expr | None]


#: A filter of so many parts may stand in a statement three times: half a hundred conditions, or one that is worked out.
_SHORT = 400
#: What is told of so few rows together says something of each of them.
_FEW_MINES = 10
#: No page is longer.
_LONGEST = 1_000
_RANK = "page_rank"
_COUNT = "page_count"


class Pages:
    """Composes connections.  A page is cut from the table first, and only its rows are written as JSON.

    With `numbers` it is said between marks, too, of which mines a count or a sum tells.
    """

    def __init__(
        self,
        writer: Writer,
        filters: Filters,
        members: Members,
        total: Total,
        column: ColumnOf,
        *,
        size: Size,
        numbers: Numbers | None = None,
    ) -> None:
        self._writer = writer
        self._filters = filters
        self._members = members
        self._total = total
        self._column = column
        self._numbers = numbers
        self._size = size
        self.has_cursors = False

    def text(
        self, view: View, row: Row, where: Sequence[Expr], page: Page, parents: Sequence[Any], *, are_all: bool = False
    ) -> Expr:
        """The connection as JSON text; `are_all` says that without a filter its rows would be all that stand."""
        conditions = list(where)
        wanted = page.filter
        before = self._size.parts
        if wanted is not None:
            conditions.append(self._filters.condition(view, row, wanted))
        filtered = self._size.parts - before
        lines = self._filters.lines(view, row, wanted) if are_all else None
        few, found, walked = None, Found(conditions), conditions
        if wanted is not None and filtered <= _SHORT and not parents and _is_looked_for(view, wanted, page.order):
            # The filter stands in the statement once more for each of two ways to the page.
            found = Found([*where, lines.among]) if lines is not None else self._filters.first(view, row, wanted, where)
            walked = [*where, self._filters.condition(view, row, wanted, Way.SOME)]
            self._size.add(filtered if found.premises else 0)
            few = Few.of(view, row, wanted, found, [column for column, _, _ in self._keys(view, row, page.order)])
        size = self._filters.bind(page.size, sa.Integer())
        # With `pageInfo` the page is cut one row longer, to know if there is more and which rows are its ends.
        most = size + 1 if _looks_ahead(page) else size
        cut = self._chosen(view, row, walked, page, few=few, most=most).correlate(*parents).subquery()
        window, *inner = self._window(view, page, cut)
        reads_window = False
        texts: list[TextPiece] = ["{"]
        for are_totals, pieces in groupby(page.pieces, lambda piece: isinstance(piece, TotalCount | Sum)):
            texts.append("," if len(texts) > 1 else "")
            if are_totals:
                # Those that stand together are told by one walk over the rows, which is filtered anew.
                self._size.add(filtered)
                asked = list(pieces)
                told = self._counted(view, row, asked, conditions, parents)
                if all(isinstance(piece, TotalCount) for piece in asked):
                    if lines is not None:
                        told = concat(_counts(asked, lines.count))
                    elif few is not None:
                        ways = [(few.are_all, concat(_counts(asked, few.count)))]
                        if few.premises:
                            self._size.add(filtered)
                            ways.append((sa.and_(*few.premises), self._counted(view, row, asked, found.conditions, parents)))
                        told = sa.case(*ways, else_=told)
                texts.append(told)
                continue
            for position, piece in enumerate(pieces):
                texts.append(f'{"," if position else ""}"{piece.key}":')
                with under(piece.key):
                    written = [piece.text] if isinstance(piece, Constant) else self._windowed(view, window, page, piece)
                reads_window = reads_window or any(not isinstance(text, str) for text in written)
                texts += written
        if wanted is not None and any(not isinstance(piece, Nodes | Constant) for piece in page.pieces):
            self._size.add(filtered + ROW if self._numbers is not None else 0)
            texts += self._few_mines(view, row, walked, page, few=few, parents=parents)
        texts.append("}")
        # Without an aggregate the window's rows would each give a text, or none.
        if not reads_window:
            return concat(texts)
        texts_joined = concat(texts)
        narrow(texts_joined, window, *inner)
        return sa.select(texts_joined).select_from(window).correlate(*parents).scalar_subquery()

    def _counted(self, view: View, row: Row, pieces: Iterable[Piece], where: Sequence[Expr], parents: Sequence[Any]) -> Expr:
        """What is told of all rows of which conditions hold, by one walk over them."""
        counted = sa.select(concat(self._totals(view, row, pieces))).select_from(table_of(row)).where(*where)
        return counted.correlate(*parents).scalar_subquery()

    def _few_mines(
        self, view: View, row: Row, conditions: Sequence[Expr], page: Page, *, few: Few | None, parents: Sequence[Any]
    ) -> list[TextPiece]:
        """The mines of all rows that match, where they are few, between marks: who asks how many there are of a name, a code or
        a document asks of them, however short the page is."""
        if self._numbers is None:
            return []
        whole, most = replace(page, backward=False, after=(), before=()), str(_FEW_MINES + 1)
        rows = self._chosen(view, row, conditions, whole, few=few, most=sa.literal_column(most)).correlate(*parents).subquery()
        numbers = self._numbers(view, rows.c)
        if numbers is None:
            return []
        named = concat([marks.MINE, "[", sa.func.coalesce(self._writer.joined(numbers), concat([""])), "]", marks.MINE])
        told = sa.case((sa.func.count() <= _FEW_MINES, named), else_=concat([""]))
        narrow(told, rows)
        return [sa.select(told).select_from(rows).correlate(*parents).scalar_subquery()]

    def _totals(self, view: View, row: Row, pieces: Iterable[Piece]) -> list[TextPiece]:
        """What is told of all rows that match, each piece as a member."""
        texts: list[TextPiece] = []
        for piece in pieces:
            texts.append(f'{"," if texts else ""}"{piece.key}":')
            texts.append(self._total(view, row, piece.field) if isinstance(piece, Sum) else sa.cast(sa.func.count(), sa.Text()))
        return texts

    def _keys(self, view: View, row: Row, order: Sequence[Order]) -> list[tuple[Expr, sa.types.TypeEngine[Any], bool]]:
        keys = [(*self._column(view, row, o.field), o.descending) for o in order]
        # The id decides between equals and runs the way of the first key, so that one index serves both.
        return [*keys, (row[view.key], row[view.key].type, order[0].descending if order else False)]

    def _chosen(
        self, view: View, row: Row, conditions: Sequence[Expr], page: Page, *, few: Few | None, most: Any
    ) -> sa.Select[Any]:
        """So many of the page's rows: by a walk in the order of the list, or from the few that pass where they are all."""
        keys = self._keys(view, row, page.order)
        ordering, bounds = _ordering(keys, turned=page.backward), self._bounds(page, keys)
        if few is None:
            return sa.select(*row).select_from(table_of(row)).where(*conditions, *bounds).order_by(*ordering).limit(most)
        walks = [[sa.not_(few.are_all), *conditions]]
        if few.premises:
            # What is about few mines is found by them also where it is much itself.
            known = sa.and_(*few.premises)
            walks = [[sa.not_(known), *conditions], [known, sa.not_(few.are_all), *few.found.conditions]]
        walked = [sa.select(*own(view, row)).where(*walk, *bounds).order_by(*ordering).limit(most) for walk in walks]
        same = [(few.key(number), kind, descending) for number, (_, kind, descending) in enumerate(keys)]
        among = sa.select(*few.own).where(few.are_all, *self._bounds(page, same))
        among = among.order_by(*_ordering(same, turned=page.backward)).limit(most)
        ways = sa.select(sa.union_all(*(sa.select(way.subquery()) for way in (among, *walked))).subquery())
        # Of a limit that is a parameter PostgreSQL expects a tenth of the table, for which it would read all of it.
        either = ways.limit(sa.literal_column(str(_LONGEST))).subquery()
        joined = [one == other for one, other in zip(own(view, row), either.c, strict=True)]
        there = sa.join(either, table_of(row), sa.and_(*joined))
        return sa.select(*row).select_from(there).order_by(*ordering)

    def _bounds(self, page: Page, keys: Sequence[tuple[Expr, sa.types.TypeEngine[Any], bool]]) -> list[Expr]:
        """That rows lie behind a cursor, and before another."""
        bounds = []
        for params, turned in ((page.after, False), (page.before, True)):
            if params:
                values = [self._filters.bind(p, kind) for p, (_, kind, _) in zip(params, keys, strict=True)]
                bounds.append(self._filters.beyond([(c, d != turned) for c, _, d in keys], values))
        return bounds

    def _window(self, view: View, page: Page, cut: sa.Subquery) -> list[sa.Subquery]:
        """The page's rows, and the sub-selects in it, of which each selects from the next."""
        if not (_looks_ahead(page) or page.backward):
            return [cut]
        # Ranks are given to the few rows that were cut, counted from the side that the page was cut from.
        self._size.add(AHEAD)
        rank = sa.func.row_number().over(order_by=_ordering(self._keys(view, cut.c, page.order), turned=page.backward))
        ranked = sa.select(*cut.c, rank.label(_RANK), sa.func.count().over().label(_COUNT)).subquery()
        direction = ranked.c[_RANK].desc() if page.backward else ranked.c[_RANK].asc()
        return [sa.select(ranked).order_by(direction).subquery(), ranked, cut]

    def _windowed(self, view: View, window: sa.Subquery, page: Page, piece: Piece) -> list[TextPiece]:
        rows = window.c
        match piece:
            case Nodes():
                node = concat(["{", *self._members(view, rows, piece.fields), "}"])
                return ["[", self._all(node, window, page), "]"]
            case Edges():
                edge: list[TextPiece] = ["{"]
                for position, part in enumerate(piece.parts):
                    edge.append(f'{"," if position else ""}"{part.key}":')
                    match part:
                        case Constant():
                            edge.append(part.text)
                        case Cursor():
                            edge += ['"', self._cursor(view, rows, page.order), '"']
                        case EdgeNode():
                            with under(part.key):
                                edge += ["{", *self._members(view, rows, part.fields), "}"]
                return ["[", self._all(concat([*edge, "}"]), window, page), "]"]
            case PageInfo():
                texts: list[TextPiece] = ["{"]
                for position, fact in enumerate(piece.facts):
                    texts.append(f'{"," if position else ""}"{fact.key}":')
                    texts.append(fact.text if isinstance(fact, Constant) else self._fact(view, window, page, fact))
                return [*texts, "}"]
        raise TypeError(piece)

    def _inside(self, window: sa.Subquery, page: Page) -> Expr:
        """Whether a row belongs to the page, and not to what was looked at ahead."""
        return window.c[_RANK] <= self._filters.bind(page.size, sa.Integer())

    def _all(self, text: Expr, window: sa.Subquery, page: Page) -> Expr:
        joined = self._writer.joined(text)
        inside = joined.filter(self._inside(window, page)) if _RANK in window.c else joined
        return sa.func.coalesce(inside, concat([""]), type_=sa.Text())

    def _cursor(self, view: View, rows: Row, order: Sequence[Order]) -> Expr:
        """What a cursor is sealed from, between marks."""
        self.has_cursors = True
        keys = self._keys(view, rows, order)
        pieces: list[TextPiece] = [marks.CURSOR, "[", json.dumps(list_signature(view.noun, order))]
        for column, kind, _ in keys:
            pieces += [",", self._writer.value(column, kind)]
        return concat([*pieces, "]", marks.CURSOR])

    def _fact(self, view: View, window: sa.Subquery, page: Page, fact: PageFact) -> TextPiece:
        size = self._filters.bind(page.size, sa.Integer())
        more = sa.case((sa.func.count() > size, concat(["true"])), else_=concat(["false"]))
        # Whether rows lie on the side that the page came from is answered by the cursor itself: it named one.
        came_from = "true" if (page.before if page.backward else page.after) else "false"
        match fact.which:
            case Which.HAS_NEXT_PAGE:
                return came_from if page.backward else more
            case Which.HAS_PREVIOUS_PAGE:
                return more if page.backward else came_from
        cursor = concat(['"', self._cursor(view, window.c, page.order), '"'])
        rank, count = window.c[_RANK], window.c[_COUNT]
        last = sa.case((count > size, size), else_=count)
        end = 1 if (fact.which is Which.START_CURSOR) != page.backward else last
        wanted = sa.and_(rank == end, self._inside(window, page))
        return self._writer.or_null(sa.func.max(cursor, type_=sa.Text()).filter(wanted))


def _is_looked_for(view: View, wanted: Filter, order: Sequence[Order]) -> bool:
    """Whether it is worth while to look beforehand for the rows that pass."""
    return isinstance(view.table, sa.Table) and not is_served(view, wanted, order)


def _looks_ahead(page: Page) -> bool:
    return any(isinstance(piece, PageInfo) for piece in page.pieces)


def _counts(pieces: Sequence[Piece], count: Expr) -> list[TextPiece]:
    """A count as each of the members that ask for it."""
    texts: list[TextPiece] = []
    for piece in pieces:
        texts += [f'{"," if texts else ""}"{piece.key}":', sa.cast(count, sa.Text())]
    return texts


def _ordering(keys: Sequence[tuple[Expr, Any, bool]], *, turned: bool) -> list[Any]:
    return [column.desc() if descending != turned else column.asc() for column, _, descending in keys]


def table_of(row: Row) -> Any:
    """The table, alias or sub-select whose columns a row is."""
    return next(iter(row)).table
