"""What can be read of each noun: every field is a column, an SQL expression, a relation, or a part kept inside a JSON column.

A kind's view follows from its declaration; `hub.storage.views.nouns` lists all nouns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import sqlalchemy as sa

from hub.domain.declaring.checks import Several
from hub.domain.declaring.fields import Nested, camel, fields_of, snake
from hub.domain.read_plan import Order
from hub.domain.record_kinds import KINDS, OF_MINES, PARTS, Kind, RecordKind, links_to
from hub.domain.rules.timelines import Rule
from hub.domain.words.identifiers import VERSION_MARK
from hub.storage.records.log import POSTED, log
from hub.storage.records.versions import LINKS, TABLES
from hub.storage.sql.metadata import Plain
from hub.storage.timelines.table import timelines

#: The columns of a row, as seen by expressions: a table, an alias or a sub-select.
Row = Any

#: The day that a field is asked for.
Day = sa.ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class Expression:
    """A field worked out by the database.  `build` gets the row and the day that it is asked for, and returns an SQL expression
    of type `type`."""

    build: Callable[[Row, Day], sa.ColumnElement[Any]]
    type: sa.types.TypeEngine[Any]


@dataclass(frozen=True, slots=True)
class Coded(Expression):
    """A field that the row's `code` tells, never empty: `words` are rows of a code and the only word that it has.  Of the codes
    in `several` the row tells which it is."""

    code: str
    words: Row
    several: Sequence[sa.ColumnElement[str]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A field that a rule's timeline tells by the row's `subject`: `type` is how the state is read, by `words` where it is none
    of the schema's own."""

    rule: Rule
    type: sa.types.TypeEngine[Any]
    words: Mapping[str, sa.ColumnElement[Any]] | None = None
    subject: str = "licence_no"

    def build(self, row: Row, day: Day) -> sa.ColumnElement[Any]:
        """What the line says of the row's subject on a day."""
        kept = timelines.alias().c
        found = (
            sa.select(self.value(kept))
            .where(kept.subject == row[self.subject], *_kept_by(kept, self.rule), kept.from_day <= day)
            .order_by(kept.from_day.desc())
            .limit(sa.literal_column("1"))
            .correlate(row[self.subject].table)
        )
        return found.scalar_subquery()

    def value(self, kept: Row) -> sa.ColumnElement[Any]:
        """The state of a row of timelines, as the field tells it."""
        state: sa.ColumnElement[Any] = kept.state
        if self.words is None:
            return sa.type_coerce(state, self.type)
        return sa.case(*((state == word, value) for word, value in self.words.items()), else_=sa.null())

    def subjects(self, day: Day, holds: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]) -> sa.Select[Any]:
        """The subjects of which something holds on a day."""
        kept = timelines.alias().c
        return sa.select(kept.subject).where(*in_force(kept, self.rule, day), holds(self.value(kept)))

    def looked_up(
        self, row: Row, day: Day, holds: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]
    ) -> sa.ColumnElement[Any]:
        """Whether something holds of the row's subject on a day, looked up for each row by itself; NULL where it does not."""
        kept = timelines.alias().c
        there: sa.Select[Any] = sa.select(sa.true()).where(
            kept.subject == row[self.subject], *in_force(kept, self.rule, day), holds(self.value(kept))
        )
        return there.limit(sa.literal_column("1")).correlate(row[self.subject].table).scalar_subquery()


def in_force(kept: Row, rule: Rule, day: Day) -> list[sa.ColumnElement[bool]]:
    """The conditions under which rows of timelines are what a rule says of a day."""
    return [kept.rule == sa.literal(rule.name, Plain()), *holding(kept, day)]


def holding(kept: Row, day: Day) -> list[sa.ColumnElement[bool]]:
    """The conditions under which rows of timelines are what any rule says of a day."""
    return [kept.superseded_at.is_(None), kept.from_day <= day, kept.until_day > day]


def _kept_by(kept: Row, rule: Rule) -> list[sa.ColumnElement[bool]]:
    return [kept.rule == sa.literal(rule.name, Plain()), kept.superseded_at.is_(None)]


