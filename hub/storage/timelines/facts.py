"""What rules read of mines, and what is kept of their lines, by one statement.

Only the fields that a rule reads are brought, as a JSON list for each record, so that kinds of any shape stand in one result.
"""

from __future__ import annotations

import json
from collections import defaultdict, namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.calendar.moments import china_day
from hub.domain.declaring.checks import Check
from hub.domain.declaring.fields import fields_of
from hub.domain.record_kinds import KINDS, RecordKind
from hub.domain.rules.timelines import BEGINNING, END, Fact, Rule, Span, State
from hub.storage.records.versions import LINKS, TABLES, column_type
from hub.storage.sql.json_text import Writer
from hub.storage.sql.live import live
from hub.storage.sql.metadata import Json, Scaled
from hub.storage.timelines.table import timelines

_KEPT = "kept"
_SPAN = ("rule", "about", "from_day", "until_day", "state", "because", "due_on", "label")
#: Kinds without days of their own: what the hub knew of them on a day is the version of that day.
_KNOWN_BY_VERSIONS = frozenset({RecordKind.MINE, RecordKind.ENTERPRISE})


@dataclass(slots=True)
class Known:
    """What is known of one mine: its records by kind, and by rule the spans that are kept, each with its row's number."""

    records: defaultdict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    kept: defaultdict[str, dict[Span, int]] = field(default_factory=lambda: defaultdict(dict))


async def known(connection: AsyncConnection, rules: tuple[Rule, ...], licence_nos: Iterable[str]) -> dict[str, Known]:
    """The facts of mines that these rules read, and what is kept of these rules and of those that they read."""
    wanted = sorted(set(licence_nos))
    found = {number: Known() for number in wanted}
    reads = fields_read(rules)
    sql, places = _compiled(rules, connection.dialect)
    rows: Any = await connection.exec_driver_sql(sql, (json.dumps(wanted),) * places)
    for source, subject, row_id, body in rows:
        values = json.loads(body)
        if source == _KEPT:
            rule, span = _span(values)
            found[subject].kept[rule][span] = int(row_id)
        else:
            kind = RecordKind(source)
            found[subject].records[source].append(_fact(kind, reads[kind], row_id, values))
    for one in found.values():
        for facts in one.records.values():
            facts.sort(key=lambda fact: (fact.id, fact.known_from))
    return found


@cache
def fields_read(rules: tuple[Rule, ...]) -> dict[RecordKind, tuple[str, ...]]:
    """The fields of each kind that any of the rules reads."""
    found: defaultdict[RecordKind, set[str]] = defaultdict(set)
    for rule in rules:
        for kind, names in rule.reads.items():
            found[RecordKind(kind)].update(names)
    return {kind: tuple(sorted(names)) for kind, names in sorted(found.items())}


@lru_cache(maxsize=64)
def _compiled(rules: tuple[Rule, ...], dialect: sa.Dialect) -> tuple[str, int]:
    """The statement, and how often it wants the list of mines."""
    subjects = sa.bindparam("subjects", None, type_=Json())
    writer = Writer(dialect.name)
    names = sorted({name for rule in rules for name in (rule.name, *rule.after)})
    kept = timelines.c
    parts = [
        sa.select(
            sa.literal(_KEPT, sa.Text()).label("source"),
            sa.type_coerce(kept.subject, sa.Text()).label("subject"),
            sa.cast(kept.id, sa.Text()).label("row_id"),
            _body(dialect, [kept[name] for name in _SPAN]).label("body"),
        ).where(writer.among(kept.subject, subjects), kept.rule.in_(names), kept.superseded_at.is_(None))
    ]
    parts += [_records(kind, fields, writer, subjects, dialect) for kind, fields in fields_read(rules).items()]
    statement = sa.union_all(*parts)
    sa.sql.visitors.traverse(statement, {}, {"bindparam": _fix_constant})
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return str(compiled), len(compiled.positiontup or ())


def _fix_constant(bind: Any) -> None:
    bind.literal_execute = bind.unique


def _body(dialect: sa.Dialect, columns: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[Any]:
    values = [sa.type_coerce(column, sa.Text()) if dialect.name == "sqlite" else column for column in columns]
    if dialect.name == "sqlite":
        return sa.func.json_array(*values, type_=sa.Text())
    return sa.cast(sa.func.json_build_array(*values), sa.Text())


def _records(
    kind: RecordKind, fields: Sequence[str], writer: Writer, subjects: sa.BindParameter[Any], dialect: sa.Dialect
) -> sa.Select[Any]:
    record = TABLES[kind].alias().c
    source: sa.FromClause = record.id.table
    where = live(record)
    if kind in LINKS:
        link = LINKS[kind].alias().c
        number = link.licence_no
        source = sa.join(source, number.table, sa.and_(link.record_id == record.id, link.version == record.version))
    elif kind in _KNOWN_BY_VERSIONS:
        newest = TABLES[kind].alias().c
        # What was withdrawn in between was not known then.
        was = sa.and_(record.id == newest.id, record.withdrawn_at.is_(None))
        source, where = sa.join(source, newest.id.table, was), live(newest)
        if kind is RecordKind.ENTERPRISE:
            mine = TABLES[RecordKind.MINE].alias().c
            number = mine.licence_no
            source = sa.join(source, number.table, sa.and_(mine.enterprise_uscc == newest.uscc, *live(mine)))
        else:
            number = newest.licence_no
    else:
        number = record.licence_no
    columns = [record[name] for name in fields]
    if kind in _KNOWN_BY_VERSIONS:
        columns += [record.version, record.recorded_at, record.superseded_at]
    return (
        sa.select(
            sa.literal(kind.value, sa.Text()).label("source"),
            sa.type_coerce(number, sa.Text()).label("subject"),
            sa.type_coerce(record.id, sa.Text()).label("row_id"),
            _body(dialect, columns).label("body"),
        )
        .select_from(source)
        .where(writer.among(number, subjects), *where)
    )


def _fact(kind: RecordKind, fields: tuple[str, ...], row_id: str, values: list[Any]) -> Fact:
    shape, readers = _shape(kind, fields)
    for place, reader in readers:
        if values[place] is not None:
            values[place] = reader(values[place])
    if kind not in _KNOWN_BY_VERSIONS:
        return Fact(row_id, shape(*values))
    *own, version, recorded, superseded = values
    since = BEGINNING if version == 1 else _day_of(recorded)
    return Fact(row_id, shape(*own), since, END if superseded is None else _day_of(superseded))


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
    return None if type(check).restored is Check.restored else check.restored


def _day_of(moment: str) -> date:
    return china_day(datetime.fromisoformat(moment))


def _span(values: list[Any]) -> tuple[str, Span]:
    rule, about, from_day, until_day, state, because, due_on, label = values
    due = None if due_on is None else date.fromisoformat(due_on)
    told = State(state, about, tuple(json.loads(because)), due, label)
    # PostgreSQL's driver writes Python's first day so, and nothing was before it.
    since = BEGINNING if from_day == "-infinity" else date.fromisoformat(from_day)
    return rule, Span(since, date.fromisoformat(until_day), told)
