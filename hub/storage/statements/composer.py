"""A read plan becomes one SQL statement whose single value is the finished JSON text.

SQLAlchemy composes and compiles it once; the driver runs it.  Every table that a statement touches is bounded by the caller's
visibility: rows by a condition in WHERE, fields by NULL in their place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any, TypeVar

import sqlalchemy as sa

from hub.domain.read_plan import (
    Child,
    Chosen,
    Condition,
    Constant,
    Items,
    Leaf,
    Listing,
    Lookup,
    NodeLookup,
    Object,
    Order,
    Page,
    Param,
    Past,
    ReadPlan,
    Root,
    Search,
    Selected,
    Visibility,
    Whole,
)
from hub.domain.record_kinds import RecordKind
from hub.domain.rules.rule_set import READ
from hub.domain.words import notation
from hub.domain.words.canonical import is_storable
from hub.domain.words.errors import ErrorCode, HubError
from hub.domain.words.identifiers import VERSION_MARK
from hub.storage.engine.bounds import MOST_BYTES
from hub.storage.records import branches, licences, takeovers
from hub.storage.records.versions import TABLES
from hub.storage.sql.dialects import dialect_of, fix_constants
from hub.storage.sql.json_text import NULL, Expr, Piece, Writer, concat, literal
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Instant, Json, Plain, Scaled
from hub.storage.sql.projection import narrow
from hub.storage.statements import marks
from hub.storage.statements.filters import LICENCE_NO, Filters
from hub.storage.statements.pages import Pages, table_of
from hub.storage.statements.places import keyed
from hub.storage.statements.searching import Searches, Sight
from hub.storage.statements.size import FIELD, ROW, Size
from hub.storage.statements.statement import Statement
from hub.storage.statements.then import Then, is_kept, tables_of
from hub.storage.views.access_conditions import condition, sight_day, this_day, today
from hub.storage.views.nouns import VIEWS
from hub.storage.views.view import Attribute, Embedded, Expression, Kept, Relation, Row, View

#: How large a statement may be: so many parts take less than two seconds to compose and to compile.
MOST_PARTS = 20_000
#: So often the same is asked for by those who want to cost much.  Working it out apart takes two levels of nesting, of which
#: SQLite has few.
_OFTEN = 4
#: SQLite bounds the length of all texts itself.  OFFSET keeps the answer from being worked out twice.
_BOUNDED = "SELECT CASE WHEN octet_length(whole.answer) <= {most} THEN whole.answer END FROM ({sql} OFFSET 0) AS whole(answer)"
#: The fields by which a row tells whose it is.
_NUMBERS = ("licence_nos", "licence_no")

#: What an object of an answer holds under keys.
T = TypeVar("T", Root, Selected)


def compile_plan(plan: ReadPlan, visibility: Visibility, dialect_name: str, most_parts: int = MOST_PARTS) -> Statement:
    """The statement of a plan as one class of callers may run it.

    Raises FORBIDDEN for a noun that it may not see, NOT_AS_OF for what nothing of before is kept of, and QUERY_TOO_COMPLEX
    before more than `most_parts` are composed.
    """
    size = Size(most_parts)
    composer = Composer(visibility, dialect_name, size, plan.past)
    dialect = dialect_of(dialect_name)
    statement = sa.select(composer.answer(plan))
    # Our own words and figures stand in the text; only what the caller or the moment gives is a parameter.
    fix_constants(statement)
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    sql, binds = str(compiled), [compiled.binds[name] for name in compiled.positiontup or []]
    if plan.past.is_known:
        tables = tables_of(statement)
        # A number of before leads to the mine that had it, in the past as well.
        if not is_kept(tables - {licences.table, branches.table}, plan.past):
            raise HubError(ErrorCode.NOT_AS_OF)
        then = Then(dialect, plan.past, len(binds))
        sql = then.sql(sql, tables, composer.seen_now)
        binds = [*then.added, *binds] if then.comes_first else [*binds, *then.added]
    # Unique ones are the compiler's own, such as the offset that SQLite wants with every limit.
    always = tuple(bind.value if bind.unique else None for bind in binds)
    given = tuple(
        (place, int(bind.key[1:]) if bind.key[1:].isdigit() else bind.key, _encoder(bind.type, dialect))
        for place, bind in enumerate(binds)
        if not bind.unique
    )
    if dialect_name == "postgresql":
        sql = _BOUNDED.format(most=MOST_BYTES, sql=sql)
    return Statement(sql, always, given, visibility.traced, composer.has_cursors, size.parts)


def _encoder(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    """What makes a value from the wire the driver's; None where it is already."""
    read = _reader(kind)
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    if read is None or read is _sendable:
        return read or process

    def encode(value: Any) -> Any:
        try:
            return read(value) if process is None else process(read(value))
        except (ValueError, TypeError, ArithmeticError):
            # What came back from the client, such as a cursor, is of another type than what it is compared with.
            raise HubError(ErrorCode.INVALID_INPUT) from None

    return encode


