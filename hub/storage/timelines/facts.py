"""What rules read of mines or of decisions, and what is kept of their lines, by one statement.

Only the fields that a rule reads are brought, as a JSON list for each record, so that kinds of any shape stand in one result.
"""

from __future__ import annotations

import json
from collections import defaultdict, namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.moments import china_day
from hub.domain.declaring.checks import Check
from hub.domain.declaring.fields import fields_of, restorer
from hub.domain.findings import departments, holder
from hub.domain.findings.penalties import OF_HOLDER, OF_PREDECESSOR
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.rules.reached import NAMED_BY, THROUGH
from hub.domain.rules.timelines import BEGINNING, END, Fact, Facts, Rule, Span, State, Subject, fields_read
from hub.domain.words.notation import written
from hub.storage.engine.steps import in_steps
from hub.storage.records import licences
from hub.storage.records.versions import LINKS, TABLES, column_type
from hub.storage.sql.dialects import dialect_of, fix_constants
from hub.storage.sql.json_text import FEW, Writer
from hub.storage.sql.metadata import Instant, Json, Plain, Scaled
from hub.storage.timelines.reaching import naming as naming_of
from hub.storage.timelines.table import timelines

_KEPT = "kept"
_SPAN = ("rule", "about", "from_day", "until_day", "state", "because", "due_on", "label")
#: Kinds without days of their own: what the hub knew of them on a day is the version of that day.
_KNOWN_BY_VERSIONS = frozenset({RecordKind.MINE, RecordKind.ENTERPRISE, RecordKind.ASSESSOR})
#: What is reached from a mine though it names none: through its holder, or through the transfer that it answers.
TRANSFER_ANSWER = RecordKind.TRANSFER_ANSWER.value
PREDECESSOR, PREDECESSORS_PENALTY = holder.PREDECESSOR, OF_PREDECESSOR
HOLDERS_PENALTY, HOLDERS_TRANSFER, HOLDERS_ANSWER = OF_HOLDER, departments.HOLDERS_TRANSFER, departments.HOLDERS_ANSWER
_REACHED = {
    TRANSFER_ANSWER: RecordKind.TRANSFER_ANSWER,
    HOLDERS_PENALTY: RecordKind.PENALTY,
    PREDECESSOR: RecordKind.ENTERPRISE,
    PREDECESSORS_PENALTY: RecordKind.PENALTY,
    HOLDERS_TRANSFER: RecordKind.CASE_TRANSFER,
    HOLDERS_ANSWER: RecordKind.TRANSFER_ANSWER,
}
#: Of these all but the answer to a transfer that names the mine.
_OF_THE_HOLDER = _REACHED.keys() - {TRANSFER_ANSWER}
_SUBJECTS, _AT = "subjects", "at"


@dataclass(slots=True)
class Known:
    """What is known of one subject: its records by kind, and by rule the spans that are kept, each with its row's number."""

    records: defaultdict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    kept: defaultdict[str, dict[Span, int]] = field(default_factory=lambda: defaultdict(dict))

    def facts(self, more: Mapping[str, Sequence[Fact]] | None = None) -> Facts:
        """What rules read of it, with these records besides."""
        records = self.records if more is None else {**self.records, **more}
        return Facts(records, {rule: list(spans) for rule, spans in self.kept.items()})


async def known(
    connection: AsyncConnection,
    rules: tuple[Rule, ...],
    subjects: Iterable[str],
    at: datetime | None = None,
    *,
    are_new: bool = False,
) -> dict[str, Known]:
    """The facts of subjects of one sort that these rules read, and what is kept of these rules and of those that they read:
    now, or what was known at a moment.  Mines that `are_new` nothing names, and nothing is kept of them."""
    wanted = sorted(set(subjects))
    if not wanted:
        return {}
    sql, places = _compiled(rules, connection.dialect.name, at is not None, len(wanted) <= FEW, are_new)
    values = given(connection.dialect.name, wanted, at)
    rows: Any = await connection.exec_driver_sql(sql, tuple(values[name] for name in places))
    brought = ((source, subject, row_id, orjson.loads(body)) for source, subject, row_id, body in rows)
    return await gathered(brought, rules, wanted, at)


async def gathered(
    rows: Iterable[Sequence[Any]], rules: tuple[Rule, ...], subjects: Iterable[str], at: datetime | None
) -> dict[str, Known]:
    """What rows say of these subjects that a statement brought (`selected`), each the source, the subject, the row's id, and
    the values."""
    found = {number: Known() for number in subjects}
    facts = _readers(rules)
    async for source, subject, row_id, values in in_steps(rows):
        if source == _KEPT:
            rule, span = _span(values)
            found[subject].kept[rule][span] = int(row_id)
        else:
            found[subject].records[source].append(facts[source](row_id, values, at))
    async for one in in_steps(found.values()):
        for several in one.records.values():
            if len(several) > 1:
                several.sort(key=_in_order)
    return found


