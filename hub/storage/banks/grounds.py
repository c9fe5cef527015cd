"""What a loan check stands on, by one statement in the fast lane, so that all of it is of one moment: the end of the log, how
fresh the sources are, who posted for the first time, what waits in quarantine, and the mines' facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.findings.sources import SourceState, Waiting
from hub.domain.log import BEGINNING, Cursor
from hub.domain.records.successions import Way
from hub.domain.rules.timelines import Rule
from hub.domain.words.departments import Department
from hub.storage.banks.knowledge import firsts_after
from hub.storage.engine.database import Database
from hub.storage.records import branches, licences
from hub.storage.records.log import MARKED, cursor_of, log
from hub.storage.sql.dialects import dialect_of, fix_constants
from hub.storage.sql.json_text import Piece, Writer, concat
from hub.storage.sql.metadata import Plain
from hub.storage.timelines import facts
from hub.storage.timelines.facts import Known
from hub.storage.views.departments import sources
from hub.storage.views.rejections import numbers as named
from hub.storage.views.rejections import table as rejections

#: The parameter that is the position after which first posts are looked for.
_LOOKED = "looked"
_FRESH = sa.select(sources.c.code, sources.c.department, sources.c.refresh_minutes, sources.c.last_success_at).order_by(
    sources.c.code
)


@dataclass(frozen=True, slots=True)
class Grounds:
    """The end of the log, the sources, who first posted after a position (`knowledge.firsts_after`), and by mine what waits in
    quarantine about it and what is known of it; `moved` are those of the numbers that lead to other mines."""

    end: Cursor
    sources: Sequence[SourceState]
    first_posts: Sequence[tuple[Department, datetime, int | None]]
    waits: Mapping[str, Collection[Waiting]]
    known: Mapping[str, Known]
    moved: Sequence[str]


async def grounds(
    database: Database, rules: tuple[Rule, ...], licence_nos: Sequence[str], at: datetime | None, looked: int | None = None
) -> Grounds:
    """What a check of these mines, a hundred at most, stands on: now, or what was known at a moment.  An index finds each of
    them.  Who first posted is `looked` for after a position, if any is given."""
    sql, names = statement(rules, database.dialect_name, at is not None, looked is not None)
    given = facts.given(database.dialect_name, licence_nos, at) | {_LOOKED: looked}
    told = orjson.loads(await database.fetch_json(sql, [given[name] for name in names]))
    waits: defaultdict[str, set[Waiting]] = defaultdict(set)
    for number, who, kind in told["waits"]:
        waits[number].add(Waiting(_department(who), kind))
    return Grounds(
        cursor_of(*told["end"]) if told["end"] else BEGINNING,
        [_source(code, who, minutes, _instant(at)) for code, who, minutes, at in told["sources"]],
        [(Department(who), datetime.fromisoformat(first), last) for who, first, last in told["firsts"]],
        waits,
        await facts.gathered(told["facts"], rules, licence_nos, at),
        [number for (number,) in told["moved"]],
    )


async def sources_known(connection: AsyncConnection) -> list[SourceState]:
    """How fresh the sources are."""
    return [_source(*row) for row in await connection.execute(_FRESH)]


def _source(code: str, department: str | None, refresh_minutes: int, last_success_at: datetime | None) -> SourceState:
    return SourceState(code, _department(department), refresh_minutes, last_success_at)


def _department(word: str | None) -> Department | None:
    return None if word is None else Department(word)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@lru_cache(maxsize=16)
def statement(rules: tuple[Rule, ...], dialect_name: str, is_past: bool, looks: bool) -> tuple[str, tuple[str, ...]]:
    """The statement that brings it as one JSON text, and what it wants by place (`facts.given`)."""
    writer, dialect = Writer(dialect_name), dialect_of(dialect_name)
    asked, at = facts.asked_for(), facts.moment() if is_past else None
    last = sa.select(sa.func.max(log.alias().c.position)).scalar_subquery()
    end = sa.select(writer.row(log.c.position, *MARKED)).where(log.c.position == last)
    known = facts.selected(rules, dialect, asked, at, are_few=True).subquery().c
    # Codes, ids and words need no escaping, and the values are JSON already.
    fact: list[Piece] = ['["', known.source, '","', known.subject, '","', known.row_id, '",', known.body, "]"]
    firsts = firsts_after(sa.bindparam(_LOOKED, None, type_=sa.BigInteger()))
    pieces: list[Piece] = ['{"end":', writer.or_null(end.scalar_subquery())]
    for name, rows in (
        ("sources", writer.rows(_FRESH, *_FRESH.selected_columns.keys())),
        ("firsts", writer.rows(firsts, *firsts.selected_columns.keys()) if looks else ""),
        ("waits", writer.rows(_waiting(dialect, asked, at), "licence_no", "department", "kind")),
        ("moved", writer.rows(_moved(writer, asked), "licence_no")),
        ("facts", writer.all_of(sa.select(writer.joined(concat(fact))))),
    ):
        pieces += [f',"{name}":[', rows, "]"]
    whole = sa.select(concat([*pieces, "}"]))
    fix_constants(whole)
    compiled = whole.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return str(compiled), tuple(compiled.positiontup or ())


def _waiting(
    dialect: sa.Dialect, asked: sa.BindParameter[str], at: sa.BindParameter[datetime] | None
) -> sa.Select[tuple[str, str, str]]:
    """What waits about each of the mines, or waited at a moment: whatever names a number of the mine's or the code of whoever
    its penalties may be of."""
    meant = facts.names(dialect, asked, at).cte("meant").c
    waits: sa.ColumnElement[bool] = rejections.c.resolved_at.is_(None)
    if at is not None:
        waits = sa.and_(rejections.c.received_at <= at, sa.or_(waits, rejections.c.resolved_at > at))
    pulled = rejections.c.source == sa.literal("connector:", sa.Text()) + sources.c.code
    told = (
        sa.join(meant.number.table, named, named.c.number == meant.number)
        .join(rejections, rejections.c.id == named.c.rejection_id)
        .join(sources, pulled)
    )
    # However many wait, those that are meant are found by an index.
    found = Writer(dialect.name).in_few(named.c.number, sa.select(meant.number))
    columns = meant.licence_no, rejections.c.department, rejections.c.kind
    return sa.select(*columns).select_from(told).where(found, waits).distinct()


def _moved(writer: Writer, asked: sa.BindParameter[str]) -> sa.Select[tuple[str]]:
    """Those of the numbers that are of a mine which has another today, or went into another mine."""
    among = writer.among_few
    had, gone = licences.table.c, branches.table.c
    renumbered = sa.select(had.licence_no).where(among(had.licence_no, asked), had.leads_to != had.licence_no)
    joined = sa.select(gone.licence_no).where(among(gone.licence_no, asked), gone.way == sa.literal(Way.JOINED.value, Plain()))
    either = sa.union(renumbered, joined).subquery()
    return sa.select(either.c.licence_no)