@dataclass(frozen=True, slots=True)
class Relation:
    """From a row to rows of another noun.  `on` pairs the row's columns with the other noun's columns.

    With `through`, the pairs lead to a link table (record_id, version, licence_no): `by_mine` says from which side.
    `versions` leads to all versions instead of the standing one.  `where` narrows the other rows further, by the row, the other
    row and the day; of several, a relation to one row takes the first by `order`.
    """

    noun: str
    on: Mapping[str, str] = field(default_factory=dict)
    through: sa.Table | None = None
    by_mine: bool = False
    versions: bool = False
    where: Callable[[Row, Row, Day], Sequence[sa.ColumnElement[Any]]] | None = None
    order: tuple[Order, ...] = ()


@dataclass(frozen=True, slots=True)
class Concerned:
    """A field of the mines that a record is about: lists are filtered by it.  `through` links those that are about several;
    `by_way_of` are a record's own field and the column of another kind, about whose mine it is, that the field names."""

    column: str
    through: sa.Table | None = None
    by_way_of: tuple[str, sa.Column[Any]] | None = None
    type: sa.types.TypeEngine[Any] = field(default_factory=Plain)

    def any_holds(self, row: Row, holds: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
        """Whether something holds of one of the record's mines, which are looked up."""
        return self._whose_mine(row, holds).exists()

    def looked_up(self, row: Row, holds: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
        """The same, looked up for each row by itself."""
        return self._whose_mine(row, holds).limit(sa.literal_column("1")).scalar_subquery().is_not(None)

    def _whose_mine(self, row: Row, holds: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]) -> sa.Select[Any]:
        mine = TABLES[RecordKind.MINE].alias().c
        found: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(mine.id.table)
        met = mine.superseded_at.is_(None), holds(mine[self.column])
        if self.is_named:
            return found.where(mine.licence_no == row.licence_no, *met).correlate(row.id.table)
        return self._linked(row, lambda number: mine.licence_no == number, mine.id.table).where(*met)

    @property
    def is_named(self) -> bool:
        """Whether the record itself names its one mine."""
        return self.through is None and self.by_way_of is None

    @property
    def may_be_untold(self) -> bool:
        """Whether there may be mines of which it is not told."""
        return bool(TABLES[RecordKind.MINE].c[self.column].nullable)

    def whose(self, holds: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]) -> sa.Select[Any]:
        """The numbers of the mines of which something holds."""
        mine = TABLES[RecordKind.MINE].alias().c
        return sa.select(mine.licence_no).where(mine.superseded_at.is_(None), holds(mine[self.column]))

    def any_of(self, row: Row, among: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
        """Whether the number of one of the record's mines is among some."""
        return among(row.licence_no) if self.is_named else self._linked(row, among).exists()

    def names_one(self, row: Row) -> sa.ColumnElement[bool]:
        """Whether a record names a mine at all."""
        if self.by_way_of is not None:
            return self._linked(row, lambda number: number.is_not(None)).exists()
        names: sa.ColumnElement[bool] = (
            row.licence_no.is_not(None) if self.through is None else sa.type_coerce(row.mines, sa.Text()) != "[]"
        )
        return names

    def is_of_none(self, row: Row, numbers: sa.Select[Any]) -> sa.ColumnElement[bool]:
        """Whether a record that may name several mines names none of a few, which are looked up but once."""
        assert self.through is not None
        link = self.through.alias().c
        of_none: sa.ColumnElement[bool] = row.id.not_in(sa.select(link.record_id).where(link.licence_no.in_(numbers)))
        return of_none

    def _linked(
        self, row: Row, met: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]], *others: sa.FromClause
    ) -> sa.Select[Any]:
        """What links a record to a mine, where the number meets a condition."""
        if self.by_way_of is not None:
            field, column = self.by_way_of
            link: Any = column.table.alias().c
            theirs = link[column.name] == row[field], link.superseded_at.is_(None)
        else:
            assert self.through is not None
            link = self.through.alias().c
            theirs = link.record_id == row.id, link.version == row.version
        linked: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(link.licence_no.table, *others)
        return linked.where(*theirs, met(link.licence_no)).correlate(row.id.table)