def _in_order(fact: Fact) -> tuple[str, date]:
    return fact.id, fact.known_from


@lru_cache(maxsize=64)
def _compiled(
    rules: tuple[Rule, ...], dialect_name: str, is_past: bool, are_few: bool, are_new: bool
) -> tuple[str, tuple[str, ...]]:
    """The statement, and what it wants by place: the list of subjects, and the moment."""
    dialect = dialect_of(dialect_name)
    statement = selected(rules, dialect, asked_for(), moment() if is_past else None, are_few=are_few, are_new=are_new)
    fix_constants(statement)
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return str(compiled), tuple(compiled.positiontup or ())


def asked_for() -> sa.BindParameter[Any]:
    """The parameter that is the JSON list of the subjects."""
    return sa.bindparam(_SUBJECTS, None, type_=Json())


def moment() -> sa.BindParameter[Any]:
    """The parameter that is the moment at which it was known what is asked for."""
    return sa.bindparam(_AT, None, type_=Instant())


def given(dialect_name: str, subjects: Iterable[str], at: datetime | None) -> dict[str, Any]:
    """The values of both parameters, as drivers take them."""
    return {_SUBJECTS: json.dumps(list(subjects)), _AT: at if at is None or dialect_name == "postgresql" else written(at)}


def selected(
    rules: tuple[Rule, ...],
    dialect: sa.Dialect,
    subjects: sa.BindParameter[Any],
    at: sa.BindParameter[Any] | None,
    *,
    are_few: bool,
    are_new: bool = False,
) -> sa.CompoundSelect[Any]:
    """The rows that hold what rules read of subjects, and what is kept of them: `source`, `subject`, `row_id`, and `body`, the
    JSON list of the values."""
    [sort] = {rule.of for rule in rules}
    asked = _Asked(sort, Writer(dialect.name), subjects, at, are_few)
    parts = [] if are_new else [_kept(rules, asked, dialect)]
    read = ((word, fields) for word, fields in fields_read(rules).items() if not are_new or _is_of_new_mines(word))
    parts += [_records(word, fields, asked, dialect) for word, fields in read]
    return sa.union_all(*parts)


def _kept(rules: tuple[Rule, ...], asked: _Asked, dialect: sa.Dialect) -> sa.Select[Any]:
    kept = timelines.c
    names = sorted({name for rule in rules for name in (rule.name, *rule.after)})
    return sa.select(
        sa.literal(_KEPT, sa.Text()).label("source"),
        sa.type_coerce(asked.today(kept.subject), sa.Text()).label("subject"),
        sa.cast(kept.id, sa.Text()).label("row_id"),
        _body(dialect, [kept[name] for name in _SPAN]).label("body"),
    ).where(asked.any_of(kept.subject), kept.rule.in_(names), *asked.newest(kept))


def _is_of_new_mines(word: str) -> bool:
    """Whether what a rule reads may be there for a mine before anything names it: itself, and what it names."""
    through = THROUGH[Subject.MINE].get(word)
    return word == RecordKind.MINE or (through is not None and through.kind == RecordKind.MINE) or word in _OF_THE_HOLDER


