"""What must be known of a moment before anything is read as of it, by one statement in the fast lane."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from hub.domain.log import Cursor
from hub.domain.words.identifiers import version_id
from hub.domain.words.notation import written
from hub.storage.engine.database import Database
from hub.storage.records.log import MARKED, cursor_of, log, recorded_later
from hub.storage.records.mines import renumbered
from hub.storage.sql.dialects import dialect_of, fix_constants
from hub.storage.sql.json_text import Piece, Writer, concat
from hub.storage.sql.metadata import Instant

_AT, _POSITION = "at", "position"


class Seen(NamedTuple):
    """When the log began, if it has; what stands at a position; the versions (`id.vN`) that come later though they were
    recorded until the moment; and the ids of the mines that had other numbers then."""

    began: datetime | None
    place: Cursor | None
    later: tuple[str, ...]
    renumbered: tuple[str, ...]


async def look(database: Database, at: datetime, position: int | None = None, later: tuple[str, ...] | None = ()) -> Seen:
    """What there is to know of a moment, and of a position; what comes later where it is not known (None)."""
    sql, names = _statement(database.dialect_name, later is None)
    given = {_AT: written(at) if database.is_sqlite else at, _POSITION: position}
    told = orjson.loads(await database.fetch_json(sql, [given[name] for name in names]))
    if later is None:
        later = tuple(version_id(record, version) for _, record, version in sorted(told["later"]))
    # Of two posts in one instant the log tells which came first.
    others = {mine for mine, at_once in told["renumbered"] if later or not at_once}
    place = None
    if position is not None and told["entry"] is not None:
        place = cursor_of(position, *told["entry"])
    return Seen(told["began"] and datetime.fromisoformat(told["began"]), place, later, tuple(sorted(others)))


@cache
def _statement(dialect_name: str, with_later: bool) -> tuple[str, tuple[str, ...]]:
    """The statement, and what it wants by place."""
    writer, row = Writer(dialect_name), log.c
    at = sa.bindparam(_AT, None, type_=Instant())
    position = sa.bindparam(_POSITION, None, type_=sa.BigInteger())

    first = sa.select(sa.func.min(log.alias().c.entry)).scalar_subquery()
    began = sa.select(writer.value(row.recorded_at, Instant())).where(row.entry == first).scalar_subquery()
    said = writer.row(*MARKED)
    entry = sa.select(said).where(row.position == position).scalar_subquery()
    pieces: list[Piece] = ['{"began":', writer.or_null(began), ',"entry":', writer.or_null(entry)]
    if with_later:
        pieces += [',"later":[', writer.rows(recorded_later(position, at), "entry", "record_id", "version"), "]"]
    pieces += [',"renumbered":[', writer.rows(renumbered(at), "id", "at_once"), "]}"]
    statement = sa.select(concat(pieces))
    fix_constants(statement)
    compiled = statement.compile(dialect=dialect_of(dialect_name), compile_kwargs={"render_postcompile": True})
    return str(compiled), tuple(compiled.positiontup or ())