def _reader(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """How a value from the wire becomes what the column type takes."""
    match kind:
        case Scaled():
            return lambda value: value if isinstance(value, Decimal) else notation.number(value)
        case Instant():
            return lambda value: value if isinstance(value, datetime) else notation.instant(value)
        case sa.Date():
            return lambda value: value if isinstance(value, date) else notation.day(value)
        case sa.BigInteger():
            return partial(_whole, 63)
        case sa.Integer():
            return partial(_whole, 31)
        case sa.Boolean():
            return _flag
        case Json():
            return lambda value: [_sendable(item) for item in value]
        case sa.Text() | sa.types.TypeDecorator():
            return _sendable
    return None


def _whole(bits: int, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(1 << bits) <= value < 1 << bits:
        raise ValueError(value)
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _sendable(value: Any) -> str:
    """Text that both databases take; INVALID_INPUT for NUL and lone surrogates, which no stored text holds."""
    text = str(value)
    if not is_storable(text):
        raise HubError(ErrorCode.INVALID_INPUT, "NUL, surrogate")
    return text


class Composer:
    """Composes one plan for one visibility and one database."""

    def __init__(self, visibility: Visibility, dialect_name: str, size: Size, past: Past = Past.NONE) -> None:
        self._visibility = visibility
        self._past = past
        #: What of nouns may be seen now, by the names under which a statement of the past reads it.
        self.seen_now: dict[str, sa.Select[Any]] = {}
        self._size = size
        self._writer = Writer(dialect_name)
        self._filters = Filters(self._writer, self.sought, size)
        numbers = self._numbers if visibility.traced else None
        self._pages = Pages(self._writer, self._filters, self.members, self.total, self.sought, size=size, numbers=numbers)
        self._aliases = 0

    @property
    def has_cursors(self) -> bool:
        return self._pages.has_cursors

    def answer(self, plan: ReadPlan) -> Expr:
        if isinstance(plan.roots, Chosen):
            return self._chosen(plan.roots)
        marked = marks.root if self._visibility.traced else None
        return concat(['{"data":{', *self._answered(plan.roots, None, self._root, marked), "}}"])

    def _answered(
        self, asked: Sequence[T], row: Row, compose: Callable[[Row, T], Piece], mark: Callable[[str], str] | None = None
    ) -> list[Piece]:
        """The members of an object of a row, each under its key.  What is asked for often, under other keys, is worked out only
        once, of the same row under another name: what looks further looks from where its row is selected."""
        times = Counter(_unnamed(one) for one in asked if not isinstance(one, Constant))
        compose = keyed(compose, asked, _unnamed)
        # Then all of the object is: what stood beside it would look further from nowhere.
        apart = _apart(list(times), row, compose) if any(count >= _OFTEN for count in times.values()) else None
        known: dict[T, Piece] = {} if apart is None else dict(zip(times, apart.c, strict=True))
        pieces: list[Piece] = []
        for position, one in enumerate(asked):
            pieces += [f'{"," if position else ""}"{one.key}":', mark(one.key) if mark is not None else ""]
            pieces.append(text if (text := known.get(_unnamed(one))) is not None else compose(row, one))
        if apart is None:
            return pieces
        return [sa.select(concat(pieces)).select_from(apart).correlate(*_sources(row)).scalar_subquery()]

    def _root(self, _row: None, root: Root) -> Piece:
        match root:
            case Constant():
                return root.text
            case Lookup():
                view, row = self._open(root.target.noun)
                where = [self._equals(view, row, name, value) for name, value in root.where]
                return self._first(view, row, (), root.target, [*where, *self._live(view, row)])
            case NodeLookup():
                return self._node(root)
            case Listing():
                view, row = self._open(root.page.noun)
                return self._page(view, row, (), [], root.page)
            case Whole():
                view, row = self._open(root.items.noun)
                return self._items(view, row, (), self._live(view, row), root.items)
            case Search():
                return self._hits(root)

    def _hits(self, search: Search) -> Expr:
        view = self._seen("search_hit")
        if self._past.is_known:
            raise HubError(ErrorCode.NOT_AS_OF, view.noun)
        sight = Sight(self._visibility, self._allowed, self._rule)
        asked = Searches(search, sight, self._writer, self._filters.bind)
        self._size.add(asked.parts)
        text = self._writer.joined(self._object(view, (found := asked.hits()).c, search.fields))
        return self._listed(sa.select(text).select_from(found))

    def _equals(self, view: View, row: Row, name: str, value: Param) -> Expr:
        column, kind = self.sought(view, row, name)
        given: Expr = self._filters.bind(value, kind)
        if (view.noun, name) == takeovers.USCC:
            given = takeovers.carries_on(given)
        return column == (branches.carries_on(given) if name == LICENCE_NO else given)

    def _node(self, root: NodeLookup) -> Expr:
        texts = []
        for target in root.variants:
            if target.noun not in self._visibility.nouns or not self._is_kept(target.noun):
                continue
            view, row = self._open(target.noun)
            where = [row[view.key] == self._filters.bind(root.id, Plain())]
            if view.versioned:
                version = self._filters.bind(root.version, sa.Integer())
                where.append(sa.case((version.is_(None), row.superseded_at.is_(None)), else_=row.version == version))
            past = view.versioned and self._visibility.withdrawn
            where += self._allowed(view, row) if past else self._live(view, row)
            texts.append(self._one(row, (), self._object(view, row, target.fields), where))
        return self._writer.or_null(sa.func.coalesce(*texts, sa.null(), type_=sa.Text())) if texts else concat(["null"])

    def _chosen(self, chosen: Chosen) -> Expr:
        view, row = self._open(chosen.target.noun)
        ids = self._filters.bind(chosen.ids, Json())
        key: list[Piece] = [sa.type_coerce(row.id, sa.Text())]
        if chosen.versions:
            key += [VERSION_MARK, sa.cast(row.version, sa.Text())]
            seen = self._allowed(view, row) if self._visibility.withdrawn else self._live(view, row)
        else:
            seen = [row.superseded_at.is_(None), *self._allowed(view, row)]
        where = [self._writer.among(row.id, ids), *seen]
        pair = concat(['"', *key, '":', self._object(view, row, chosen.target.fields)])
        all_rows = sa.select(self._writer.joined(pair)).select_from(table_of(row)).where(*where).scalar_subquery()
        return concat(["{", sa.func.coalesce(all_rows, concat([""]), type_=sa.Text()), "}"])

    # rows

    def _seen(self, noun: str) -> View:
        if noun not in self._visibility.nouns:
            raise HubError(ErrorCode.FORBIDDEN, noun)
        return VIEWS[noun]

    def _open(self, noun: str) -> tuple[View, Row]:
        """A noun's view and a row of its table under a name of its own; FORBIDDEN when the caller has no rule for it."""
        view = self._seen(noun)
        if not self._is_kept(noun):
            raise HubError(ErrorCode.NOT_AS_OF, noun)
        if self._past is not Past.NONE and not self._visibility.withdrawn and any(map(self._visibility.rows, view.tells_of)):
            # What it tells of may have been repaired or taken back since.
            raise HubError(ErrorCode.NOT_AS_OF, noun)
        self._aliases += 1
        assert view.table is not None
        if isinstance(view.table, sa.Table):
            self._size.add(ROW)
        else:
            self._size.add_built(noun, view.table)
        return view, view.table.alias(f"t{self._aliases}").c

    def _is_kept(self, noun: str) -> bool:
        """Whether a noun's rows tell what was known at the moment that is asked about."""
        return not self._past.is_known or is_kept(_read_by(noun), self._past)

    def _allowed(self, view: View, row: Row) -> list[Expr]:
        """The rules of a noun's rows.  What was known of a record is told if it was told then, and may be seen now as well: the
        law of today is that of all times, and what was repaired, moved or taken back since is so for all times."""
        words = self._visibility.rows(view.noun)
        rules = [rule for word in words if (rule := self._rule(word, view, row)) is not None]
        return [*rules, *self._may_be_seen(view, row)] if rules and self._past.is_known else rules

    def _may_be_seen(self, view: View, row: Row) -> list[Expr]:
        """That a row's record may be seen now; of what is worked out of a mine's records, that the mine may."""
        noun = view.noun if view.versioned else RecordKind.MINE.value
        theirs = view.key if view.versioned else "licence_no"
        if theirs not in row or not self._visibility.rows(noun):
            return []
        seen = self._now(noun, theirs).alias().c
        return [sa.exists().where(seen[theirs] == row[theirs])]

    def _now(self, noun: str, by: str) -> sa.TableClause:
        """The rows of a noun that may be seen now, by a column of theirs."""
        name = f"{noun}_seen_now"
        if name not in self.seen_now:
            row, view = TABLES[RecordKind(noun)].alias().c, VIEWS[noun]
            stands = [row.superseded_at.is_(None)] if self._visibility.withdrawn else live(row)
            rules = [condition(word, row, noun, this_day()) for word in self._visibility.rows(noun)]
            columns = dict.fromkeys((view.key, *(["licence_no"] if noun == RecordKind.MINE else [])))
            self.seen_now[name] = select = sa.select(*(row[one] for one in columns)).where(*stands, *rules)
            fix_constants(select)
            self._size.add_built((noun, name), select)
        return sa.table(name, sa.column(by, Plain()))

    def _rule(self, word: Condition, view: View, row: Row) -> Expr | None:
        seen = word is Condition.SEEN_RECORD
        day = today() if self._past is Past.NONE else sight_day()
        rule: Expr | None = self._names_what_is_seen(row) if seen else condition(word, row, view.noun, day)
        if rule is not None:
            self._size.add_built((view.noun, word), rule)
        return rule

    def _names_what_is_seen(self, row: Row) -> Expr:
        """Whether the record that a row names, of those from which anything follows, is one that the caller sees."""
        always: list[Expr] = []
        seen: list[Expr] = []
        for kind in READ:
            word = sa.literal(kind.upper(), Plain())
            if kind in self._visibility.nouns and self._visibility.rows(kind):
                view, other = self._open(kind)
                found: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(table_of(other))
                there = found.where(other.id == row.record_id, *self._live(view, other)).correlate(table_of(row)).exists()
                seen.append(sa.and_(row.kind == word, there))
            elif kind in self._visibility.nouns:
                always.append(word)
        return sa.or_(sa.false(), row.kind.in_(always) if always else sa.false(), *seen)

    def _live(self, view: View, row: Row) -> list[Expr]:
        """What stands now: current, not withdrawn, and visible."""
        return [*(live(row) if view.versioned else []), *self._allowed(view, row)]

    # shapes

    def _object(self, view: View, row: Row, fields: Sequence[Selected]) -> Expr:
        return concat(["{", *self.members(view, row, fields), "}"])

    def members(self, view: View, row: Row, fields: Sequence[Selected]) -> list[Piece]:
        """The members of an object, without its braces."""
        pieces: list[Piece] = self._mines(view, row) if self._visibility.traced else []
        # What is known beforehand becomes one text with its neighbours.
        self._size.add(FIELD * sum(not isinstance(selected, Constant) for selected in fields))
        return [*pieces, *self._answered(fields, row, partial(self._selected, view))]

    def _selected(self, view: View, row: Row, selected: Selected) -> Piece:
        match selected:
            case Constant():
                return selected.text
            case Leaf():
                return self._leaf(view, row, selected)
            case Child():
                return self._child(view, row, selected)

    def _mines(self, view: View, row: Row) -> list[Piece]:
        """The mines that an object of this row speaks of, whatever is asked of it, between marks."""
        name = next((name for name in _NUMBERS if name in view.fields), None)
        if name is None:
            return []
        numbers, _ = self.column(view, row, name)
        return [marks.MINE, sa.func.coalesce(sa.type_coerce(numbers, sa.Text()), literal(""), type_=sa.Text()), marks.MINE]

    def _numbers(self, view: View, row: Row) -> Expr | None:
        """The same, as JSON text."""
        name = next((name for name in _NUMBERS if name in view.fields), None)
        return None if name is None else self._writer.value(*self.column(view, row, name))

    def _day(self, on: Param | None) -> Expr:
        """The day that a field is asked for."""
        return today() if on is None else sa.func.coalesce(self._filters.bind(on, sa.Date()), today(), type_=sa.Date())

    def column(self, view: View, row: Row, name: str, on: Param | None = None) -> tuple[Expr, sa.types.TypeEngine[Any]]:
        """A field of a row as an SQL value, and its type."""
        match view.fields[name]:
            case sa.Column() as column:
                return row[column.name], column.type
            case (Expression() | Kept()) as expression:
                built = expression.build(row, self._day(on))
                if self._past.is_known and not is_kept(_told_by(view.noun, name), self._past):
                    raise HubError(ErrorCode.NOT_AS_OF, f"{view.noun}.{name}")
                self._size.add_built((view.noun, name), built)
                return built, expression.type
        raise KeyError(f"{view.noun}.{name}")

    def sought(self, view: View, row: Row, name: str) -> tuple[Expr, sa.types.TypeEngine[Any]]:
        """A field to filter or sort by.  What the caller may not always read, it may not search by either."""
        if self._visibility.fields.get((view.noun, name), Condition.ALWAYS) is not Condition.ALWAYS:
            raise HubError(ErrorCode.FORBIDDEN, f"{view.noun}.{name}")
        return self.column(view, row, name)

    def total(self, view: View, row: Row, name: str) -> Expr:
        """The sum of a field over rows, as JSON text; null unless the caller may see it in every one of them."""
        value, kind = self.column(view, row, name)
        written = self._writer.total(value, kind)
        word = self._visibility.fields.get((view.noun, name), Condition.ALWAYS)
        rule = self._rule(word, view, row)
        if rule is None:
            return written
        seen = sa.false() if word is Condition.NEVER else sa.func.count().filter(rule) == sa.func.count()
        return sa.case((seen, written), else_=literal(NULL))

    def _leaf(self, view: View, row: Row, leaf: Leaf) -> Expr:
        name = leaf.field
        source = view.fields[name]
        if isinstance(source, Attribute):
            return self._writer.or_null(self._writer.member(row, source.wire))
        value, kind = self.column(view, row, name, leaf.on)
        written = self._writer.value(value, kind)
        word = self._visibility.fields.get((view.noun, name), Condition.ALWAYS)
        rule = self._rule(word, view, row)
        if rule is not None:
            return sa.case((sa.and_(rule, value.is_not(None)), written), else_=concat(["null"]))
        if isinstance(source, sa.Column) and not source.nullable:
            return written
        return self._writer.or_null(written)

    def _child(self, view: View, row: Row, child: Child) -> Expr:
        source = view.fields[child.relation]
        if isinstance(source, Embedded):
            parts = self._embedded(row, source, child.shape)
            rule = self._rule(self._visibility.fields.get((view.noun, child.relation), Condition.ALWAYS), view, row)
            return parts if rule is None else sa.case((rule, parts), else_=concat(["null"]))
        assert isinstance(source, Relation)
        target, other = self._open(source.noun)
        joined = self._joined(row, other, source)
        if source.where is not None:
            joined += source.where(row, other, self._day(child.on))
        parents = (table_of(row),)
        match child.shape:
            case Object():
                where = [*joined, *self._live(target, other)]
                text = self._one(other, parents, self._object(target, other, child.shape.fields), where, source.order)
                return self._writer.or_null(text)
            case Items() if source.versions:
                seen = [] if self._visibility.withdrawn else [sa.false()]
                where = [*joined, *seen, *self._allowed(target, other)]
                return self._items(target, other, parents, where, child.shape, versions=True)
            case Items():
                return self._items(target, other, parents, [*joined, *self._live(target, other)], child.shape)
            case Page():
                return self._page(target, other, parents, joined, child.shape)

    def _joined(self, row: Row, other: Row, relation: Relation) -> list[Expr]:
        if relation.through is None:
            return [other[theirs] == row[ours] for ours, theirs in relation.on.items()]
        link = relation.through.alias(f"l{self._aliases}").c
        record, mine = (other, row) if relation.by_mine else (row, other)
        return [link.record_id == record.id, link.version == record.version, link.licence_no == mine.licence_no]

    def _one(self, row: Row, parents: Sequence[Any], what: Expr, where: Sequence[Expr], order: Sequence[Order] = ()) -> Expr:
        query = sa.select(what).select_from(table_of(row)).where(*where).order_by(*_ordered(row, order))
        return query.limit(sa.literal_column("1")).correlate(*parents).scalar_subquery()

    def _first(self, view: View, row: Row, parents: Sequence[Any], target: Object, where: Sequence[Expr]) -> Expr:
        return self._writer.or_null(self._one(row, parents, self._object(view, row, target.fields), where))

    def _items(
        self, view: View, row: Row, parents: Sequence[Any], where: Sequence[Expr], items: Items, *, versions: bool = False
    ) -> Expr:
        """All rows as a JSON list, in the noun's order; versions of one record come newest first."""
        order = [row.version.desc()] if versions else _ordered(row, view.order)
        rows = sa.select(*row).select_from(table_of(row)).where(*where).order_by(*order).correlate(*parents).subquery()
        text = self._writer.joined(self._object(view, rows.c, items.fields))
        narrow(text, rows)
        every = sa.select(text).select_from(rows)
        return self._listed(every.correlate(*parents))

    def _listed(self, every: sa.Select[Any]) -> Expr:
        return concat(["[", sa.func.coalesce(every.scalar_subquery(), concat([""]), type_=sa.Text()), "]"])

    def _embedded(self, row: Row, source: Embedded, shape: Object | Items | Page) -> Expr:
        assert isinstance(shape, Items)
        items, element = self._writer.elements(row[source.column])
        written = self._writer.joined(self._object(VIEWS[source.noun], element, shape.fields))
        return self._listed(sa.select(written).select_from(items).correlate(table_of(row)))

    def _page(self, view: View, row: Row, parents: Sequence[Any], joined: Sequence[Expr], page: Page) -> Expr:
        if page.withdrawn and view.versioned and self._visibility.withdrawn:
            where = [row.superseded_at.is_(None), row.withdrawn_at.is_not(None), *self._allowed(view, row)]
        elif page.withdrawn:
            where = [sa.false()]
        else:
            where = self._live(view, row)
        are_all = not (parents or page.withdrawn or self._past.is_known or self._visibility.rows(view.noun))
        return self._pages.text(view, row, [*joined, *where], page, parents, are_all=are_all)


@cache
def _read_by(noun: str) -> frozenset[sa.Table]:
    """The tables that a noun's rows are read from."""
    return tables_of(VIEWS[noun].table)


@cache
def _told_by(noun: str, name: str) -> frozenset[sa.Table]:
    """The tables that a field is worked out from, however its rows were found."""
    view = VIEWS[noun]
    worked_out = view.fields[name]
    assert isinstance(worked_out, Expression | Kept)
    assert view.table is not None
    return tables_of(worked_out.build(view.table.alias().c, today()))


def _unnamed(one: T) -> T:
    """What is asked for, whatever it is called in the answer."""
    return replace(one, key="")


def _apart(asked: Sequence[T], row: Row, compose: Callable[[Row, T], Piece]) -> sa.Subquery:
    """What is asked of a row, each worked out in a column of a sub-select that selects from a copy of the row."""
    copies = [sa.select(*_columns(row)).correlate(source).subquery() for source in _sources(row)]
    same: Row = None
    if copies:
        same = copies[0].c[row.name] if isinstance(row, sa.ColumnElement) else copies[0].c
    texts = [sa.type_coerce(compose(same, one), sa.Text()).label(f"again{number}") for number, one in enumerate(asked)]
    # OFFSET keeps PostgreSQL from working it out wherever it is read.
    told = sa.select(*texts).offset(sa.literal_column("0"))
    narrow(told, *copies)
    return told.select_from(*copies).subquery()


def _columns(row: Row) -> list[Expr]:
    return [row] if isinstance(row, sa.ColumnElement) else list(row)


def _sources(row: Row) -> list[Any]:
    """Where a row's fields come from, an element's of a JSON list too; the root of an answer is no row."""
    return [] if row is None else [_columns(row)[0].table]


def _ordered(row: Row, order: Sequence[Order]) -> list[Any]:
    return [row[key.field].desc() if key.descending else row[key.field].asc() for key in order]