def _body(dialect: sa.Dialect, columns: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[Any]:
    values = [sa.type_coerce(column, sa.Text()) if dialect.name == "sqlite" else column for column in columns]
    if dialect.name == "sqlite":
        return sa.func.json_array(*values, type_=sa.Text())
    return sa.cast(sa.func.json_build_array(*values), sa.Text())


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of which subjects, and which rows of versions count: those that stand, or stood at a moment."""

    sort: Subject
    writer: Writer
    subjects: sa.BindParameter[Any]
    at: sa.ColumnElement[Any] | None
    are_few: bool

    def among(self, number: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Whether a number is one of the subjects'."""
        return (self.writer.among_few if self.are_few else self.writer.among)(number, self.subjects)

    def any_of(self, number: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Whether a number is one of the mines', or was at the moment that is asked for."""
        if self.at is None:
            return self.among(number)
        was = licences.table.alias().c
        before = sa.select(was.licence_no).where(self.among(was.leads_to))
        # Beside a list that is looked through no index would serve the few either: whole tables were read.
        had = self.writer.in_few(number, before) if self.are_few else number.in_(before)
        return sa.or_(self.among(number), had)

    def today(self, number: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """The number that a mine has today."""
        return number if self.at is None else licences.leads(number)

    def newest(self, row: Any) -> list[sa.ColumnElement[bool]]:
        """Each record's newest version, whatever it says."""
        if self.at is None:
            return [row.superseded_at.is_(None)]
        return [*self.known(row), sa.or_(row.superseded_at.is_(None), row.superseded_at > self.at)]

    def known(self, row: Any) -> list[sa.ColumnElement[bool]]:
        """Every version that there was."""
        return [] if self.at is None else [row.recorded_at <= self.at]

    def live(self, *rows: Any) -> list[sa.ColumnElement[bool]]:
        """Newest versions that do not take their records back (`hub.storage.sql.live`)."""
        return [one for row in rows for one in (*self.newest(row), row.withdrawn_at.is_(None))]


def _kind_of(word: str) -> RecordKind:
    return _REACHED.get(word) or RecordKind(word)


def _records(
    word: str,
    fields: Sequence[str],
    asked: _Asked,
    dialect: sa.Dialect,
) -> sa.Select[Any]:
    kind = _kind_of(word)
    record = TABLES[kind].alias().c
    source: sa.FromClause = record.id.table
    where = asked.live(record)
    if word in _REACHED:
        number, source, met = _reached(word, record, asked)
        where += met
    elif asked.sort is Subject.MINE and kind in LINKS:
        link = LINKS[kind].alias().c
        number = link.licence_no
        source = sa.join(source, number.table, sa.and_(link.record_id == record.id, link.version == record.version))
    elif kind in _KNOWN_BY_VERSIONS:
        newest = TABLES[kind].alias().c
        # What was withdrawn in between was not known then.
        was = sa.and_(record.id == newest.id, record.withdrawn_at.is_(None), *asked.known(record))
        source, where = sa.join(source, newest.id.table, was), asked.live(newest)
        number, source = _named(kind, newest, source, asked)
    else:
        number, source = _named(kind, record, source, asked)
    columns = [record[name] for name in fields]
    if kind in _KNOWN_BY_VERSIONS:
        columns += [record.version, record.recorded_at, record.superseded_at]
    found = (
        sa.select(
            sa.literal(word, sa.Text()).label("source"),
            sa.type_coerce(asked.today(number), sa.Text()).label("subject"),
            sa.type_coerce(record.id, sa.Text()).label("row_id"),
            _body(dialect, columns).label("body"),
        )
        .select_from(source)
        .where(asked.any_of(number), *where)
    )
    # Several records of one subject may name the same one.
    return found.distinct() if kind in THROUGH[asked.sort] else found


def _named(kind: RecordKind, record: Any, source: sa.FromClause, asked: _Asked) -> tuple[sa.ColumnElement[Any], sa.FromClause]:
    """The number of the subject that a record names, or that names the record."""
    own = NAMED_BY[asked.sort]
    if (through := THROUGH[asked.sort].get(kind)) is None:
        return record[own], source
    naming, names, name = naming_of(through)
    named = sa.and_(name == record[through.key], *asked.live(naming))
    return naming[own], sa.join(names, source, named)


def _reached(
    word: str, record: Any, asked: _Asked
) -> tuple[sa.ColumnElement[Any], sa.FromClause, list[sa.ColumnElement[bool]]]:
    """The mine's number, the tables and the conditions by which records are reached that name no mine."""
    source = record.id.table
    if word in (TRANSFER_ANSWER, HOLDERS_ANSWER):
        transfer = TABLES[RecordKind.CASE_TRANSFER].alias().c
        source = sa.join(source, transfer.id.table, sa.and_(transfer.id == record.transfer_id, *asked.live(transfer)))
        if word == TRANSFER_ANSWER:
            return transfer.licence_no, source, []
        record = transfer
    mine = TABLES[RecordKind.MINE].alias().c
    if word in (PREDECESSOR, PREDECESSORS_PENALTY):
        heirs = _heirs(asked, f"heirs_of_{word}").alias().c
        source = sa.join(source, heirs.uscc.table, heirs.uscc == record["uscc" if word == PREDECESSOR else "party_uscc"])
        return mine.licence_no, sa.join(source, mine.id.table, mine.enterprise_uscc == heirs.heir), asked.live(mine)
    holds = sa.and_(mine.enterprise_uscc == record.party_uscc, *asked.live(mine))
    about_no_mine = [] if word == HOLDERS_PENALTY else [record.licence_no.is_(None)]
    return mine.licence_no, sa.join(source, mine.id.table, holds), about_no_mine


def _heirs(asked: _Asked, name: str) -> sa.CTE:
    """The enterprises that were taken over, each with all that came after it: few, whatever is asked."""
    one = TABLES[RecordKind.ENTERPRISE].alias().c
    first = sa.select(one.uscc, one.successor_uscc.label("heir")).where(one.successor_uscc.is_not(None), *asked.live(one))
    heirs = first.cte(name, recursive=True)
    then = TABLES[RecordKind.ENTERPRISE].alias().c
    later = sa.select(heirs.c.uscc, then.successor_uscc).where(
        then.uscc == heirs.c.heir, then.successor_uscc.is_not(None), *asked.live(then)
    )
    return heirs.union(later)


def names(dialect: sa.Dialect, subjects: sa.BindParameter[Any], at: sa.BindParameter[Any] | None) -> sa.CompoundSelect[Any]:
    """By what few mines are named: the numbers that each has or had, and the codes of its holder and of whom that has taken
    over, as `number` with the mine's `licence_no` of today."""
    asked = _Asked(Subject.MINE, Writer(dialect.name), subjects, at, are_few=True)
    mine = TABLES[RecordKind.MINE].alias().c
    heirs, had = _heirs(asked, "heirs_of_holders").alias().c, licences.table.alias().c
    today = asked.today(mine.licence_no)
    stands = asked.any_of(mine.licence_no), *asked.live(mine)
    taken_over = sa.join(mine.id.table, heirs.uscc.table, heirs.heir == mine.enterprise_uscc)
    return sa.union_all(
        _name(mine.licence_no, today).where(*stands),
        _name(mine.enterprise_uscc, today).where(*stands),
        _name(heirs.uscc, today).select_from(taken_over).where(*stands),
        _name(had.licence_no, had.leads_to).where(asked.among(had.leads_to), had.licence_no != had.leads_to),
    )


def _name(number: sa.ColumnElement[Any], licence_no: sa.ColumnElement[Any]) -> sa.Select[str, str]:
    return sa.select(sa.type_coerce(number, Plain()).label("number"), sa.type_coerce(licence_no, Plain()).label("licence_no"))


#: Makes a fact of a row's id and values, as known at a moment.
_Reader = Callable[[str, list[Any], datetime | None], Fact]


@lru_cache(maxsize=64)
def _readers(rules: tuple[Rule, ...]) -> dict[str, _Reader]:
    """What makes facts of the rows of each source."""
    return {word: _reader_of(_kind_of(word), fields) for word, fields in fields_read(rules).items()}


def _reader_of(kind: RecordKind, fields: tuple[str, ...]) -> _Reader:
    shape, readers = _shape(kind, fields)

    def read(values: list[Any]) -> Any:
        for place, reader in readers:
            if (value := values[place]) is not None:
                values[place] = reader(value)
        return shape(*values)

    if kind not in _KNOWN_BY_VERSIONS:
        return lambda row_id, values, _at: Fact(row_id, read(values))

    def version(row_id: str, values: list[Any], at: datetime | None) -> Fact:
        *own, number, recorded, superseded = values
        since = BEGINNING if number == 1 else _day_of(recorded)
        until = None if superseded is None else datetime.fromisoformat(superseded)
        # What came afterwards was not known then.
        return Fact(row_id, read(own), since, END if until is None or (at and until > at) else china_day(until))

    return version


@cache
def _shape(kind: RecordKind, fields: tuple[str, ...]) -> tuple[Callable[..., Any], list[tuple[int, Callable[[Any], Any]]]]:
    """What holds the fields of a kind that are read, and what makes their values out of JSON's."""
    checks = {field.name: field.spec.check for field in fields_of(KINDS[kind].payload)}
    shape = namedtuple(f"{kind.value}_facts", fields)  # type: ignore[misc]
    # What is no field of the payload is the envelope's, and plain text.
    readers = ((place, _reader(checks[name])) for place, name in enumerate(fields) if name in checks)
    return shape, [(place, reader) for place, reader in readers if reader]


def _reader(check: Check) -> Callable[[Any], Any] | None:
    match column_type(check):
        case sa.Date():
            return date.fromisoformat
        case Scaled(places=places):
            return lambda units: Decimal(units).scaleb(-places)
        case sa.Boolean():
            return bool
    return restorer(check)


def _day_of(moment: str) -> date:
    return china_day(datetime.fromisoformat(moment))


def _span(values: list[Any]) -> tuple[str, Span]:
    rule, about, from_day, until_day, state, because, due_on, label = values
    due = None if due_on is None else date.fromisoformat(due_on)
    told = State(state, about, tuple(orjson.loads(because)), due, label)
    # PostgreSQL's driver writes Python's first day so, and nothing was before it.
    since = BEGINNING if from_day == "-infinity" else date.fromisoformat(from_day)
    return rule, Span(since, date.fromisoformat(until_day), told)