@dataclass(frozen=True, slots=True)
class Embedded:
    """Parts kept in a JSON column; each is an object with the wire names of `noun`'s fields."""

    noun: str
    column: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field of an embedded part: its wire name in the JSON object."""

    wire: str


Source = sa.Column[Any] | Expression | Kept | Concerned | Relation | Embedded | Attribute


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What can be read of a noun.  `versioned` tables hold all versions, of which the current one is meant by default; of what
    is worked out, `tells_of` names the nouns that it tells of without showing their rows."""

    noun: str
    table: sa.FromClause | None
    fields: Mapping[str, Source]
    order: tuple[Order, ...] = ()
    versioned: bool = False
    key: str = "id"
    tells_of: tuple[str, ...] = ()


def _public_id(row: Row, _: Day) -> sa.ColumnElement[Any]:
    # A superseded version is another object than the record as it stands, so it has another id.
    mark: sa.ColumnElement[Any] = sa.literal_column(f"'{VERSION_MARK}'")
    return sa.case((row.superseded_at.is_(None), row.id), else_=row.id + mark + sa.cast(row.version, sa.Text()))


def record_view(kind: RecordKind, worked_out: Mapping[str, Source]) -> View:
    """The view of a kind: its envelope, its declared fields, its versions, what it links to, and what links to it."""
    table = TABLES[kind]
    facts = KINDS[kind]
    # The salt is no part of what can be asked for, sought or told.
    sources: dict[str, Source] = {column.name: column for column in table.c if column.name != "salt"}
    sources |= {
        "id": Expression(_public_id, Plain()),
        "record_id": table.c.id,
        "withdrawn": Expression(lambda row, _: row.withdrawn_at.is_not(None), sa.Boolean()),
        "log_position": Expression(_log_position, sa.BigInteger()),
        "versions": Relation(kind.value, {"id": "id"}, versions=True),
        "posting_department": Relation("department_info", {"department": "code"}),
    }
    for declared in fields_of(facts.payload):
        match declared.spec.check:
            case Several(each=Nested(part=part)):
                sources[declared.name] = Embedded(snake(part.__name__), declared.name)
        if link := declared.spec.link:
            sources[link.name] = Relation(link.noun, {declared.name: link.key})
    if kind in LINKS:
        sources["mines"] = Relation(RecordKind.MINE.value, through=LINKS[kind])
        sources["licence_nos"] = table.c.mines
    if facts.concerns_mines and kind is not RecordKind.MINE:
        for name in OF_MINES:
            sources.setdefault(name, Concerned(name, LINKS.get(kind), _by_way_of(facts)))
    for other, link, name in links_to(kind):
        sources[KINDS[other].plural] = Relation(other.value, {link.key: name})
    if kind is RecordKind.MINE:
        for other, through in LINKS.items():
            sources[KINDS[other].plural] = Relation(other.value, through=through, by_mine=True)
    return View(noun=kind.value, table=table, fields=sources | dict(worked_out), order=(facts.order,), versioned=True)


def _by_way_of(facts: Kind) -> tuple[str, sa.Column[Any]] | None:
    if facts.by_way_of is None:
        return None
    link = facts.leads_to_mines
    return facts.by_way_of, TABLES[RecordKind(link.noun)].c[link.key]


def _log_position(row: Row, _: Day) -> sa.ColumnElement[Any]:
    of_it = log.c.record_id == row.id, log.c.version == row.version, POSTED
    return sa.select(log.c.position).where(*of_it).limit(1).scalar_subquery()


def part_views() -> Iterator[View]:
    """The views of the parts that live inside their records' JSON columns."""
    for part in PARTS:
        yield View(noun=snake(part.__name__), table=None, fields={f.name: Attribute(camel(f.name)) for f in fields_of(part)})


def table_view(noun: str, table: sa.Table, order: tuple[Order, ...], key: str, **more: Source) -> View:
    """The view of a table that holds no versions."""
    return View(noun=noun, table=table, fields={c.name: c for c in table.c} | more, order=order, key=key)


def worked_out_view(noun: str, table: sa.Subquery, *, tells_of: tuple[str, ...] = (), **more: Source) -> View:
    """The view of rows that a sub-select works out, each with an `id`."""
    columns = {c.name: Expression(partial(_column, c.name), c.type) for c in table.c}
    order = (Order("id", descending=False),)
    return View(noun=noun, table=table, fields=columns | more, order=order, tells_of=tells_of)


def _column(name: str, row: Row, _: Day) -> sa.ColumnElement[Any]:
    column: sa.ColumnElement[Any] = row[name]
    return column
