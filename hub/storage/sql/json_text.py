"""Putting JSON text together in SQL: the pieces are the same on both databases, only their spelling differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from hub.storage.sql.metadata import Instant, Json, Plain, Scaled

Expr = sa.ColumnElement[Any]
Piece = str | Expr

NULL = "null"
_LONGEST_CHAIN = 64
#: Up to so many values PostgreSQL looks for one by one, each by an index: of any number it supposes that they are a hundred,
#: and reads a small table from end to end.
FEW = 20
#: One for all statements: each type works out anew by what SQLAlchemy knows that it is the same.
_JSON = Json()


def literal(characters: str) -> Expr:
    """Characters of the answer, as an SQL string literal."""
    escaped = characters.replace("'", "''")
    return sa.literal_column(f"'{escaped}'", sa.Text())


def concat(pieces: Sequence[Piece]) -> Expr:
    """One text from pieces, as a flat chain.

    SQLite bounds both the height of expressions, to which a chain adds its length, and the parser's stack, to which every
    bracket adds; so chains are flat, and only very long ones are cut into bracketed parts.
    """
    merged: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        elif not (isinstance(piece, str) and not piece):
            merged.append(piece)
    return _chain([literal(piece) if isinstance(piece, str) else piece for piece in merged] or [literal("")])


def _chain(pieces: Sequence[Expr]) -> Expr:
    if len(pieces) > _LONGEST_CHAIN:
        parts = (pieces[start : start + _LONGEST_CHAIN] for start in range(0, len(pieces), _LONGEST_CHAIN))
        return _chain([sa.Grouping(_chain(part)) for part in parts])
    first, *rest = (sa.type_coerce(piece, sa.Text()) for piece in pieces)
    return reduce(lambda chain, piece: chain.concat(piece), rest, first)


class Writer:
    """Writes values as JSON text in the words of one database."""

    def __init__(self, dialect: str) -> None:
        self._postgres = dialect == "postgresql"

    def value(self, expression: Expr, kind: sa.types.TypeEngine[Any]) -> Expr:
        """A value as JSON text; NULL stays NULL."""
        match kind:
            case Json():
                return expression
            case Plain():
                return _quoted(expression)
            case Scaled(places=places):
                return _quoted(self._decimal(expression, places))
            case Instant():
                return _quoted(self._instant(expression))
            case sa.Date():
                # SQLAlchemy would read the text as a date again: it is text from here on.
                return _quoted(sa.cast(expression, sa.Text()) if self._postgres else sa.type_coerce(expression, sa.Text()))
            case sa.Boolean():
                return sa.case((expression.is_(None), sa.null()), (expression, literal("true")), else_=literal("false"))
            case sa.Integer():
                return sa.cast(expression, sa.Text())
            case sa.Text():
                return self._string(expression)
        raise TypeError(kind)

    def total(self, expression: Expr, kind: sa.types.TypeEngine[Any]) -> Expr:
        """The sum of a number over all rows as JSON text, exact; 0 where no row has one."""
        units = sa.func.coalesce(sa.func.sum(sa.type_coerce(expression, sa.BigInteger())), sa.literal_column("0"))
        places = kind.places if isinstance(kind, Scaled) else 0
        if self._postgres:
            # There it is a `numeric` of any length, whose product keeps its places.
            one = sa.literal_column(str(Decimal(1).scaleb(-places)), sa.Numeric())
            return _quoted(sa.cast(units.op("*", return_type=sa.Numeric())(one), sa.Text()))
        return _quoted(self._decimal(units, places))

    def or_null(self, expression: Expr) -> Expr:
        """JSON text, `null` where there is none."""
        return sa.func.coalesce(expression, literal(NULL), type_=sa.Text())

    def row(self, *columns: Expr) -> Expr:
        """A JSON list of values, as text."""
        values: list[Piece] = [piece for one in columns for piece in (",", self.or_null(self.value(one, one.type)))]
        return concat(["[", *values[1:], "]"])

    def rows(self, selected: sa.Select[*tuple[Any, ...]], *names: str) -> Expr:
        """The JSON lists of these columns of all rows, as text with commas between."""
        some = selected.subquery().c
        return self.all_of(sa.select(self.joined(self.row(*(some[name] for name in names)))))

    def all_of(self, joined: sa.Select[Any]) -> Expr:
        """Texts of rows that are joined, empty where there are none."""
        return sa.func.coalesce(joined.scalar_subquery(), literal(""), type_=sa.Text())

    def joined(self, expression: Expr) -> Any:
        """The texts of all rows with commas between; NULL when there are no rows."""
        name = "string_agg" if self._postgres else "group_concat"
        return sa.Function(name, expression, literal(","), type_=sa.Text())

    def holds(self, expression: Expr, part: Expr) -> Expr:
        """Whether text holds a part, to the letter."""
        return self.position(expression, part) > 0

    def position(self, expression: Expr, part: Expr) -> Expr:
        """Where a part begins in a text, from 1; 0 where it is not in it."""
        name = "strpos" if self._postgres else "instr"
        return sa.Function(name, expression, part, type_=sa.Integer())

    @property
    def has_arrays(self) -> bool:
        """Whether columns may hold several values, each of which an index finds."""
        return self._postgres

    def among(self, expression: Expr, values: sa.BindParameter[Any]) -> Expr:
        """Whether a text is among the values of a JSON list."""
        return sa.type_coerce(expression, sa.Text()).in_(self.each(values))

    def among_few(self, expression: Expr, values: sa.BindParameter[Any]) -> Expr:
        """The same, where few of the values differ or an index finds each: PostgreSQL compares with one after another."""
        if not self._postgres:
            return self.among(expression, values)
        return sa.type_coerce(expression, sa.Text()) == sa.any_(sa.func.array(self.each(values).distinct().scalar_subquery()))

    def in_few(self, expression: Expr, values: sa.Select[Any]) -> Expr:
        """Whether a value is one that is selected, where those are taken for few: an index finds each."""
        if not self._postgres:
            return expression.in_(values)
        return expression == sa.any_(sa.func.array(values.scalar_subquery()))

    def each(self, values: sa.BindParameter[Any]) -> sa.Select[Any]:
        """The values of a JSON list of texts, as rows."""
        elements: Any
        if self._postgres:
            elements = sa.func.json_array_elements_text(sa.cast(values, sa.Text()).cast(sa.JSON())).column_valued("item")
        else:
            elements = sa.func.json_each(values).table_valued("value", name="item").c.value
        return sa.select(elements)

    def elements(self, column: Expr) -> tuple[sa.FromClause, Expr]:
        """The elements of a JSON list column: where they come from, and each element."""
        if self._postgres:
            items = sa.func.json_array_elements(sa.cast(column, sa.JSON())).table_valued("value", name="part")
        else:
            items = sa.func.json_each(column).table_valued("value", name="part")
        return items, items.c.value

    def member(self, element: Expr, wire: str) -> Expr:
        """A member of a JSON object, as JSON text; NULL when it has none."""
        return sa.cast(element.op("->", return_type=sa.Text())(literal(wire)), sa.Text())

    def _string(self, expression: Expr) -> Expr:
        if self._postgres:
            return sa.cast(sa.func.to_json(expression), sa.Text())
        # json_quote(NULL) is the text null, which must stay NULL here.
        return sa.case((expression.is_not(None), sa.func.json_quote(expression)), else_=sa.null())

    def _decimal(self, expression: Expr, places: int) -> Expr:
        units = sa.type_coerce(expression, sa.BigInteger())
        if places == 0:
            return sa.cast(units, sa.Text())
        scale = sa.literal_column(str(10**places), sa.BigInteger())
        whole = sa.cast(units.op("/", return_type=sa.BigInteger())(scale), sa.Text())
        rest = units.op("%", return_type=sa.BigInteger())(scale)
        if self._postgres:
            padded = sa.func.lpad(sa.cast(rest, sa.Text()), places, literal("0"))
        else:
            padded = sa.func.printf(literal(f"%0{places}d"), rest)
        return concat([whole, ".", padded])

    def _instant(self, expression: Expr) -> Expr:
        if self._postgres:
            utc = sa.func.timezone(literal("UTC"), expression)
            return sa.func.to_char(utc, literal('YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), type_=sa.Text())
        return sa.type_coerce(expression, sa.Text())


class Elements(FunctionElement[str]):
    """The elements of a JSON list, as rows, in a statement of whose database nothing is known yet."""

    inherit_cache = True
    name = "json_elements"


class Texts(FunctionElement[str]):
    """The texts of a JSON list, as rows, each as it is and not as JSON writes it."""

    inherit_cache = True
    name = "json_texts"


@compiles(Elements, "sqlite")
@compiles(Texts, "sqlite")
def _rows_on_sqlite(element: Elements | Texts, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **more)})"


@compiles(Elements, "postgresql")
def _elements_on_postgres(element: Elements, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_array_elements(CAST({compiler.process(element.clauses, **more)} AS JSON))"


@compiles(Texts, "postgresql")
def _texts_on_postgres(element: Texts, compiler: SQLCompiler, **more: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **more)} AS JSON))"


def member_text(element: Expr, wire: str) -> Expr:
    """The text of a member of a JSON object, the same words on both databases; NULL when it has none."""
    return sa.type_coerce(element, sa.Text()).op("->>", return_type=sa.Text())(literal(wire))


def one_of(connection: AsyncConnection, column: Expr, values: Iterable[str]) -> Expr:
    """Whether a column holds one of many values.  They are one parameter, so that any number is the same statement, but for
    `FEW`."""
    wanted = sorted(set(values))
    return Sought(connection.dialect.name, len(wanted) <= FEW).has(column, sa.literal(wanted, _JSON))


_WANTED = sa.bindparam("wanted", type_=_JSON)


@dataclass(frozen=True, slots=True)
class Sought:
    """For what is looked up with every post: all by which a statement that seeks many values is another, so that it is composed
    once."""

    dialect: str
    are_few: bool

    def has(self, column: Expr, wanted: sa.BindParameter[Any] = _WANTED) -> Expr:
        """Whether a column holds one of the values."""
        writer = Writer(self.dialect)
        return (writer.among_few if self.are_few else writer.among)(column, wanted)


def sought(connection: AsyncConnection, values: Iterable[str]) -> tuple[Sought, dict[str, list[str]]]:
    """What a statement is to be composed for, and the values that it is given."""
    wanted = sorted(set(values))
    return Sought(connection.dialect.name, len(wanted) <= FEW), {_WANTED.key: wanted}


def _quoted(expression: Expr) -> Expr:
    return concat(['"', sa.type_coerce(expression, sa.Text()), '"'])
